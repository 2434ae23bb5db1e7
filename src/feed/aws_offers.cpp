// The price list of EC2 as JSON: the offer file, and the pages of GetProducts.

#include "feed/json_stream.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

using json_stream::Object;
using json_stream::Row;
using json_stream::Value;

/// A product that is rented here: a machine in a region.
struct Product {
    std::string instance;
    std::string region;
    std::uint64_t byte = 0;
    bool priced = false;
    bool free = false;    ///< a price of zero was seen
    bool to_come = false; ///< a price that is not in force yet was seen
    bool rejected = false;
};

/// Finds a text without making a copy of it.
struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

/// What is read of a product; texts are valid while its row is.
struct Attributes : Kind {
    std::string_view instance{};
    std::string_view region{};
    std::string_view location{};
};

/// A text or number, whatever is in it.
std::string_view loose(Value value) {
    return json_stream::scalar(value, "attributes");
}

void read_attribute(std::string_view name, Value value, Attributes& to) {
    struct Known {
        std::string_view name;
        std::string_view Attributes::*to;
    };
    static constexpr std::array<Known, 10> kKnown{
        {{"tenancy", &Attributes::tenancy},
         {"location", &Attributes::location},
         {"regionCode", &Attributes::region},
         {"locationType", &Attributes::location_type},
         {"instanceType", &Attributes::instance},
         {"licenseModel", &Attributes::license},
         {"marketoption", &Attributes::market},
         {"capacitystatus", &Attributes::capacity_status},
         {"preInstalledSw", &Attributes::software},
         {"operatingSystem", &Attributes::operating_system}}};
    for (const Known& known : kKnown)
        if (known.name == name) {
            to.*known.to = loose(value);
            return;
        }
}

Attributes read_attributes(Object product) {
    Attributes to;
    to.product_family = "";
    each(product, [&](std::string_view name, Value value) {
        if (name == "productFamily")
            to.product_family = json_stream::text(value, name);
        else if (name == "attributes")
            each(json_stream::object(value, name), [&](std::string_view key, Value attribute) {
                read_attribute(key, attribute, to);
            });
    });
    return to;
}

/// The machine and region of a product; `why` says if it is of no use.
Product read_product(Object row, Sink& sink, std::string_view& why) {
    const Attributes a = read_attributes(row);
    sink.mention(a.instance);
    Product product;
    why = why_skipped(a);
    if (!why.empty())
        return product;
    product.instance = name(a.instance, "attributes.instanceType");
    const std::string_view region = a.region.empty() ? sink.region_called(a.location) : a.region;
    if (region.empty())
        throw BadRow{
            "attributes.location",
            fmt::format("must be the name of a known region, got {}", text::quoted(a.location))};
    product.region = name(region, "attributes.regionCode");
    return product;
}

/// Fees of one term: for an hour and at once.
struct Fees {
    std::optional<double> hourly;
    double upfront = 0;
};

/// What a term says of itself.
struct Term {
    Fees fees;
    std::string_view since;
    std::string_view lease;
    std::string_view offering_class;
    std::string_view payment;
};

double read_usd(Object prices) {
    std::string_view currency;
    std::optional<double> usd;
    each(prices, [&](std::string_view name, Value value) {
        constexpr std::string_view kField = "pricePerUnit.USD";
        currency = name;
        if (name == "USD")
            usd = figure(json_stream::scalar(value, kField), kField);
    });
    if (usd)
        return *usd;
    throw BadRow{"pricePerUnit",
                 currency.empty()
                     ? "must have a price"
                     : fmt::format("must be in USD, got {}", text::shortened(currency))};
}

void read_dimension(Object dimension, Fees& to) {
    std::string_view unit;
    std::optional<double> usd;
    each(dimension, [&](std::string_view name, Value value) {
        if (name == "unit")
            unit = json_stream::text(value, name);
        else if (name == "pricePerUnit")
            usd = read_usd(json_stream::object(value, name));
    });
    if (!usd)
        throw BadRow{"pricePerUnit", "must be given"};
    if (unit == "Hrs" || unit == "hours")
        to.hourly = usd;
    else if (unit == "Quantity")
        to.upfront = *usd;
    else
        throw BadRow{"unit", fmt::format("must be Hrs or Quantity, got {}", text::quoted(unit))};
}

