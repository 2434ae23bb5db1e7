// The price list of EC2 as CSV: five lines about the file, a header, a row for each price.

#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/csv_stream.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

struct Columns {
    explicit Columns(const csv_stream::Header& header)
        : term{header.find("TermType")}, since{header.find("EffectiveDate")},
          unit{header.find("Unit")}, price{header.find("PricePerUnit")}, currency{header.find(
                                                                             "Currency")},
          lease{header.find("LeaseContractLength")}, payment{header.find("PurchaseOption")},
          offering_class{header.find("OfferingClass")}, sku{header.find("SKU")},
          product_family{header.find("Product Family")}, location{header.find("Location")},
          location_type{header.find("Location Type")}, instance{header.find("Instance Type")},
          tenancy{header.find("Tenancy")}, operating_system{header.find("Operating System")},
          license{header.find("License Model")}, capacity_status{header.find("CapacityStatus")},
          market{header.find("MarketOption")}, software{header.find("Pre Installed S/W")},
          region{header.find("Region Code")}, offer_term{header.find("OfferTermCode")} {}

    std::size_t term, since, unit, price, currency, lease, payment, offering_class, sku,
        product_family, location, location_type, instance, tenancy, operating_system, license,
        capacity_status, market, software, region, offer_term;
};

/// A reserved rate may stand on two lines: the hourly fee and that at the begin.
using Reservations = std::map<std::string, ReservedPrice>; // by SKU and term

/// As why_skipped(), asking for no more fields than the answer needs.
std::string_view why_skipped(csv_stream::Reader& row, const Columns& c) {
    Kind kind{.tenancy = "Shared", .operating_system = "Linux"};
    kind.product_family = row.field(c.product_family);
    kind.location_type = row.field(c.location_type);
    kind.tenancy = row.field(c.tenancy);
    if (const auto why = feed::why_skipped(kind); !why.empty())
        return why;
    kind.operating_system = row.field(c.operating_system);
    kind.capacity_status = row.field(c.capacity_status);
    if (const auto why = feed::why_skipped(kind); !why.empty())
        return why;
    kind.license = row.field(c.license);
    kind.software = row.field(c.software);
    kind.market = row.field(c.market);
    return feed::why_skipped(kind);
}

std::string_view region_of(csv_stream::Reader& row, const Columns& c, const Sink& sink) {
    const std::string_view code = row.field(c.region);
    if (!code.empty())
        return name(code, "Region Code");
    const std::string_view region = sink.region_called(row.field(c.location));
    if (region.empty())
        throw BadRow{"Location",
                     fmt::format("must be the name of a known region, got {}",
                                 text::quoted(row.field(c.location)))};
    return region;
}

void read_reserved(
    csv_stream::Reader& row, const Columns& c, double usd, const Sink& sink, Reservations& to) {
    ReservedPrice rate{.instance = std::string{name(row.field(c.instance), "Instance Type")},
                       .region = std::string{region_of(row, c, sink)}};
    set_terms(rate, {row.field(c.lease), row.field(c.offering_class), row.field(c.payment)});
    const auto key = fmt::format("{} {}", row.field(c.sku), row.field(c.offer_term));
    ReservedPrice& there = to.try_emplace(key, std::move(rate)).first->second;
    if (row.field(c.unit) == "Quantity")
        there.upfront = Usd{usd};
    else
        there.hourly = UsdPerHour{usd};
}

void read_row(csv_stream::Reader& row, const Columns& c, Sink& sink, Reservations& reservations) {
    sink.mention(row.field(c.instance));
    if (const auto why = why_skipped(row, c); !why.empty())
        return sink.skip(why);
    const std::string_view term = row.field(c.term);
    if (term != "OnDemand" && term != "Reserved")
        throw BadRow{"TermType",
                     fmt::format("must be OnDemand or Reserved, got {}", text::quoted(term))};
    if (row.field(c.currency) != "USD")
        throw BadRow{"Currency",
                     fmt::format("must be USD, got {}", text::quoted(row.field(c.currency)))};
    const double usd = figure(row.field(c.price), "PricePerUnit");
    const std::string_view unit = row.field(c.unit);
    if (unit != "Hrs" && !(unit == "Quantity" && term == "Reserved"))
        throw BadRow{"Unit", fmt::format("must be Hrs, got {}", text::quoted(unit))};
    if (sink.is_to_come(row.field(c.since), sink.as_of())) {
        if (term == "OnDemand") {
            sink.wait();
            sink.pass_over(row.field(c.instance));
        }
        return sink.skip("not in force yet");
    }
    if (term == "Reserved") {
        read_reserved(row, c, usd, sink, reservations);
        return sink.keep();
    }
    if (usd == 0) {
        sink.pass_over(row.field(c.instance));
        return sink.skip("price of zero");
    }
    const std::string_view instance = name(row.field(c.instance), "Instance Type");
    const bool counts = sink.add(instance,
                                 region_of(row, c, sink),
                                 Purchase::on_demand,
                                 UsdPerHour{usd},
                                 row.field(c.since));
    if (counts)
        return sink.keep();
    sink.skip("given twice");
}

/// The lines before the header; returns the title of the source.
std::string read_head(csv_stream::Reader& row, Sink& sink) {
    std::string title = "AWS price list of EC2";
    while (row.next()) {
        const std::string_view key = row.field(0);
        if (key == "SKU")
            return title;
        if (key == "Publication Date")
            sink.dated(day_of(row.field(1)), "Publication Date");
        if (key == "Version")
            title += fmt::format(", version {}", text::shortened(row.field(1)));
        if (key == "OfferCode" && row.field(1) != "AmazonEC2")
            throw InputError{{.file = sink.file(), .line = row.line(), .field = "OfferCode"},
                             fmt::format("must be AmazonEC2, got {}", text::quoted(row.field(1)))};
    }
    throw InputError{{.file = sink.file()}, "must have a header that begins with SKU"};
}

} // namespace

static std::string read_aws_offers_csv(Input& input, Sink& sink) {
    csv_stream::Reader row{input};
    std::string title = read_head(row, sink);
    const csv_stream::Header header{row.fields()};
    constexpr std::array<std::string_view, 7> kNeeded{"TermType",
                                                      "Unit",
                                                      "PricePerUnit",
                                                      "Currency",
                                                      "Instance Type",
                                                      "Tenancy",
                                                      "Operating System"};
    header.require(kNeeded, {.file = sink.file(), .line = row.line()});
    const Columns columns{header};
    Reservations reservations;
    while (row.next()) {
        try {
            row.require_whole(header.size());
            read_row(row, columns, sink, reservations);
        } catch (const BadRow& bad) {
            sink.pass_over(readable(row, columns.instance));
            sink.reject({.file = sink.file(), .line = row.line(), .field = bad.field}, bad.reason);
        }
    }
    for (auto& [key, rate] : reservations)
        sink.add(std::move(rate));
    return title;
}

extern constinit const Reader kAwsOffersCsv{
    .format = Format::aws_offers_csv,
    .name = "aws_offers_csv",
    .marks = {.form = Form::table, .any = {"\"OfferTermCode\""}, .heading = {"FormatVersion"}},
    .provider = "aws",
    .whole = Whole::regions,
    .read = read_aws_offers_csv};

} // namespace flopwise::feed
