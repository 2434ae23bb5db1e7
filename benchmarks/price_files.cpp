#include "price_files.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flopwise::bench {

namespace {

constexpr std::array<std::string_view, 4> kSystems{"Windows", "RHEL", "SUSE", "Linux"};
constexpr std::array<std::string_view, 3> kTenancies{"Dedicated", "Host", "Shared"};
constexpr std::array<std::string_view, 3> kStatus{
    "UnusedCapacityReservation", "AllocatedCapacityReservation", "Used"};
constexpr std::array<std::string_view, 3> kPayments{"No Upfront", "Partial Upfront", "All Upfront"};

constexpr std::uint64_t kRegions = 30;

std::string instance_name(std::uint64_t type) {
    return fmt::format("x{}.2xlarge", type);
}

std::string region_code(std::uint64_t region) {
    return fmt::format("eu-north-{}", region);
}

/// One of the products of a machine in a region; the last of them is the one that is kept.
struct Product {
    std::uint64_t machine;
    std::string_view system;
    std::string_view tenancy;
    std::string_view status;

    [[nodiscard]] bool kept() const {
        return system == "Linux" && tenancy == "Shared" && status == "Used";
    }
    [[nodiscard]] bool reserved() const { return status == "Used" && tenancy != "Host"; }
    [[nodiscard]] std::string sku() const {
        const auto letter = [](std::string_view text) { return text.substr(0, 1); };
        return fmt::format(
            "{}{}{}{:013X}", letter(system), letter(tenancy), letter(status), machine);
    }
    [[nodiscard]] std::string instance() const { return instance_name(machine / kRegions); }
    [[nodiscard]] std::string region() const { return region_code(machine % kRegions); }
    [[nodiscard]] double price() const { return 0.1 + static_cast<double>(machine % 997) / 100; }
};

std::vector<Product> products_of(std::uint64_t machine) {
    std::vector<Product> out;
    for (const auto system : kSystems)
        for (const auto tenancy : kTenancies)
            for (const auto status : kStatus)
                out.push_back({machine, system, tenancy, status});
    return out;
}

class File {
public:
    explicit File(const std::filesystem::path& path)
        : file_{std::fopen(path.c_str(), "wb"), &std::fclose} {
        if (!file_)
            std::exit(EXIT_FAILURE);
    }
    void write(std::string_view text) {
        bytes_ += std::fwrite(text.data(), 1, text.size(), file_.get());
    }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::uint64_t bytes_ = 0;
};

constexpr std::string_view kAttributes = R"text(        "currentGeneration" : "Yes",
        "instanceFamily" : "Compute optimized",
        "vcpu" : "8",
        "physicalProcessor" : "Intel Xeon Platinum 8275L",
        "clockSpeed" : "3.6 GHz",
        "memory" : "16 GiB",
        "storage" : "EBS only",
        "networkPerformance" : "Up to 10 Gigabit",
        "processorArchitecture" : "64-bit",
        "dedicatedEbsThroughput" : "Up to 4750 Mbps",
        "ecu" : "39",
        "enhancedNetworkingSupported" : "Yes",
        "gpuMemory" : "NA",
        "intelAvxAvailable" : "Yes",
        "intelAvx2Available" : "Yes",
        "intelTurboAvailable" : "Yes",
        "normalizationSizeFactor" : "16",
        "processorFeatures" : "Intel AVX, Intel AVX2, Intel AVX512, Intel Turbo",
        "vpcnetworkingsupport" : "true",
        "classicnetworkingsupport" : "false",
)text";

std::string json_product(const Product& p) {
    return fmt::format(R"text(    "{0}" : {{
      "sku" : "{0}",
      "productFamily" : "Compute Instance",
      "attributes" : {{
        "servicecode" : "AmazonEC2",
        "location" : "EU (Stockholm)",
        "locationType" : "AWS Region",
        "instanceType" : "{1}",
{2}        "tenancy" : "{3}",
        "operatingSystem" : "{4}",
        "licenseModel" : "No License required",
        "usagetype" : "EUN1-BoxUsage:{1}",
        "operation" : "RunInstances",
        "availabilityzone" : "NA",
        "capacitystatus" : "{5}",
        "marketoption" : "OnDemand",
        "preInstalledSw" : "NA",
        "regionCode" : "{6}",
        "servicename" : "Amazon Elastic Compute Cloud"
      }}
    }})text",
                       p.sku(),
                       p.instance(),
                       kAttributes,
                       p.tenancy,
                       p.system,
                       p.status,
                       p.region());
}

std::string
json_dimension(const std::string& code, std::string_view unit, std::string_view about, double usd) {
    return fmt::format(R"text(            "{0}" : {{
              "rateCode" : "{0}",
              "description" : "{1}",
              "beginRange" : "0",
              "endRange" : "Inf",
              "unit" : "{2}",
              "pricePerUnit" : {{
                "USD" : "{3:.10f}"
              }},
              "appliesTo" : [ ]
            }})text",
                       code,
                       about,
                       unit,
                       usd);
}

