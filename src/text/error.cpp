#include <flopwise/error.hpp>

#include "text/text.hpp"

#include <utility>

namespace flopwise {

static std::string message(const Where& where, std::string_view reason) {
    std::string out;
    if (!where.file.empty())
        out += where.line > 0 ? fmt::format("{}:{}: ", where.file, where.line)
                              : fmt::format("{}: ", where.file);
    if (where.byte > 0)
        out += fmt::format("byte {}: ", where.byte);
    if (!where.field.empty())
        out += fmt::format("{}: ", where.field);
    out.append(reason);
    return text::printable(out);
}

Error::Error(Where where, std::string_view reason)
    : std::runtime_error{message(where, reason)}, where_{std::move(where)}, reason_{reason} {}

} // namespace flopwise
