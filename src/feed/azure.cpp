// Azure's retail prices: pages of rows, one for each meter.

#include "feed/json_stream.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/text.hpp"

#include <array>

namespace flopwise::feed {

namespace {

using json_stream::Row;
using json_stream::Value;

/// What is read of a row; texts are valid while it is.
struct Item {
    std::string_view currency{};
    std::string_view region{};
    std::string_view machine{};
    std::string_view meter{};
    std::string_view product{};
    std::string_view sku{};
    std::string_view service{};
    std::string_view type{};
    std::string_view unit{};
    std::string_view since{};
    std::string_view until{};
    std::optional<double> usd{};
    bool primary = true;
};

void read_member(std::string_view name, Value value, Item& to) {
    struct Known {
        std::string_view name;
        std::string_view Item::*to;
    };
    constexpr std::array<Known, 11> kKnown{{{"currencyCode", &Item::currency},
                                            {"armRegionName", &Item::region},
                                            {"armSkuName", &Item::machine},
                                            {"meterName", &Item::meter},
                                            {"productName", &Item::product},
                                            {"skuName", &Item::sku},
                                            {"serviceName", &Item::service},
                                            {"type", &Item::type},
                                            {"unitOfMeasure", &Item::unit},
                                            {"effectiveStartDate", &Item::since},
                                            {"effectiveEndDate", &Item::until}}};
    for (const Known& known : kKnown)
        if (known.name == name) {
            to.*known.to = json_stream::scalar(value, name);
            return;
        }
    if (name == "retailPrice")
        to.usd = figure(json_stream::scalar(value, name), name);
    else if (name == "isPrimaryMeterRegion")
        to.primary = json_stream::flag(value, name);
}

bool has(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

std::string_view why_skipped(const Item& item) {
    if (item.service != "Virtual Machines")
        return "service";
    if (item.type != "Consumption")
        return "price type";
    if (has(item.product, "Windows"))
        return "operating system";
    if (has(item.product, "Cloud Services") || has(item.product, "CloudServices"))
        return "cloud services";
    if (has(item.product, "Dedicated Host"))
        return "tenancy";
    if (has(item.meter, "Low Priority") || has(item.sku, "Low Priority"))
        return "low priority";
    if (!item.primary)
        return "secondary meter";
    if (item.machine.empty() || item.region.empty() || item.region == "Global")
        return "no machine or region";
    return "";
}

void read_item(Row& row, Sink& sink) {
    Item item;
    each(row.object(), [&](std::string_view name, Value value) { read_member(name, value, item); });
    if (const auto why = why_skipped(item); !why.empty())
        return sink.skip(why);
    if (item.currency != "USD")
        throw BadRow{"currencyCode",
                     fmt::format("must be USD, got {}", text::quoted(item.currency))};
    if (item.unit != "1 Hour")
        throw BadRow{"unitOfMeasure",
                     fmt::format("must be 1 Hour, got {}", text::quoted(item.unit))};
    if (!item.usd)
        throw BadRow{"retailPrice", "must be given"};
    if (*item.usd == 0)
        return sink.skip("price of zero");
    if (sink.is_to_come(item.since)) {
        sink.wait();
        return sink.skip("not in force yet");
    }
    if (const Date end = day_of(item.until); end.year != 0 && end < sink.now())
        return sink.skip("no longer in force");
    const bool spot = has(item.meter, "Spot") || has(item.sku, "Spot");
    const bool counts = sink.add(name(item.machine, "armSkuName"),
                                 name(item.region, "armRegionName"),
                                 spot ? Purchase::spot : Purchase::on_demand,
                                 UsdPerHour{*item.usd},
                                 item.since);
    sink.not_older(day_of(item.since), "effectiveStartDate");
    if (counts)
        sink.keep();
    else
        sink.skip("given twice");
}

} // namespace

static std::string read_azure_retail_prices(Input& input, Sink& sink) {
    constexpr std::array<std::string_view, 1> kLists{"Items"};
    read_list(input, sink, kLists, [&](Row& row) { read_item(row, sink); });
    return sink.options().as_of.year != 0
               ? "Azure retail prices"
               : "Azure retail prices; the date is that of the newest price, so the file is not "
                 "older";
}

extern constinit const Reader kAzureRetailPrices{
    .format = Format::azure_retail_prices,
    .name = "azure_retail_prices",
    .marks = {.form = Form::object,
              .any = {"\"armRegionName\"", "\"BillingCurrency\""},
              .rows = {"\"armRegionName\"", "\"retailPrice\""}},
    .provider = "azure",
    .read = read_azure_retail_prices};

} // namespace flopwise::feed