std::string json_term(const Product& p,
                      std::string_view code,
                      const std::string& dimensions,
                      std::string_view attributes) {
    return fmt::format(R"text(        "{0}.{1}" : {{
          "offerTermCode" : "{1}",
          "sku" : "{0}",
          "effectiveDate" : "2026-11-01T00:00:00Z",
          "priceDimensions" : {{
{2}
          }},
          "termAttributes" : {{{3}}}
        }})text",
                       p.sku(),
                       code,
                       dimensions,
                       attributes);
}

std::string json_on_demand(const Product& p) {
    const std::string code = p.sku() + ".JRTCKXETXF.6YS6EN2CT7";
    const std::string about =
        fmt::format("${} per On Demand {} {} Instance Hour", p.price(), p.system, p.instance());
    return fmt::format(
        "      \"{}\" : {{\n{}\n      }}",
        p.sku(),
        json_term(p, "JRTCKXETXF", json_dimension(code, "Hrs", about, p.price()), ""));
}

std::string json_reserved(const Product& p) {
    std::string out;
    int n = 0;
    for (const int years : {1, 3})
        for (const std::string_view kind : {"standard", "convertible"})
            for (const std::string_view payment : kPayments) {
                const std::string code = fmt::format("TERM{:06}", n++);
                const std::string about = fmt::format(
                    "{} (Amazon VPC), {} reserved instance applied", p.system, p.instance());
                std::string fees = json_dimension(
                    fmt::format("{}.{}.6YS6EN2CT7", p.sku(), code), "Hrs", about, p.price() / 2);
                if (payment != "No Upfront")
                    fees += ",\n" + json_dimension(fmt::format("{}.{}.2TG2D8R56U", p.sku(), code),
                                                   "Quantity",
                                                   "Upfront Fee",
                                                   1'000);
                out += (out.empty() ? "" : ",\n") +
                       json_term(p,
                                 code,
                                 fees,
                                 fmt::format("\n            \"LeaseContractLength\" : \"{}yr\",\n"
                                             "            \"OfferingClass\" : \"{}\",\n"
                                             "            \"PurchaseOption\" : \"{}\"\n          ",
                                             years,
                                             kind,
                                             payment));
            }
    return fmt::format("      \"{}\" : {{\n{}\n      }}", p.sku(), out);
}

constexpr std::uint64_t kRatesOfMachine = 12;

/// Bytes that one machine takes, with all its products and terms.
template <class Write>
std::uint64_t size_of_one(Write write) {
    std::uint64_t size = 0;
    for (const Product& p : products_of(0))
        size += write(p).size();
    return size;
}

} // namespace

Contents write_offers(const std::filesystem::path& file, std::uint64_t bytes) {
    const std::uint64_t one = size_of_one([](const Product& p) {
        return json_product(p) + json_on_demand(p) + (p.reserved() ? json_reserved(p) : "");
    });
    const std::uint64_t machines = bytes / one + 1;
    File out{file};
    const auto list = [&](auto write, auto wanted) {
        bool first = true;
        for (std::uint64_t machine = 0; machine < machines; ++machine)
            for (const Product& p : products_of(machine))
                if (wanted(p)) {
                    out.write(first ? "" : ",\n");
                    out.write(write(p));
                    first = false;
                }
    };
    out.write("{\n  \"formatVersion\" : \"v1.0\",\n  \"disclaimer\" : \"\",\n"
              "  \"offerCode\" : \"AmazonEC2\",\n  \"version\" : \"20261101000000\",\n"
              "  \"publicationDate\" : \"2026-11-01T00:00:00Z\",\n  \"products\" : {\n");
    list(json_product, [](const Product&) { return true; });
    out.write("\n  },\n  \"terms\" : {\n    \"OnDemand\" : {\n");
    list(json_on_demand, [](const Product&) { return true; });
    out.write("\n    },\n    \"Reserved\" : {\n");
    list(json_reserved, [](const Product& p) { return p.reserved(); });
    out.write("\n    }\n  },\n  \"attributesList\" : { }\n}\n");
    return {out.bytes(), machines * products_of(0).size(), machines, machines * kRatesOfMachine};
}

// ---- CSV ----------------------------------------------------------------------------

