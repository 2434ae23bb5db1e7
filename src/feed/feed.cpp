#include <flopwise/feed.hpp>

#include "feed/sink.hpp"
#include "text/day.hpp"
#include "text/durations.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <thread>

namespace flopwise {

std::string_view to_string(Format format) {
    constexpr std::array<std::string_view, kFormats> kNames{"auto",
                                                            "aws_offers",
                                                            "aws_offers_csv",
                                                            "aws_products",
                                                            "aws_instance_types",
                                                            "aws_instance_regions",
                                                            "aws_spot_history",
                                                            "aws_spot_advisor",
                                                            "azure_retail_prices",
                                                            "ec2instances",
                                                            "gpuhunt",
                                                            "skypilot"};
    return text::name_of(kNames, format);
}

UsdPerHour effective(const ReservedPrice& rate) {
    return rate.hourly + rate.upfront / Hours{kHoursPerYear * rate.years};
}

// ---- which format -------------------------------------------------------------------

/// What only files of a format have near their begin; the first that is there decides.
struct Mark {
    std::string_view text;
    Format format;
};

static Format json_format(std::string_view begin) {
    constexpr std::array<Mark, 10> kMarks{
        {{"\"offerCode\"", Format::aws_offers},
         {"\"PriceList\"", Format::aws_products},
         {"\"InstanceTypeOfferings\"", Format::aws_instance_regions},
         {"\"InstanceTypes\"", Format::aws_instance_types},
         {"\"SpotPriceHistory\"", Format::aws_spot_history},
         {"\"spot_advisor\"", Format::aws_spot_advisor},
         {"\"instance_types\"", Format::aws_spot_advisor},
         {"\"armRegionName\"", Format::azure_retail_prices},
         {"\"BillingCurrency\"", Format::azure_retail_prices},
         {"\"products\"", Format::aws_offers}}};
    if (begin.front() == '[')
        return begin.find("\"pretty_name\"") != std::string_view::npos ||
                       begin.find("\"instance_type\"") != std::string_view::npos
                   ? Format::ec2instances
                   : Format::automatic;
    for (const Mark& mark : kMarks)
        if (begin.find(mark.text) != std::string_view::npos)
            return mark.format;
    return Format::automatic;
}

static Format csv_format(std::string_view begin) {
    const std::string_view line = begin.substr(0, begin.find('\n'));
    const auto has = [](std::string_view text, std::string_view word) {
        return text.find(word) != std::string_view::npos;
    };
    if (has(line, "FormatVersion") || has(begin, "\"OfferTermCode\""))
        return Format::aws_offers_csv;
    if (has(line, "InstanceType,") && has(line, "AcceleratorName"))
        return Format::skypilot;
    if (has(line, "instance_name") && has(line, "gpu_name"))
        return Format::gpuhunt;
    return Format::automatic;
}

static std::vector<std::string_view> format_names() {
    std::vector<std::string_view> names;
    for (std::size_t i = 1; i < kFormats; ++i)
        names.push_back(to_string(static_cast<Format>(i)));
    return names;
}

static Format recognised(feed::Input& input) {
    constexpr std::size_t kLooked = std::size_t{64} << 10U;
    input.fill(kLooked);
    std::string_view begin = input.view().substr(0, kLooked);
    if (begin.starts_with("\xEF\xBB\xBF"))
        begin.remove_prefix(3);
    begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n")));
    if (begin.empty())
        throw InputError{{.file = input.name()}, "must be a price file, is empty"};
    const Format format =
        begin.front() == '{' || begin.front() == '[' ? json_format(begin) : csv_format(begin);
    if (format == Format::automatic)
        throw InputError{{.file = input.name()},
                         fmt::format("must be of a known format ({}), begins with {}",
                                     text::one_of(format_names()),
                                     text::quoted(begin.substr(0, begin.find('\n'))))};
    return format;
}

// ---- one file -----------------------------------------------------------------------

/// The provider of a community catalog, by a word of the file's name, else of its folder's:
/// "aws/vms.csv".
static std::string provider_in(const std::filesystem::path& file) {
    constexpr std::array<std::string_view, 22> kProviders{
        "aws",    "azure",     "gcp",        "lambda",     "lambdalabs", "runpod",
        "nebius", "verda",     "cudo",       "oci",        "hyperstack", "paperspace",
        "ibm",    "vastai",    "do",         "fluidstack", "datacrunch", "jarvislabs",
        "scp",    "cloudrift", "tensordock", "vultr"};
    for (const auto& part : {file.filename(), file.parent_path().filename()}) {
        std::string words = text::lower(part.string());
        std::replace_if(
            words.begin(), words.end(), [](char c) { return c == '.' || c == '_'; }, '-');
        for (const std::string& word : text::split(words, '-'))
            if (std::find(kProviders.begin(), kProviders.end(), word) != kProviders.end())
                return word;
    }
    return {};
}

/// Under the name it has here: some had another before, or have another in a catalog.
static std::string known_as(const std::string& provider) {
    if (provider == "lambdalabs")
        return "lambda";
    return provider == "datacrunch" ? "verda" : provider;
}

static std::string
provider_of(Format format, const std::filesystem::path& file, const ImportOptions& options) {
    if (format == Format::azure_retail_prices)
        return "azure";
    if (format != Format::skypilot && format != Format::gpuhunt)
        return "aws";
    const std::string provider = options.provider.empty() ? provider_in(file) : options.provider;
    if (provider.empty())
        throw ArgumentError{"provider",
                            fmt::format("must be given: {} does not name it", file.string())};
    return known_as(provider);
}

static std::string read(Format format, feed::Input& input, feed::Sink& sink) {
    using Reader = std::string (*)(feed::Input&, feed::Sink&);
    constexpr std::array<Reader, kFormats> kReaders{nullptr,
                                                    feed::read_aws_offers,
                                                    feed::read_aws_offers_csv,
                                                    feed::read_aws_products,
                                                    feed::read_aws_instance_types,
                                                    feed::read_aws_instance_regions,
                                                    feed::read_aws_spot_history,
                                                    feed::read_aws_spot_advisor,
                                                    feed::read_azure_retail_prices,
                                                    feed::read_ec2instances,
                                                    feed::read_gpuhunt,
                                                    feed::read_skypilot};
    return kReaders.at(static_cast<std::size_t>(format))(input, sink);
}

Import
import_feed(const std::filesystem::path& file, const Catalog& known, const ImportOptions& options) {
    require_positive("window", options.window);
    if (is_after_tomorrow(options.as_of, options.today))
        throw ArgumentError{"as_of", after_tomorrow_reason(options.as_of, options.today)};
    feed::Input input{file};
    const Format found = recognised(input);
    const Format format = options.format == Format::automatic ? found : options.format;
    if (format != found)
        throw InputError{{.file = file.string()},
                         fmt::format("must be {}, is {}", to_string(format), to_string(found))};
    feed::Sink sink{known, options, format, provider_of(format, file, options), file.string()};
    try {
        const std::string title = read(format, input, sink);
        return sink.finish(title);
    } catch (const feed::BadRow& bad) { // in a header, where no row can be set apart
        throw InputError{{.file = file.string(), .field = bad.field}, bad.reason};
    }
}

std::vector<Import> import_feeds(std::span<const std::filesystem::path> files,
                                 const Catalog& known,
                                 const ImportOptions& options) {
    std::vector<Import> imports(files.size());
    std::vector<std::exception_ptr> errors(files.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size(); i = next++) {
            try {
                imports[i] = import_feed(files[i], known, options);
            } catch (...) {
                errors[i] = std::current_exception();
            }
        }
    };
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min(processors, files.size()); ++i)
            threads.emplace_back(work);
        work();
    }
    for (const auto& error : errors)
        if (error)
            std::rethrow_exception(error);
    return imports;
}

} // namespace flopwise
