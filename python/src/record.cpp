#include "record.hpp"

#include "text/text.hpp"

namespace flopwise::python {

std::string short_repr(std::string_view name, const std::vector<std::string>& fields) {
    constexpr std::size_t kMost = 240;
    constexpr std::size_t kMostOfAField = 100;
    std::string out;
    for (const std::string& field : fields) {
        const bool is_long = field.size() > kMostOfAField;
        const std::string shown = is_long ? field.substr(0, field.find('=') + 1) + "..." : field;
        if (out.size() + shown.size() > kMost) {
            out += ", ...";
            break;
        }
        out += (out.empty() ? "" : ", ") + shown;
    }
    return fmt::format("{}({})", name, out);
}

void refuse_keyword(const std::string& name, const std::vector<std::string>& known) {
    const std::vector<std::string_view> names{known.begin(), known.end()};
    throw py::type_error(fmt::format("unexpected keyword argument {}{}",
                                     python::text(py::repr(py::cast(name))),
                                     flopwise::text::did_you_mean(name, names)));
}

} // namespace flopwise::python