namespace {

constexpr std::string_view kHeader =
    R"text("SKU","OfferTermCode","RateCode","TermType","PriceDescription","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","LeaseContractLength","PurchaseOption","OfferingClass","Product Family","serviceCode","Location","Location Type","Instance Type","Current Generation","Instance Family","vCPU","Physical Processor","Clock Speed","Memory","Storage","Network Performance","Processor Architecture","Storage Media","Volume Type","Max Volume Size","Max IOPS/volume","Max IOPS Burst Performance","Max throughput/volume","Provisioned","Tenancy","EBS Optimized","Operating System","License Model","Group","Group Description","Transfer Type","From Location","From Location Type","To Location","To Location Type","usageType","operation","AvailabilityZone","CapacityStatus","ClassicNetworkingSupport","Dedicated EBS Throughput","ECU","Elastic Graphics Type","Enhanced Networking Supported","From Region Code","GPU","GPU Memory","Intel AVX Available","Intel AVX2 Available","Intel Turbo Available","MarketOption","Normalization Size Factor","Physical Cores","Pre Installed S/W","Processor Features","Product Type","Region Code","Resource Type","serviceName","To Region Code","Volume API Name","VPC Networking Support"
)text";

std::string csv_row(const Product& p,
                    std::string_view code,
                    std::string_view term,
                    std::string_view unit,
                    double usd,
                    std::string_view lease) {
    return fmt::format(
        R"text("{0}","{1}","{0}.{1}.6YS6EN2CT7","{2}","${3} per {2} {4} {5} Instance Hour","2026-11-01","0","Inf","{6}","{3:.10f}","USD",{7},"Compute Instance","AmazonEC2","EU (Stockholm)","AWS Region","{5}","Yes","Compute optimized","8","Intel Xeon Platinum 8275L","3.6 GHz","16 GiB","EBS only","Up to 10 Gigabit","64-bit",,,,,,,,"{8}",,"{4}","No License required",,,,,,,,"EUN1-BoxUsage:{5}","RunInstances","NA","{9}","false","Up to 4750 Mbps","39",,"Yes",,,"NA","Yes","Yes","Yes","OnDemand","16",,"NA","Intel AVX, Intel AVX2, Intel AVX512, Intel Turbo",,"{10}",,"Amazon Elastic Compute Cloud",,,"true"
)text",
        p.sku(),
        code,
        term,
        usd,
        p.system,
        p.instance(),
        unit,
        lease,
        p.tenancy,
        p.status,
        p.region());
}

/// The rows of a product; how many there are is added to `rows`.
std::string csv_rows(const Product& p, std::uint64_t& rows) {
    std::string out = csv_row(p, "JRTCKXETXF", "OnDemand", "Hrs", p.price(), ",,");
    ++rows;
    if (!p.reserved())
        return out;
    int n = 0;
    for (const int years : {1, 3})
        for (const std::string_view kind : {"standard", "convertible"})
            for (const std::string_view payment : kPayments) {
                const std::string code = fmt::format("TERM{:06}", n++);
                const std::string lease =
                    fmt::format("\"{}yr\",\"{}\",\"{}\"", years, payment, kind);
                out += csv_row(p, code, "Reserved", "Hrs", p.price() / 2, lease);
                ++rows;
                if (payment == "No Upfront")
                    continue;
                out += csv_row(p, code, "Reserved", "Quantity", 1'000, lease);
                ++rows;
            }
    return out;
}

} // namespace

Contents write_offers_csv(const std::filesystem::path& file, std::uint64_t bytes) {
    File out{file};
    out.write("\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"\"\n"
              "\"Publication Date\",\"2026-11-01T00:00:00Z\"\n\"Version\",\"20261101000000\"\n"
              "\"OfferCode\",\"AmazonEC2\"\n");
    out.write(kHeader);
    Contents contents;
    while (out.bytes() < bytes)
        for (const Product& p : products_of(contents.machines++))
            out.write(csv_rows(p, contents.rows));
    contents.bytes = out.bytes();
    contents.rates = contents.machines * kRatesOfMachine;
    return contents;
}

// ---- what they are joined to --------------------------------------------------------

Catalog offers_base(std::uint64_t machines) {
    constexpr auto kProvider = "aws";
    constexpr auto kSource = "synthetic";
    Tables tables;
    tables.name = "base";
    tables.sources.push_back({.name = kSource, .title = "made up by the benchmarks"});
    tables.families.push_back({.provider = kProvider, .name = "x", .source = kSource});
    for (std::uint64_t r = 0; r < kRegions; ++r)
        tables.regions.push_back(
            {.provider = kProvider, .code = region_code(r), .source = kSource});
    for (std::uint64_t type = 0; type * kRegions < machines; ++type)
        tables.instances.push_back({.provider = kProvider,
                                    .name = instance_name(type),
                                    .family = "x",
                                    .vcpus = 8,
                                    .memory = GiB{16},
                                    .source = kSource});
    const Product first{0, "Linux", "Shared", "Used"};
    tables.prices.push_back({.provider = kProvider,
                             .instance = first.instance(),
                             .region = first.region(),
                             .hourly = UsdPerHour{first.price()},
                             .source = kSource});
    return Catalog{std::move(tables)};
}

} // namespace flopwise::bench
