#include <flopwise/feed.hpp>

#include "cost/term_fees.hpp"
#include "feed/import_threads.hpp"
#include "feed/no_feed.hpp"
#include "feed/providers.hpp"
#include "feed/reader.hpp"
#include "feed/sink.hpp"
#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace flopwise {

std::string_view to_string(Format format) {
    if (format == Format::automatic)
        return "auto";
    if (const feed::Reader* reader = feed::reader_of(format))
        return reader->name;
    throw text::NoName{static_cast<std::size_t>(format)};
}

UsdPerHour effective(const ReservedPrice& rate) {
    return TermFees{.years = rate.years, .hourly = rate.hourly, .upfront = rate.upfront}
        .effective();
}

// ---- which format -------------------------------------------------------------------

static std::vector<std::string_view> format_names() {
    std::vector<std::string_view> names;
    for (std::size_t i = 1; i < kFormats; ++i)
        names.push_back(to_string(static_cast<Format>(i)));
    return names;
}

static std::string_view begin_of(text::Input& input) {
    constexpr std::size_t kLooked = std::size_t{64} << 10U;
    input.fill(kLooked);
    std::string_view begin = input.view().substr(0, kLooked);
    if (begin.starts_with("\xEF\xBB\xBF"))
        begin.remove_prefix(3);
    begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n")));
    return begin;
}

/// Whether a file that looks like `found` may be read as what the caller says it is.
static bool may_be(Format asked, const feed::Reader& found) {
    return asked == Format::automatic || asked == found.format ||
           (asked == Format::table && found.format == Format::table_json);
}

static const feed::Reader& reader_for(text::Input& input, Format asked) {
    const std::string_view begin = begin_of(input);
    if (begin.empty())
        throw InputError{{.file = input.name()}, "must be a price file, is empty"};
    if (const std::string kind = feed::other_kind(begin); !kind.empty())
        throw InputError{{.file = input.name()}, fmt::format("must be a price file, is {}", kind)};
    const feed::Reader* found = feed::recognised(begin);
    if (found != nullptr && may_be(asked, *found))
        return *found;
    const bool json = begin.starts_with('{') || begin.starts_with('[');
    if (asked == Format::table && (found == nullptr || !json)) // whatever its columns are
        return *feed::reader_of(json ? Format::table_json : Format::table);
    if (found != nullptr)
        throw InputError{{.file = input.name()},
                         fmt::format("must be {}, is {}", to_string(asked), found->name)};
    throw InputError{{.file = input.name()},
                     fmt::format("must be of a known format ({}), begins with {}",
                                 text::one_of(format_names()),
                                 text::quoted(begin.substr(0, begin.find('\n'))))};
}

// ---- one file -----------------------------------------------------------------------

static bool is_table(Format format) {
    return format == Format::table || format == Format::table_json;
}

static std::string provider_of(const feed::Reader& reader,
                               const std::filesystem::path& file,
                               const ImportOptions& options) {
    if (!reader.provider.empty())
        return std::string{reader.provider};
    const std::string provider =
        options.provider.empty() ? feed::provider_in(file) : options.provider;
    if (provider.empty() && is_table(reader.format))
        return "own";
    if (provider.empty())
        throw ArgumentError{"provider",
                            fmt::format("must be given: {} does not name it", file.string())};
    return feed::known_as(provider);
}

static Import import_input(text::Input& input,
                           const std::filesystem::path& file,
                           const Catalog& known,
                           const ImportOptions& options) {
    const feed::Reader& found = reader_for(input, options.format);
    feed::Sink sink{known, options, found.format, provider_of(found, file, options), input.name()};
    try {
        const std::string title = found.read(input, sink);
        return sink.finish(title);
    } catch (const text::BadRow& bad) { // in a header, where no row can be set apart
        throw InputError{{.file = input.name(), .field = bad.field}, bad.reason};
    }
}

Import
import_feed(const std::filesystem::path& file, const Catalog& known, const ImportOptions& options) {
    require_positive("window", options.window);
    if (is_after_today(options.as_of, options.today))
        throw ArgumentError{"as_of", after_today_reason(options.as_of, options.today)};
    text::Input input{file};
    return import_input(input, file, known, options);
}

Import import_table(std::string_view csv, const Catalog& known, const ImportOptions& options) {
    text::Input input{"table", csv};
    ImportOptions as_table = options;
    as_table.format = Format::table;
    return import_input(input, "table", known, as_table);
}

std::pair<std::vector<Import>, std::vector<std::exception_ptr>>
feed::import_in_threads(std::span<const std::filesystem::path> files,
                        const Catalog& known,
                        const ImportOptions& options) {
    std::vector<Import> imports(files.size());
    std::vector<std::exception_ptr> errors(files.size());
    std::atomic<std::size_t> next{0};
    const bool several = files.size() > 1;
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size(); i = next++) {
            try {
                ImportOptions own = options;
                if (several && !provider_in(files[i]).empty()) // its name says whose it is
                    own.provider.clear();
                imports[i] = import_feed(files[i], known, own);
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
    return {std::move(imports), std::move(errors)};
}

std::vector<Import> import_feeds(std::span<const std::filesystem::path> files,
                                 const Catalog& known,
                                 const ImportOptions& options) {
    auto [imports, errors] = feed::import_in_threads(files, known, options);
    for (const auto& error : errors)
        if (error)
            std::rethrow_exception(error);
    return std::move(imports);
}

} // namespace flopwise
