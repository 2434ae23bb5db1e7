#include "command/price_files.hpp"

#include "command/cache.hpp"
#include "command/download.hpp"
#include "command/progress.hpp"
#include "feed/json_stream.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace flopwise {

namespace fs = std::filesystem;

// ---- servers ------------------------------------------------------------------------

Server server_of(const Update& what) {
    std::string url = what.from;
    if (url.empty())
        url = what.provider == "aws" ? "https://pricing.us-east-1.amazonaws.com"
                                     : "https://prices.azure.com";
    const auto scheme = url.find("://");
    const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t path = std::min(url.find_first_of("/?#", host), url.size());
    std::string user;
    if (const auto at = url.rfind('@', path); at != std::string::npos && at >= host) {
        user = url.substr(host, at - host);
        url.erase(host, at + 1 - host);
    }
    if (!url.starts_with("https://") && !url.starts_with("http://"))
        throw ArgumentError{
            "--from",
            fmt::format("must begin with https:// or http://, got {}", text::quoted(url))};
    // With such a sign in a password, what follows it would be the path, and be shown.
    const std::size_t port = url.find(':', host);
    if (port < url.find_first_of("/?#", host) && url.find('@', port) != std::string::npos &&
        url.find_first_not_of("0123456789", port + 1) < url.find_first_of("/?#", port))
        throw ArgumentError{"--from", "must have /, ? and # of a password as %2F, %3F and %23"};
    if (url.size() == host || std::string_view{"/?#:"}.find(url[host]) != std::string_view::npos)
        throw ArgumentError{"--from", fmt::format("must name a server, got {}", text::quoted(url))};
    while (url.ends_with('/'))
        url.pop_back();
    return {url, user};
}

/// The certificates to trust in place of the system's, as curl itself finds them.
Trust trust_of(const Update& what) {
    const auto from = [](const char* name) {
        const char* const value = std::getenv(name);
        return std::string{value == nullptr ? "" : value};
    };
    const auto file = [](std::string_view where, std::string path) {
        std::error_code none;
        if (!path.empty() && !fs::is_regular_file(path, none))
            throw ArgumentError{
                where, fmt::format("must be a file of certificates, got {}", text::quoted(path))};
        return path;
    };
    if (!what.cacert.empty())
        return {file("--cacert", what.cacert), ""};
    if (const std::string path = from("CURL_CA_BUNDLE"); !path.empty())
        return {file("CURL_CA_BUNDLE", path), ""};
    return {file("SSL_CERT_FILE", from("SSL_CERT_FILE")), from("SSL_CERT_DIR")};
}

// ---- downloads ----------------------------------------------------------------------

/// Looks before any of them is opened.
static void require_own_parts(const Task& task, const std::string& file) {
    for (const char* suffix : {"", ".part", ".part.from"})
        require_own(task.folder, file + suffix);
}

static Downloaded get(const Task& task,
                      const std::string& url,
                      const fs::path& file,
                      Version known,
                      Progress& bar,
                      std::uint64_t largest = Download{}.largest) {
    require_own_parts(task, file.filename().string());
    return download({.url = url,
                     .file = file,
                     .known = std::move(known),
                     .stall_seconds = task.what.stall_seconds,
                     .today = task.what.today,
                     .user = task.user,
                     .certificates = task.trust.file,
                     .certificate_folder = task.trust.folder,
                     .largest = largest,
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
    require_own_parts(task, file);
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
    constexpr std::uint64_t kLargestPage = std::uint64_t{64} << 20U; // of some 600 kB
    constexpr std::uint64_t kLargest = std::uint64_t{4} << 30U;
    const fs::path page = task.folder / (file + ".page");
    require_own_parts(task, file);
    fs::remove(task.folder / file);
    Progress bar{fmt::format("azure {}", region)};
    std::ofstream out{task.folder / file, std::ios::binary | std::ios::trunc};
    std::string url = azure_url(task, region);
    std::uint64_t size = 0;
    for (int pages = 0; !url.empty(); ++pages) {
        if (pages == kMostPages || size > kLargest)
            throw InputError{
                {.file = url},
                fmt::format("must have at most {} pages and {} GiB", kMostPages, kLargest >> 30U)};
        size += get(task, url, page, {}, bar, kLargestPage).bytes;
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

std::string url_of(const Task& task, const std::string& region) {
    return task.what.provider == "aws" ? aws_url(task, region) : azure_url(task, region);
}

bool fetch_file(Task& task, const std::string& region, const std::string& file) {
    return task.what.provider == "aws" ? fetch_aws(task, region, file)
                                       : fetch_azure(task, region, file);
}

} // namespace flopwise
