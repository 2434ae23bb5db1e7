#include "command/download.hpp"

#include "command/sha256.hpp"
#include "text/files.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <curl/curl.h>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace flopwise {

bool can_download() {
    return true;
}

namespace {

constexpr int kAttempts = 4;
constexpr double kLongestWait = 60; // seconds
using Seconds = std::chrono::duration<double>;

class Transfer {
public:
    explicit Transfer(const Download& what);

    Downloaded run();

    std::size_t head(std::string_view line);
    std::size_t body(std::string_view bytes);
    [[nodiscard]] bool progress(std::uint64_t now, std::uint64_t all) const;

    std::exception_ptr thrown; ///< by one of these while libcurl called it

private:
    enum class End { done, unchanged, again };

    End attempt();
    void set_up();
    End ended(CURLcode code);
    End broken(CURLcode code);
    End refused();
    bool begin_body();
    [[nodiscard]] bool grows_beyond_measure(std::size_t more) const;
    void set_trust();
    bool open(int how);
    [[nodiscard]] std::optional<std::string> why_not_whole() const;
    Downloaded finish();
    [[noreturn]] void refuse(std::string_view reason) const {
        throw InputError{{.file = what_.url}, reason};
    }
    void header(const std::string& line) {
        headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
    }
    void forget() const;

    const Download& what_;
    std::filesystem::path part_;
    std::filesystem::path from_; ///< what the part is a part of
    std::unique_ptr<CURL, void (*)(CURL*)> curl_{nullptr, &curl_easy_cleanup};
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_{nullptr, &curl_slist_free_all};
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out_{nullptr, &std::fclose};
    std::array<char, CURL_ERROR_SIZE> error_{};
    Answer answer_;
    std::uint64_t offset_ = 0; ///< of the part that is there already
    std::string etag_;         ///< of its version
    std::uint64_t size_ = 0;
    bool begun_ = false;
    bool too_large_ = false;
    std::string trouble_; ///< of the last attempt
};

} // namespace

std::size_t Transfer::head(std::string_view line) {
    read_line(line, what_.today, answer_);
    return line.size();
}

// ---- the file ------------------------------------------------------------------------

Transfer::Transfer(const Download& what) : what_{what}, part_{what.file}, from_{what.file} {
    part_ += ".part";
    from_ += ".part.from";
}

/// Forgets a part of which nothing more is to be had.
void Transfer::forget() const {
    std::error_code ignored;
    std::filesystem::remove(from_, ignored);
    std::filesystem::remove(part_, ignored);
}

/// A regular file, which no link leads to, for the user alone.
bool Transfer::open(int how) {
    constexpr mode_t kOwn = 0600;
    const int file =
        ::open(part_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | how, kOwn);
    struct stat found {};
    out_.reset();
    if (file >= 0 && ::fstat(file, &found) == 0 && S_ISREG(found.st_mode))
        out_.reset(::fdopen(file, "ab"));
    else if (file >= 0)
        ::close(file);
    if (out_) // what arrived is there, even if we are killed
        std::setvbuf(out_.get(), nullptr, _IONBF, 0);
    return out_ != nullptr;
}

/// Whether what arrives now can be written behind what is there, or in place of it.
bool Transfer::begin_body() {
    begun_ = true;
    if (answer_.status == 206) {
        const bool fits = answer_.begin == offset_ && !answer_.encoded &&
                          (answer_.version.etag.empty() || answer_.version.etag == etag_);
        size_ = offset_;
        return fits && open(O_APPEND);
    }
    forget();
    size_ = 0;
    if (!open(O_TRUNC | O_APPEND))
        return false;
    const std::string& etag = answer_.version.etag;
    if (!answer_.encoded && !etag.empty() && !etag.starts_with("W/"))
        text::write_file(from_, what_.url + "\n" + etag + "\n");
    return true;
}

