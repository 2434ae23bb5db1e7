#include "command/recommend_output.hpp"

#include "text/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace flopwise {

static bool colour(const Output& output) {
    if (output.colour != "auto" || !output.file.empty())
        return output.colour == "always";
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
}

/// The columns of the terminal, where that is what is written to, or as COLUMNS has them.
static int width(const Output& output) {
    constexpr int kUsual = 80;
    constexpr int kLeast = 60;
    constexpr int kMost = 250;
    if (!output.file.empty())
        return kUsual;
    const char* const given = std::getenv("COLUMNS");
    double columns = text::number(given == nullptr ? "" : given).value_or(0);
    winsize size{};
    if (columns <= 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns > 0 ? static_cast<int>(std::clamp<double>(columns, kLeast, kMost)) : kUsual;
}

/// The start plan with the answer it belongs to as comments at its head: still a script.
static std::string plan_with_answer(const Recommendation& advice, const Output& output) {
    std::string script = launch_script(advice.request, advice.choices.front());
    std::string comments = "# ";
    for (const char c : table(advice, {.explain = output.explain, .wide = output.wide}))
        comments += c == '\n'                             ? std::string{"\n# "}
                    : static_cast<unsigned char>(c) < ' ' ? std::string{'?'}
                                                          : std::string{c};
    const bool program = script.starts_with("#!"); // whose first line stays the first
    return script.insert(program ? script.find('\n') + 1 : 0, comments + "\n");
}

TableStyle style_of(const Output& output) {
    return {.colour = colour(output),
            .explain = output.explain,
            .wide = output.wide,
            .width = width(output),
            .columns = output.columns};
}

std::string report(const Recommendation& advice, const Output& output) {
    if (output.format == "json")
        return json(advice);
    if (output.format == "csv")
        return csv(advice);
    if (output.format == "markdown")
        return markdown(advice, style_of(output));
    if (output.format == "html")
        return html(advice);
    if (advice.request.launch.wanted && !advice.choices.empty())
        return plan_with_answer(advice, output);
    return table(advice, style_of(output));
}

} // namespace flopwise
