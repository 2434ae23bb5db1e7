#include "command/update_state.hpp"

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/sha256.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace flopwise {

namespace fs = std::filesystem;

constexpr auto kState = "update.state";

static std::string mark_of(const std::string& sha256) {
    return fmt::format("flopwise {} {} {}", version(), Catalog::bundled().name(), sha256);
}

// ---- the state ----------------------------------------------------------------------

State::State(fs::path folder, bool fresh, Date today) : folder_{std::move(folder)} {
    constexpr std::size_t kLargest = std::size_t{1} << 20U;
    for (const char* file : {kState, "catalog.yaml", "catalog.yaml.image"})
        require_own(folder_, file);
    std::error_code none;
    if (!fs::exists(path(), none))
        return;
    try {
        const std::string mark = fresh ? "" : mark_of(sha256_of_file(folder_ / "catalog.yaml"));
        files_ = known_files(text::read_file(path(), kLargest), mark, today);
    } catch (const InputError& error) { // what it says can be downloaded again
        fmt::print(stderr, "{}: it counts as absent\n", error.what());
    }
}

fs::path State::path() const {
    return folder_ / kState;
}

Known State::find(const std::string& file, const std::string& url) const {
    const auto found = files_.find(file);
    if (found == files_.end() || found->second.url != url)
        return {};
    const Known& known = found->second;
    if (known.joined)
        return known;
    require_own(folder_, file);
    return sha256_of_file(folder_ / file) == known.sha256 ? known : Known{};
}

void State::set(const std::string& file, Known known) {
    files_[file] = std::move(known);
}

void State::send_again(const std::string& file) {
    if (const auto found = files_.find(file); found != files_.end())
        found->second.version = {};
}

void State::remove(const std::string& file) const {
    std::error_code ignored;
    fs::remove(folder_ / file, ignored);
}

void State::forget(const std::string& file) {
    remove(file);
    files_.erase(file);
}

void State::write() const {
    text::write_file(path(), state_text(mark_of(sha256_of_file(folder_ / "catalog.yaml")), files_));
}

std::string State::text_for(std::string_view catalog) const {
    return state_text(mark_of(sha256_of(catalog)), files_);
}

/// The price file that a file of the cache is, or is a part of; empty if it is none.
static std::string price_file(std::string_view name) {
    if (!name.starts_with("aws-") && !name.starts_with("azure-"))
        return {};
    for (const std::string_view suffix : {".from", ".part", ".page"})
        if (name.ends_with(suffix))
            name.remove_suffix(suffix.size());
    return name.ends_with(".csv") || name.ends_with(".json") ? std::string{name} : std::string{};
}

void State::sweep() const {
    for (const char* written : {"catalog.yaml", "catalog.yaml.image", kState})
        text::remove_left_over(folder_ / written);
    std::vector<fs::path> gone;
    std::error_code none;
    for (fs::directory_iterator at{folder_, none}, end; !none && at != end; at.increment(none)) {
        const std::string name = at->path().filename().string();
        const std::string file = price_file(name);
        const auto known = files_.find(file);
        const bool kept = name == file && known != files_.end() && !known->second.joined;
        const bool part = file.ends_with(".csv") && name != file && // may go on where it stopped
                          fs::exists(folder_ / (file + ".part"), none) &&
                          fs::exists(folder_ / (file + ".part.from"), none);
        if (!file.empty() && !kept && !part && fs::is_regular_file(at->symlink_status(none)))
            gone.push_back(at->path());
        else if (name.starts_with('.') && name.find(".part.from.") != std::string::npos)
            text::remove_left_over(folder_ / name.substr(1, name.find(".from.") + 4));
    }
    for (const fs::path& path : gone)
        fs::remove(path, none);
}

// ---- the lock -----------------------------------------------------------------------

Lock::Lock(const fs::path& folder) {
    constexpr mode_t kOwn = 0600;
    require_own(folder, "lock");
    const auto path = folder / "lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kOwn);
    if (file_ < 0)
        throw InputError{
            {.file = path.string()},
            fmt::format("cannot be opened: {}", std::generic_category().message(errno))};
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        ::close(file_);
        throw InputError{{.file = path.string()}, "must be free, another update is under way"};
    }
}

Lock::~Lock() {
    ::close(file_);
}

} // namespace flopwise