/// What is packed may hold gigabytes in a few bytes; price files unpack to some twenty times.
bool Transfer::grows_beyond_measure(std::size_t more) const {
    constexpr std::uint64_t kAlways = std::uint64_t{16} << 20U;
    constexpr std::uint64_t kTimes = 100;
    curl_off_t sent = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_SIZE_DOWNLOAD_T, &sent);
    return answer_.encoded && size_ + more > kAlways + kTimes * static_cast<std::uint64_t>(
                                                                    std::max<curl_off_t>(sent, 0));
}

std::size_t Transfer::body(std::string_view bytes) {
    if (answer_.status != 200 && answer_.status != 206)
        return bytes.size(); // the page of an error
    if (!begun_ && !begin_body())
        return 0;
    if (size_ + bytes.size() > what_.largest || grows_beyond_measure(bytes.size())) {
        too_large_ = true;
        return 0;
    }
    const std::size_t n = std::fwrite(bytes.data(), 1, bytes.size(), out_.get());
    size_ += n;
    return n;
}

bool Transfer::progress(std::uint64_t now, std::uint64_t all) const {
    constexpr std::uint64_t kLongestError = std::uint64_t{1} << 20U;
    const bool file = answer_.status == 200 || answer_.status == 206;
    if (!file && now > kLongestError)
        return false;
    const std::uint64_t before = answer_.status == 206 ? offset_ : 0;
    if (file && what_.progress)
        what_.progress(before + now, all == 0 ? 0 : before + all);
    return true;
}

// ---- attempts ------------------------------------------------------------------------

template <class T>
static void set(CURL* curl, CURLoption option, T value) {
    curl_easy_setopt(curl, option, value);
}

static void set_protocols(CURL* curl, bool https) {
#if LIBCURL_VERSION_NUM >= 0x075500
    const char* const names = https ? "https" : "http,https";
    set(curl, CURLOPT_PROTOCOLS_STR, names);
    set(curl, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
    const long bits = https ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
    set(curl, CURLOPT_PROTOCOLS, bits);
    set(curl, CURLOPT_REDIR_PROTOCOLS, bits);
#endif
}

/// How much is there of the version that `from` tells; 0 if it is of another file.
static std::uint64_t resumable(const std::filesystem::path& part,
                               const std::filesystem::path& from,
                               const std::string& url,
                               std::string& etag) {
    constexpr std::size_t kLongest = std::size_t{64} << 10U;
    std::error_code none;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(from, none)) ||
        !std::filesystem::is_regular_file(std::filesystem::symlink_status(part, none)))
        return 0;
    std::vector<std::string> lines;
    try {
        lines = text::split(text::read_file(from, kLongest), '\n');
    } catch (const InputError&) {
        return 0; // of what the part is one is not known
    }
    if (lines.size() < 2 || lines[0] != url)
        return 0;
    etag = kept({.etag = lines[1]}, {}).etag;
    if (etag.empty())
        return 0;
    const auto size = std::filesystem::file_size(part, none);
    return none ? 0 : size;
}

/// Who the user says is to be believed, and who the user is.
void Transfer::set_trust() {
    CURL* const curl = curl_.get();
    if (!what_.certificates.empty())
        set(curl, CURLOPT_CAINFO, what_.certificates.c_str());
    if (!what_.certificate_folder.empty())
        set(curl, CURLOPT_CAPATH, what_.certificate_folder.c_str());
    if (what_.user.empty())
        return;
    const auto plain = [curl](const std::string& text) {
        const std::unique_ptr<char, void (*)(void*)> out{
            curl_easy_unescape(curl, text.c_str(), static_cast<int>(text.size()), nullptr),
            &curl_free};
        return std::string{out ? out.get() : ""};
    };
    const auto colon = std::min(what_.user.find(':'), what_.user.size());
    set(curl, CURLOPT_USERNAME, plain(what_.user.substr(0, colon)).c_str());
    if (colon < what_.user.size())
        set(curl, CURLOPT_PASSWORD, plain(what_.user.substr(colon + 1)).c_str());
}

