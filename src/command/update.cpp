#include "command/update.hpp"

#include <flopwise/flopwise.hpp>

#include "catalog/tables.hpp"
#include "command/cache.hpp"
#include "command/download.hpp"
#include "command/progress.hpp"
#include "command/sha256.hpp"
#include "feed/base_catalog.hpp"
#include "feed/json_stream.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace flopwise {

namespace fs = std::filesystem;

// ---- what is known of earlier updates ------------------------------------------------

namespace {

/// A price file that was downloaded.
struct Known {
    std::string url;
    Version version;
    std::string sha256;
    bool joined = false; ///< its prices are in the cached catalog, and the file is gone

    bool operator==(const Known&) const = default;
};

/// The file `update.state`: what the files of the cache were downloaded from. What it says counts
/// as long as the files are those it was written for.
class State {
public:
    /// `fresh`: the cached catalog is not what prices are joined over, so no file is in it.
    State(fs::path folder, bool fresh);

    [[nodiscard]] Known find(const std::string& file, const std::string& url) const;
    void set(const std::string& file, Known known);
    void forget(const std::string& file);
    void write() const;

private:
    fs::path folder_;
    std::map<std::string, Known> files_;
};

/// One update at a time: two would write to the same parts.
class Lock {
public:
    explicit Lock(const fs::path& folder);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() { ::close(file_); }

private:
    int file_;
};

} // namespace

constexpr auto kState = "update.state";

static std::string state_mark(const fs::path& folder) {
    return fmt::format("flopwise {} {} {}",
                       version(),
                       Catalog::bundled().name(),
                       sha256_of_file(folder / "catalog.yaml"));
}

State::State(fs::path folder, bool fresh) : folder_{std::move(folder)} {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    constexpr std::size_t kFields = 6;
    require_own(folder_, kState);
    std::error_code none;
    if (!fs::exists(folder_ / kState, none))
        return;
    std::vector<std::string> lines;
    try {
        lines = text::split(text::read_file(folder_ / kState, kLargest), '\n');
    } catch (const InputError& error) { // what it says can be downloaded again
        fmt::print(stderr, "{}: it counts as absent\n", error.what());
        return;
    }
    const bool same = !fresh && lines.front() == state_mark(folder_);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto fields = text::split(lines[i], '\t');
        if (fields.size() != kFields || (fields[5] == "joined" && !same))
            continue;
        files_[fields[0]] = {fields[1], {fields[2], fields[3]}, fields[4], fields[5] == "joined"};
    }
}

Known State::find(const std::string& file, const std::string& url) const {
    const auto found = files_.find(file);
    if (found == files_.end() || found->second.url != url)
        return {};
    const Known& known = found->second;
    return known.joined || sha256_of_file(folder_ / file) == known.sha256 ? known : Known{};
}

void State::set(const std::string& file, Known known) {
    for (std::string* field : {&known.version.etag, &known.version.modified})
        if (field->find_first_of("\t\r\n") != std::string::npos)
            field->clear();
    files_[file] = std::move(known);
}

void State::forget(const std::string& file) {
    std::error_code ignored;
    fs::remove(folder_ / file, ignored);
    files_.erase(file);
}

void State::write() const {
    std::string out = state_mark(folder_) + "\n";
    for (const auto& [file, known] : files_)
        out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n",
                           file,
                           known.url,
                           known.version.etag,
                           known.version.modified,
                           known.sha256,
                           known.joined ? "joined" : "file");
    text::write_file(folder_ / kState, out);
}

Lock::Lock(const fs::path& folder) {
    constexpr mode_t kOwn = 0600;
    const auto path = folder / "lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwn);
    if (file_ < 0)
        throw InputError{
            {.file = path.string()},
            fmt::format("cannot be opened: {}", std::generic_category().message(errno))};
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        ::close(file_);
        throw InputError{{.file = path.string()}, "must be free, another update is under way"};
    }
}

// ---- what to download ----------------------------------------------------------------

