#include "command/update.hpp"

#include <flopwise/flopwise.hpp>

#include "catalog/tables.hpp"
#include "command/apart.hpp"
#include "command/cache.hpp"
#include "command/download.hpp"
#include "command/price_files.hpp"
#include "feed/base_catalog.hpp"
#include "request/in_flags.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <system_error>

namespace flopwise {

namespace fs = std::filesystem;

// ---- what to download ----------------------------------------------------------------

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
    const std::string url = url_of(task, region);
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

static std::string file_of(const Update& what, const std::string& region) {
    return fmt::format("{}-{}.{}", what.provider, region, what.provider == "aws" ? "csv" : "json");
}

/// What is beyond belief is never used in silence, nor left out in silence.
static void tell_apart(Task& task, const std::string& region, std::span<const Rejected> apart) {
    if (apart.empty())
        return;
    fmt::print(stderr,
               "{} {}: {} set apart (--accept-outliers takes them): {}\n",
               task.what.provider,
               region,
               apart.size(),
               named(apart));
    task.state.send_again(file_of(task.what, region)); // to a call that takes them
}

static void tell_all_apart(Task& task,
                           std::span<const Import> imports,
                           std::span<const std::string> regions,
                           std::span<const Rejected> outliers) {
    for (std::size_t i = 0; i < imports.size(); ++i) { // they stand in the order of the imports
        const auto end = std::ranges::find_if(
            outliers, [&](const Rejected& r) { return r.where.file != imports[i].file; });
        const auto count = static_cast<std::size_t>(end - outliers.begin());
        tell_apart(task, regions[i], outliers.first(count));
        outliers = outliers.subspan(count);
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
        fmt::print("{}", in_flags(to_text(all)));
    else
        fmt::print("0 of {} prices took effect\n", all.prices);
}

/// The prices of a region if they are new.
static std::optional<Import> fetch(Task& task, const std::string& region) {
    const std::string file = file_of(task.what, region);
    if (!fetch_file(task, region, file)) {
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

/// The prices of a region will be in the cached catalog, so its file has served: it goes once they
/// are.
static void finish(Task& task, const std::string& region) {
    const std::string file = file_of(task.what, region);
    Known known =
        task.what.provider == "aws" ? task.state.find(file, url_of(task, region)) : Known{};
    task.state.drop(file);
    if (!known.url.empty()) {
        known.joined = true;
        task.state.set(file, std::move(known));
    }
}

static void join_and_write(Task& task,
                           const std::vector<Import>& imports,
                           const std::vector<std::string>& regions) {
    const std::string name = task.base.name().substr(0, task.base.name().find('+'));
    const Joined joined = join(task.base, imports, {.accept_outliers = task.what.accept_outliers});
    tell_all_apart(task, imports, regions, joined.outliers);
    for (const Skipped& left_out : joined.left_out)
        fmt::print(stderr, "left out: {} rows: {}\n", left_out.rows, text::printable(left_out.why));
    Tables tables = joined.catalog.tables();
    drop_unused_sources(tables);
    tables.name = fmt::format("{}+{}", name, to_string(tables.as_of));
    const Catalog catalog{std::move(tables)};
    for (const std::string& region : regions)
        finish(task, region);
    const std::string yaml = to_yaml(catalog);
    write_cached(catalog, yaml, task.state.path(), task.state.text_for(yaml));
    for (const std::string& region : regions)
        task.state.remove(file_of(task.what, region));
    const bool used = catalog.as_of() > Catalog::bundled().as_of();
    tell_effect(joined, used);
    if (!used)
        fmt::print(stderr, "these prices are not newer than the bundled ones, which stay in use\n");
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
    join_and_write(task, imports, regions);
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
    const Server server = server_of(what);
    const Trust trust = trust_of(what);
    const fs::path folder = cache_folder();
    if (folder.empty())
        throw ArgumentError{"XDG_CACHE_HOME",
                            "must be the absolute path of a folder, as HOME names none"};
    ::umask(::umask(0) | S_IWGRP | S_IWOTH); // what others may write to is not used
    make(folder);
    const Lock lock{folder};
    const Catalog known = base_called(what.base, what.today);
    State state{
        folder, !what.base.empty() || !(known.as_of() > Catalog::bundled().as_of()), what.today};
    state.sweep();
    const Catalog base = what.base.empty() ? with_providers(known, {what.provider}) : known;
    Task task{what, base, folder, server.url, server.user, trust, state};
    run(task);
}

} // namespace flopwise