void Transfer::set_up() {
    curl_.reset(curl_easy_init());
    if (!curl_)
        refuse("cannot be downloaded: libcurl does not start");
    CURL* const curl = curl_.get();
    headers_.reset();
    answer_ = {};
    begun_ = false;
    too_large_ = false;
    error_.front() = '\0';
    etag_.clear();
    offset_ = resumable(part_, from_, what_.url, etag_);
    size_ = offset_;
    if (offset_ > 0) {
        set(curl, CURLOPT_RANGE, fmt::format("{}-", offset_).c_str());
        header(fmt::format("If-Range: {}", etag_));
    } else {
        set(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (!what_.known.etag.empty())
        header(fmt::format("If-None-Match: {}", what_.known.etag));
    if (!what_.known.modified.empty())
        header(fmt::format("If-Modified-Since: {}", what_.known.modified));
    constexpr long kRedirects = 5;
    set(curl, CURLOPT_URL, what_.url.c_str());
    set(curl, CURLOPT_USERAGENT, "flopwise/" FLOPWISE_VERSION);
    set(curl, CURLOPT_HTTPHEADER, headers_.get());
    set(curl, CURLOPT_FOLLOWLOCATION, 1L);
    set(curl, CURLOPT_MAXREDIRS, kRedirects);
    set(curl, CURLOPT_NOSIGNAL, 1L);
    set(curl, CURLOPT_CONNECTTIMEOUT, what_.stall_seconds);
    constexpr long kSlowest = 1'000; // bytes a second; less would take years
    set(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowest);
    set(curl, CURLOPT_LOW_SPEED_TIME, what_.stall_seconds);
    set(curl, CURLOPT_ERRORBUFFER, error_.data());
    set_protocols(curl, what_.url.starts_with("https:"));
    set_trust();
}

/// What libcurl calls may not throw through it: the error is kept, and the transfer ends.
template <class Result, class Call>
static Result guarded(void* transfer, Result failed, Call call) {
    auto& to = *static_cast<Transfer*>(transfer);
    try {
        return call(to);
    } catch (...) {
        to.thrown = std::current_exception();
        return failed;
    }
}

extern "C" {
static std::size_t on_head(char* at, std::size_t one, std::size_t n, void* transfer) {
    return guarded(transfer, std::size_t{0}, [&](Transfer& to) { return to.head({at, one * n}); });
}
static std::size_t on_body(char* at, std::size_t one, std::size_t n, void* transfer) {
    return guarded(transfer, std::size_t{0}, [&](Transfer& to) { return to.body({at, one * n}); });
}
static int on_progress(
    void* transfer, curl_off_t all, curl_off_t now, curl_off_t /*up*/, curl_off_t /*up_now*/) {
    const auto size = [](curl_off_t n) { return n > 0 ? static_cast<std::uint64_t>(n) : 0; };
    return guarded(
        transfer, 1, [&](Transfer& to) { return to.progress(size(now), size(all)) ? 0 : 1; });
}
}

Transfer::End Transfer::attempt() {
    set_up();
    CURL* const curl = curl_.get();
    set(curl, CURLOPT_HEADERFUNCTION, &on_head);
    set(curl, CURLOPT_HEADERDATA, this);
    set(curl, CURLOPT_WRITEFUNCTION, &on_body);
    set(curl, CURLOPT_WRITEDATA, this);
    set(curl, CURLOPT_NOPROGRESS, 0L);
    set(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(curl, CURLOPT_XFERINFODATA, this);
    const CURLcode code = curl_easy_perform(curl);
    if (thrown)
        std::rethrow_exception(thrown);
    const End end = ended(code);
    out_.reset();
    return end;
}

/// Whether a transfer broke in a way that may pass.
static bool may_pass(CURLcode code) {
    switch (code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_BAD_CONTENT_ENCODING:
        return true;
    default:
        return false;
    }
}

static bool may_pass(long status) {
    return status == 408 || status == 429 || status >= 500;
}

/// What the server stated that the file is not.
std::optional<std::string> Transfer::why_not_whole() const {
    if (answer_.length && *answer_.length != size_)
        return fmt::format("must have {} bytes, has {}", *answer_.length, size_);
    if (answer_.sha256.empty() || answer_.encoded)
        return std::nullopt;
    const std::string found = sha256_of_file(part_);
    if (answer_.sha256 == found)
        return std::nullopt;
    return fmt::format(
        "must have the SHA-256 that the server states, {}, has {}", answer_.sha256, found);
}

/// The transfer did not come to its end.
Transfer::End Transfer::broken(CURLcode code) {
    if (too_large_) {
        out_.reset();
        forget();
        refuse(fmt::format("must be at most {} MiB, and at most 100 times what is sent of it",
                           what_.largest >> 20U));
    }
    if (code == CURLE_WRITE_ERROR && answer_.status == 206 && !out_) {
        forget();
        trouble_ = "must go on where it stopped, the server sends another part";
        return End::again;
    }
    if (code == CURLE_WRITE_ERROR)
        refuse(fmt::format(
            "cannot be written to {}: {}", part_.string(), std::generic_category().message(errno)));
    trouble_ = fmt::format("cannot be downloaded: {}",
                           error_.front() != '\0' ? error_.data() : curl_easy_strerror(code));
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        refuse(trouble_ + " (--cacert FILE, CURL_CA_BUNDLE or SSL_CERT_FILE names certificates to "
                          "trust)");
    if (!may_pass(code))
        refuse(trouble_);
    return End::again;
}

/// The answer is not the file.
Transfer::End Transfer::refused() {
    if (answer_.status == 304 && !what_.known.empty())
        return End::unchanged;
    trouble_ = fmt::format("must be a file, the server says {}", text::shortened(answer_.reason));
    if (answer_.wait_seconds > kLongestWait)
        refuse(fmt::format("{}, and to ask again in {:.6g} s", trouble_, answer_.wait_seconds));
    if (answer_.status == 416 && offset_ > 0)
        forget(); // what is there is longer than the file
    else if (!may_pass(answer_.status))
        refuse(trouble_);
    return End::again;
}

Transfer::End Transfer::ended(CURLcode code) {
    const bool file = answer_.status == 200 || answer_.status == 206;
    if (code != CURLE_OK && code != CURLE_ABORTED_BY_CALLBACK)
        return broken(code);
    if (!file)
        return refused();
    if (!begun_ && !begin_body()) // a file without a byte
        refuse(fmt::format("cannot be written to {}", part_.string()));
    out_.reset();
    if (const auto why = why_not_whole()) {
        forget();
        trouble_ = *why;
        return End::again;
    }
    return End::done;
}

Downloaded Transfer::finish() {
    Downloaded done{.version = answer_.version, .bytes = size_, .sha256 = sha256_of_file(part_)};
    std::error_code error;
    std::filesystem::rename(part_, what_.file, error);
    if (error)
        refuse(fmt::format("cannot be written to {}: {}", what_.file.string(), error.message()));
    forget();
    return done;
}

Downloaded Transfer::run() {
    constexpr Seconds kFirstWait{0.5};
    Seconds wait = kFirstWait;
    for (int i = 1; i <= kAttempts; ++i, wait *= 2) {
        const End end = attempt();
        if (end == End::unchanged)
            return {.changed = false, .version = what_.known};
        if (end == End::done)
            return finish();
        if (i < kAttempts)
            std::this_thread::sleep_for(
                std::max(wait, Seconds{std::min(kLongestWait, answer_.wait_seconds)}));
    }
    refuse(fmt::format("{} (tried {} times)", trouble_, kAttempts));
}

Downloaded download(const Download& what) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK)
        throw InputError{{.file = what.url}, "cannot be downloaded: libcurl does not start"};
    return Transfer{what}.run();
}

} // namespace flopwise
