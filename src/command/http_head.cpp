#include "command/http_head.hpp"

#include <flopwise/error.hpp>

#include "text/day.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>

namespace flopwise {

static std::string_view without_blanks(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? std::string_view{}
               : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

static std::optional<std::uint64_t> whole_number(std::string_view digits) {
    const auto number = text::number(digits);
    constexpr double kExact = 9e15; // below 2^53
    return number && *number >= 0 && *number < kExact &&
                   *number == static_cast<double>(static_cast<std::uint64_t>(*number))
               ? std::optional{static_cast<std::uint64_t>(*number)}
               : std::nullopt;
}

// ---- versions -----------------------------------------------------------------------

/// The day of "Sun, 06 Nov 1994 08:49:37 GMT". Source: RFC 9110, section 5.6.7.
static std::optional<Date> day_of(std::string_view text) {
    constexpr std::size_t kSize = 29;
    constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != kSize || !text.ends_with(" GMT"))
        return std::nullopt;
    const auto day = whole_number(text.substr(5, 2));
    const auto month = static_cast<std::size_t>(
        std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3)) - kMonths.begin());
    const auto year = whole_number(text.substr(12, 4));
    if (!day || !year || month == kMonths.size() || *day < 1 || *day > 31)
        return std::nullopt;
    return Date{static_cast<int>(*year), static_cast<int>(month) + 1, static_cast<int>(*day)};
}

Version kept(Version version, Date today) {
    constexpr std::size_t kLongest = 1'024;
    const auto plain = [](const std::string& text) {
        return text.size() <= kLongest &&
               std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
    };
    if (!plain(version.etag))
        version.etag.clear();
    const auto day = day_of(version.modified);
    if (!day || is_after_tomorrow(*day, today) || !plain(version.modified))
        version.modified.clear();
    return version;
}

// ---- lines --------------------------------------------------------------------------

/// "bytes 100-199/1000"
static void read_range(std::string_view range, Answer& to) {
    constexpr std::string_view kUnit = "bytes ";
    if (!range.starts_with(kUnit))
        return;
    range.remove_prefix(kUnit.size());
    to.begin = whole_number(range.substr(0, range.find('-')));
    if (const auto slash = range.find('/'); slash != std::string_view::npos)
        to.length = whole_number(range.substr(slash + 1));
}

/// Of base64 to hexadecimal, as far as it is base64.
static std::string hex_of(std::string_view base64) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : base64) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos)
            break;
        bits = bits << 6U | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += fmt::format("{:02x}", bits >> count & 0xffU);
        }
    }
    return out;
}

/// The digest of "sha-256=:BASE64:" or "SHA-256=BASE64"; empty for others.
static std::string digest_in(std::string_view value) {
    constexpr std::string_view kName = "sha-256=";
    const auto at = text::lower(value).find(kName);
    if (at == std::string::npos)
        return {};
    value.remove_prefix(at + kName.size());
    value = without_blanks(value.substr(0, value.find(',')));
    if (value.starts_with(':'))
        value.remove_prefix(1);
    return hex_of(value.substr(0, value.find(':')));
}

static void read_header(const std::string& name, std::string_view value, Date today, Answer& to) {
    if (name == "etag")
        to.version.etag = kept({.etag = std::string{value}}, today).etag;
    else if (name == "last-modified")
        to.version.modified = kept({.modified = std::string{value}}, today).modified;
    else if (name == "content-encoding")
        to.encoded = text::lower(value) != "identity";
    else if (name == "content-range")
        read_range(value, to);
    else if (name == "repr-digest" || name == "digest")
        to.sha256 = digest_in(value);
    else if (name == "x-amz-checksum-sha256" && value.find('-') == std::string_view::npos)
        to.sha256 = hex_of(value);
    else if (name == "retry-after")
        to.wait_seconds = std::max(0.0, text::number(value).value_or(0));
}

void read_line(std::string_view line, Date today, Answer& to) {
    constexpr std::size_t kDigits = 3;
    if (line.starts_with("HTTP/")) {
        to = {};
        to.reason = without_blanks(line.substr(std::min(line.size(), line.find(' '))));
        to.status = static_cast<long>(
            whole_number(std::string_view{to.reason}.substr(0, kDigits)).value_or(0));
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        read_header(text::lower(without_blanks(line.substr(0, colon))),
                    without_blanks(line.substr(colon + 1)),
                    today,
                    to);
    }
}

} // namespace flopwise