Term read_term(Object term) {
    Term to;
    const auto read_attribute = [&](std::string_view name, Value value) {
        if (name == "LeaseContractLength")
            to.lease = loose(value);
        else if (name == "OfferingClass")
            to.offering_class = loose(value);
        else if (name == "PurchaseOption")
            to.payment = loose(value);
    };
    each(term, [&](std::string_view name, Value value) {
        if (name == "effectiveDate")
            to.since = json_stream::text(value, name);
        else if (name == "priceDimensions")
            each(json_stream::object(value, name), [&](std::string_view, Value dimension) {
                read_dimension(json_stream::object(dimension, name), to.fees);
            });
        else if (name == "termAttributes")
            each(json_stream::object(value, name), read_attribute);
    });
    return to;
}

/// `stated` is the day of the file, as far as it has said so.
void read_on_demand(Object terms, Product& product, Sink& sink, Date stated) {
    each(terms, [&](std::string_view /*code*/, Value value) {
        const Term term = read_term(json_stream::object(value, "terms.OnDemand"));
        if (!term.fees.hourly)
            throw BadRow{"unit", "must be Hrs for a price on demand"};
        if (*term.fees.hourly == 0) {
            product.free = true;
            return;
        }
        if (sink.is_to_come(term.since, stated)) {
            product.to_come = true;
            sink.wait();
            return;
        }
        sink.add(product.instance,
                 product.region,
                 Purchase::on_demand,
                 UsdPerHour{*term.fees.hourly},
                 term.since);
        product.priced = true;
    });
}

void read_reserved(Object terms, Product& product, Sink& sink, Date stated) {
    each(terms, [&](std::string_view /*code*/, Value value) {
        const Term term = read_term(json_stream::object(value, "terms.Reserved"));
        ReservedPrice rate{.instance = product.instance,
                           .region = product.region,
                           .hourly = UsdPerHour{term.fees.hourly.value_or(0)},
                           .upfront = Usd{term.fees.upfront}};
        set_terms(rate, {term.lease, term.offering_class, term.payment});
        if (sink.is_to_come(term.since, stated)) {
            product.to_come = true;
            return;
        }
        sink.add(std::move(rate));
        product.priced = true;
    });
}

/// Counts a product that has been read with all its terms.
void count(const Product& product, Sink& sink) {
    if (product.rejected)
        return;
    if (product.free || product.to_come)
        sink.pass_over(product.instance);
    if (product.priced)
        sink.keep();
    else
        sink.skip(product.free      ? "price of zero"
                  : product.to_come ? "not in force yet"
                                    : "no price");
}

// ---- the offer file -----------------------------------------------------------------

class Offers {
public:
    explicit Offers(Sink& sink) : sink_{sink} {}

    void row(Row& row) {
        if (row.list == "products")
            return read(row);
        Product& product = products_.find(row.key)->second; // wanted() found it
        if (row.list == "terms.OnDemand")
            read_on_demand(row.object(), product, sink_, sink_.as_of());
        else
            read_reserved(row.object(), product, sink_, sink_.as_of());
    }

    /// The terms of a product that was skipped are passed over.
    bool wanted(std::string_view list, std::string_view key) {
        if (list == "products")
            return true;
        terms_begun_ = true;
        return products_.contains(key);
    }

    void bad(std::string_view list, std::string_view key, Where where, const std::string& reason) {
        where.field = fmt::format(
            "{}.{}{}{}", list, text::shortened(key), where.field.empty() ? "" : ".", where.field);
        const auto found = products_.find(key);
        sink_.pass_over(found != products_.end() ? found->second.instance : "");
        if (found != products_.end() && found->second.rejected)
            return; // a row is rejected once
        if (found != products_.end())
            found->second.rejected = true;
        sink_.reject(std::move(where), reason);
    }

    void fact(std::string_view path, std::string_view text) {
        if (path == "publicationDate")
            sink_.dated(day_of(text), path);
        if (path == "version")
            version_ = text;
        if (path == "offerCode" && text != "AmazonEC2")
            throw InputError{{.file = sink_.file(), .field = "offerCode"},
                             fmt::format("must be AmazonEC2, got {}", text::quoted(text))};
    }