namespace {

/// One update: where it goes and what it goes over.
struct Task {
    const Update& what;
    const Catalog& base;
    fs::path folder;
    std::string server;
    State& state;
};

} // namespace

static std::string server_of(const Update& what) {
    std::string url = what.from;
    if (url.empty())
        url = what.provider == "aws" ? "https://pricing.us-east-1.amazonaws.com"
                                     : "https://prices.azure.com";
    if (!url.starts_with("https://") && !url.starts_with("http://"))
        throw ArgumentError{
            "--from",
            fmt::format("must begin with https:// or http://, got {}", text::quoted(url))};
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

/// Regions become parts of URLs and of the names of files.
static bool is_plain(std::string_view region) {
    return !region.empty() && std::all_of(region.begin(), region.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

static std::vector<std::string> regions_of(const Update& what, const Catalog& base) {
    std::vector<std::string_view> known;
    for (const Region& region : base.regions())
        if (region.provider == what.provider && is_plain(region.code))
            known.push_back(region.code);
    if (known.empty())
        throw ArgumentError{
            "PROVIDER",
            fmt::format("must have regions in the catalog, {} has none in {}: --base names one "
                        "that has them",
                        what.provider,
                        base.name())};
    for (const std::string& region : what.regions)
        if (std::find(known.begin(), known.end(), region) == known.end())
            throw ArgumentError{"--region",
                                fmt::format("must be a region of {}, got {}{}",
                                            what.provider,
                                            text::quoted(region),
                                            text::did_you_mean(region, known))};
    std::set<std::string> regions{what.regions.begin(), what.regions.end()};
    if (regions.empty())
        for (const Price& price : base.tables().prices)
            if (price.provider == what.provider && is_plain(price.region))
                regions.insert(price.region);
    return {regions.begin(), regions.end()};
}

static Downloaded
get(const Task& task, const std::string& url, const fs::path& file, Version known, Progress& bar) {
    for (const char* suffix : {"", ".part", ".part.from"})
        require_own(task.folder, file.filename().string() + suffix);
    return download({.url = url,
                     .file = file,
                     .known = std::move(known),
                     .stall_seconds = task.what.stall_seconds,
                     .progress = [&](auto done, auto all) { bar.show(done, all); }});
}

// ---- AWS -----------------------------------------------------------------------------

/// Source: AWS Billing user guide, "Getting price list files manually".
static std::string aws_url(const Task& task, const std::string& region) {
    return fmt::format("{}/offers/v1.0/aws/AmazonEC2/current/{}/index.csv", task.server, region);
}

/// Sees to it that the file is there; false if its prices are in the cached catalog already.
static bool fetch_aws(Task& task, const std::string& region, const std::string& file) {
    const std::string url = aws_url(task, region);
    const Known known = task.state.find(file, url);
    Progress bar{fmt::format("aws {}", region)};
    const Downloaded done = get(task, url, task.folder / file, known.version, bar);
    if (!done.changed)
        return !known.joined;
    task.state.set(file, {url, done.version, done.sha256});
    task.state.write();
    return true;
}

// ---- Azure ---------------------------------------------------------------------------

/// Source: Microsoft Learn, "Azure Retail Prices overview".
static std::string azure_url(const Task& task, const std::string& region) {
    return fmt::format("{}/api/retail/prices?api-version=2023-01-01-preview&$filter="
                       "serviceName%20eq%20%27Virtual%20Machines%27%20and%20armRegionName%20eq%20"
                       "%27{}%27%20and%20priceType%20eq%20%27Consumption%27",
                       task.server,
                       region);
}

/// The link to the page that follows; empty for the last.
static std::string next_page(const fs::path& page) {
    constexpr std::array<std::string_view, 1> kLists{"Items"};
    std::string link;
    text::Input input{page};
    json_stream::walk(input,
                      kLists,
                      {.row = [](json_stream::Row&) {},
                       .wanted = [](auto, auto) { return false; },
                       .bad = [](auto, auto, auto, auto, const auto&) {},
                       .fact =
                           [&](std::string_view path, std::string_view text) {
                               if (path == "NextPageLink" && text != "null")
                                   link = json_stream::unescaped(text);
                           }});
    return link;
}

/// A link as the service writes it, on the server that was asked; it may not lead elsewhere.
static std::string same_server(const Task& task, std::string link, const std::string& url) {
    constexpr std::string_view kPort = ":443/";
    const auto port = link.find(kPort);
    if (link.starts_with("https://") && port != std::string::npos &&
        port == link.find(':', std::string_view{"https://"}.size()))
        link.erase(port, kPort.size() - 1);
    for (std::size_t blank = 0; (blank = link.find(' ', blank)) != std::string::npos;)
        link.replace(blank, 1, "%20");
    const bool printable =
        std::all_of(link.begin(), link.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!link.starts_with(task.server + "/") || !printable)
        throw InputError{{.file = url, .field = "NextPageLink"},
                         fmt::format("must lead to {}, got {}", task.server, text::quoted(link))};
    return link;
}

/// All pages of a region, one behind the other in a file. The service has no versions of them.
static bool fetch_azure(Task& task, const std::string& region, const std::string& file) {
    constexpr int kMostPages = 10'000;
    const fs::path page = task.folder / (file + ".page");
    Progress bar{fmt::format("azure {}", region)};
    std::ofstream out{task.folder / file, std::ios::binary | std::ios::trunc};
    std::string url = azure_url(task, region);
    for (int pages = 0; !url.empty(); ++pages) {
        if (pages == kMostPages)
            throw InputError{{.file = url}, fmt::format("must have at most {} pages", kMostPages)};
        get(task, url, page, {}, bar);
        const std::string next = next_page(page);
        out << std::ifstream{page, std::ios::binary}.rdbuf() << '\n';
        fs::remove(page);
        url = next.empty() ? "" : same_server(task, next, url);
    }
    out.close();
    if (!out)
        throw InputError{{.file = (task.folder / file).string()}, "cannot be written"};
    return true;
}

// ---- into the cache ------------------------------------------------------------------

/// Of 100,000 reserved rates, those that the cache has are of machines with accelerators, as those
/// that are bundled: all of them would take seconds to read.
static void leave_gpus(const Catalog& known, Import& import) {
    std::set<std::string_view> with_gpu;
    for (const auto machines :
         {known.instances(), std::span<const Instance>{import.tables.instances}})
        for (const Instance& machine : machines)
            if (!machine.gpu.empty())
                with_gpu.insert(machine.name);
    std::erase_if(import.reserved,
                  [&](const ReservedPrice& rate) { return !with_gpu.contains(rate.instance); });
}

/// The prices of a region; throws if the file has none, or is no price file.
static Import read(const Task& task, const std::string& region, const std::string& file) {
    const bool aws = task.what.provider == "aws";
    const std::string url = aws ? aws_url(task, region) : azure_url(task, region);
    try {
        Import import =
            import_feed(task.folder / file,
                        task.base,
                        {.format = aws ? Format::aws_offers_csv : Format::azure_retail_prices,
                         .as_of = task.what.today,
                         .today = task.what.today});
        const auto& prices = import.tables.prices;
        if (std::none_of(
                prices.begin(), prices.end(), [&](const Price& p) { return p.region == region; }))
            throw InputError{{}, fmt::format("must have prices of {}, has none", region)};
        leave_gpus(task.base, import);
        return import;
    } catch (const InputError& error) { // in words of what was downloaded
        Where where = error.where();
        where.file = url;
        throw InputError{where, error.reason()};
    }
}

static void tell(const std::string& provider, const std::string& region, const Import& import) {
    fmt::print("{} {}: {} prices, as of {}\n",
               provider,
               region,
               import.tables.prices.size(),
               to_string(import.tables.as_of));
    if (!import.rejected.empty())
        fmt::print(
            stderr,
            "{} {}: {} of {} rows rejected; the first: {}\n",
            provider,
            region,
            import.rows_rejected,
            import.rows,
            InputError{import.rejected.front().where, import.rejected.front().reason}.what());
}

/// What the prices that were downloaded do to the catalog that is used from now on: nothing,
/// unless that is the one that they were joined to.
static void tell_effect(const Joined& joined, bool used) {
    ImportEffect all;
    for (const ImportEffect& effect : joined.effects)
        all += effect;
    if (used)
        fmt::print("{}", to_text(all));
    else
        fmt::print("0 of {} prices took effect\n", all.prices);
}

static void join_and_write(const Task& task, const std::vector<Import>& imports) {
    const std::string name = task.base.name().substr(0, task.base.name().find('+'));
    const Joined joined = join(task.base, imports);
    for (const Skipped& left_out : joined.left_out)
        fmt::print(stderr, "left out: {} rows: {}\n", left_out.rows, left_out.why);
    Tables tables = joined.catalog.tables();
    drop_unused_sources(tables);
    tables.name = fmt::format("{}+{}", name, to_string(tables.as_of));
    const Catalog catalog{std::move(tables)};
    write_cached(catalog);
    const bool used = catalog.as_of() > Catalog::bundled().as_of();
    tell_effect(joined, used);
    if (!used)
        fmt::print(stderr, "these prices are not newer than the bundled ones, which stay in use\n");
}

static std::string file_of(const Update& what, const std::string& region) {
    return fmt::format("{}-{}.{}", what.provider, region, what.provider == "aws" ? "csv" : "json");
}

/// The prices of a region if they are new.
static std::optional<Import> fetch(Task& task, const std::string& region) {
    const std::string file = file_of(task.what, region);
    const bool is_new = task.what.provider == "aws" ? fetch_aws(task, region, file)
                                                    : fetch_azure(task, region, file);
    if (!is_new) {
        fmt::print("{} {}: nothing new\n", task.what.provider, region);
        return std::nullopt;
    }
    try {
        Import import = read(task, region, file);
        tell(task.what.provider, region, import);
        return import;
    } catch (...) { // the next call shall not find it as good as new
        task.state.forget(file);
        task.state.write();
        throw;
    }
}

/// The prices of a region are in the cached catalog, so its file has served.
static void finish(Task& task, const std::string& region) {
    const std::string file = file_of(task.what, region);
    Known known =
        task.what.provider == "aws" ? task.state.find(file, aws_url(task, region)) : Known{};
    task.state.forget(file);
    if (!known.url.empty()) {
        known.joined = true;
        task.state.set(file, std::move(known));
    }
}

static void run(Task& task) {
    std::vector<Import> imports;
    std::vector<std::string> regions;
    for (const std::string& region : regions_of(task.what, task.base))
        if (auto import = fetch(task, region)) {
            imports.push_back(*std::move(import));
            regions.push_back(region);
        }
    if (imports.empty())
        return;
    join_and_write(task, imports);
    for (const std::string& region : regions)
        finish(task, region);
    task.state.write();
}

/// Makes the folder, for the user alone.
static void make(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    if (!error && fs::create_directory(folder, error))
        fs::permissions(folder, fs::perms::owner_all, error);
    if (error)
        throw InputError{{.file = folder.string()},
                         fmt::format("cannot be made: {}", error.message())};
}

void update(const Update& what) {
    if (!can_download())
        throw ArgumentError{"update", "must be built with libcurl, which was not there"};
    const std::string server = server_of(what);
    const fs::path folder = cache_folder();
    if (folder.empty())
        throw ArgumentError{"XDG_CACHE_HOME",
                            "must be the absolute path of a folder, as HOME names none"};
    ::umask(::umask(0) | S_IWGRP | S_IWOTH); // what others may write to is not used
    make(folder);
    require_own(folder, "lock");
    const Lock lock{folder};
    const Catalog known = base_called(what.base, what.today);
    State state{folder, !what.base.empty() || !(known.as_of() > Catalog::bundled().as_of())};
    const Catalog base = what.base.empty() ? with_providers(known, {what.provider}) : known;
    Task task{what, base, folder, server, state};
    run(task);
}

} // namespace flopwise