    std::string title() {
        for (const auto& [sku, product] : products_)
            count(product, sink_);
        return fmt::format(
            "AWS price list of EC2{}{}", version_.empty() ? "" : ", version ", version_);
    }

private:
    void read(Row& row) {
        if (terms_begun_) // they were passed over: which products are rented was not known
            throw InputError{{.file = sink_.file(), .field = "products", .byte = row.byte},
                             "must come before terms"};
        std::string_view why;
        Product product = read_product(row.object(), sink_, why);
        if (!why.empty())
            return sink_.skip(why);
        product.byte = row.byte;
        if (!products_.try_emplace(std::string{row.key}, std::move(product)).second)
            throw BadRow{"", "must not be given twice"};
    }

    Sink& sink_;
    std::unordered_map<std::string, Product, Hash, std::equal_to<>> products_; ///< by SKU
    std::string version_;
    bool terms_begun_ = false;
};

// ---- the pages of GetProducts -------------------------------------------------------

/// One item: a product with its terms.
void read_item(Object item, Sink& sink) {
    std::optional<Product> product;
    std::string_view why;
    each(item, [&](std::string_view name, Value value) {
        if (name == "product") {
            product = read_product(json_stream::object(value, name), sink, why);
        } else if (name == "publicationDate") {
            sink.dated(day_of(json_stream::text(value, name)), name);
        } else if (name == "terms" && why.empty()) {
            if (!product)
                throw BadRow{"terms", "must come after product"};
            each(json_stream::object(value, name), [&](std::string_view kind, Value terms) {
                if (kind == "OnDemand")
                    read_on_demand(json_stream::object(terms, kind), *product, sink, {});
                else if (kind == "Reserved")
                    read_reserved(json_stream::object(terms, kind), *product, sink, {});
            });
        }
    });
    if (!product)
        throw BadRow{"product", "must be given"};
    if (why.empty())
        count(*product, sink);
    else
        sink.skip(why);
}

} // namespace

void set_terms(ReservedPrice& rate, const Lease& lease) {
    const auto must_be = [](std::string_view field, std::string_view what, std::string_view got) {
        return BadRow{std::string{field},
                      fmt::format("must be {}, got {}", what, text::quoted(got))};
    };
    if (lease.length != "1yr" && lease.length != "3yr")
        throw must_be("LeaseContractLength", "1yr or 3yr", lease.length);
    if (lease.offering_class != "standard" && lease.offering_class != "convertible")
        throw must_be("OfferingClass", "standard or convertible", lease.offering_class);
    if (lease.payment == "No Upfront")
        rate.payment = "no_upfront";
    else if (lease.payment == "Partial Upfront")
        rate.payment = "partial_upfront";
    else if (lease.payment == "All Upfront")
        rate.payment = "all_upfront";
    else
        throw must_be("PurchaseOption", "No, Partial or All Upfront", lease.payment);
    rate.years = lease.length.front() - '0';
    rate.offering_class = lease.offering_class;
}

static std::string read_aws_offers(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 3> kLists{
        "products", "terms.OnDemand", "terms.Reserved"};
    Offers offers{sink};
    json_stream::walk(input,
                      kLists,
                      {.row = [&](Row& row) { offers.row(row); },
                       .wanted = [&](auto list, auto key) { return offers.wanted(list, key); },
                       .bad =
                           [&](auto list, auto key, auto byte, auto field, const auto& reason) {
                               offers.bad(
                                   list,
                                   key,
                                   {.file = sink.file(), .field = std::string{field}, .byte = byte},
                                   reason);
                           },
                       .fact = [&](auto path, auto text) { offers.fact(path, text); }});
    return offers.title();
}

static std::string read_aws_products(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"PriceList"};
    json_stream::Inner inner;
    read_list(input, sink, kLists, [&](Row& row) {
        if (row.text) // the service gives each item as a text of JSON
            read_item(inner.object(*row.text), sink);
        else
            read_item(row.object(), sink);
    });
    return "AWS price list of EC2, pages of GetProducts";
}

extern constinit const Reader kAwsOffers{
    .format = Format::aws_offers,
    .name = "aws_offers",
    .marks = {.form = Form::object, .any = {"\"offerCode\""}, .weak = {"\"products\""}},
    .provider = "aws",
    .whole = Whole::regions,
    .read = read_aws_offers};

extern constinit const Reader kAwsProducts{
    .format = Format::aws_products,
    .name = "aws_products",
    .marks = {.form = Form::object,
              .any = {"\"PriceList\""},
              .rows = {"\"productFamily", "\"priceDimensions"}},
    .provider = "aws",
    .read = read_aws_products};

} // namespace flopwise::feed
