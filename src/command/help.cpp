#include "command/help.hpp"

#include <flopwise/flopwise.hpp>

#include "text/table.hpp"
#include "text/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace flopwise {

using Options = std::vector<const CLI::Option*>;

static Options options_of(const CLI::App& app) {
    Options out;
    for (const CLI::Option* option : app.get_options())
        if (!option->get_lnames().empty())
            out.push_back(option);
    return out;
}

static std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

static bool has_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

static std::string flag_of(const CLI::Option& option) {
    return "--" + option.get_lnames().front();
}

/// "--budget USD"
static std::string usage_of(const CLI::Option& option) {
    const std::string value = has_value(option) ? option.get_type_name() : "";
    return value.empty() ? flag_of(option) : flag_of(option) + " " + value;
}

// ---- values -------------------------------------------------------------------------

template <class E>
static std::string names() {
    std::string out;
    for (std::size_t i = 0; i < kEnumerators<E>; ++i)
        out += (i == 0 ? "" : " ") + std::string{to_string(static_cast<E>(i))};
    return out;
}

/// What a flag may have, as words of a shell: of names that the catalog has, the command that lists
/// them.
static std::string values_of(std::string_view flag) {
    static const std::map<std::string_view, std::string> values{
        {"profile", names<Profile>()},
        {"precision", names<Precision>()},
        {"speed", names<Speed>()},
        {"by", names<By>()},
        {"launch-format", names<LaunchFormat>()},
        {"sort", names<Sort>()},
        {"format", "table json csv markdown html"},
        {"color", "auto always never"},
        {"purchase", "best " + names<PurchaseKind>()},
        {"fine-tune", names<FineTune>()},
        {"recompute", names<Recompute>()},
        {"optimiser", names<Optimiser>()},
        {"recipe", names<Recipe>()},
        {"program", names<Program>()},
        {"loss", names<Loss>()},
        {"offload", names<Offload>()},
        {"sharding", names<Sharding>()},
        {"objective", names<Objective>()},
        {"kind", names<ModelKind>()},
        {"model", "$(catalog models --format csv 2>/dev/null | cut -d, -f1)"},
        {"gpu", "$(catalog gpus --provider any --format csv 2>/dev/null | cut -d, -f1)"},
        {"region", "$(catalog regions --provider any --format csv 2>/dev/null | cut -d, -f2)"},
        {"provider", "any $(catalog providers --format csv 2>/dev/null | cut -d, -f1)"}};
    const auto found = values.find(flag);
    return found == values.end() ? std::string{} : found->second;
}

static bool names_a_file(const CLI::Option& option) {
    return option.get_type_name().find("FILE") != std::string::npos;
}

static std::string flags_of(const CLI::App& app) {
    std::string out;
    for (const CLI::Option* option : options_of(app))
        out += (out.empty() ? "" : " ") + flag_of(*option);
    return out;
}

// ---- completions --------------------------------------------------------------------

/// The options of an app and its subcommands that take a value, each name once.
static std::map<std::string, const CLI::Option*> with_values(const CLI::App& app) {
    std::map<std::string, const CLI::Option*> out;
    std::vector<const CLI::App*> all = commands_of(app);
    all.push_back(&app);
    for (const CLI::App* one : all)
        for (const CLI::Option* option : options_of(*one))
            if (has_value(*option))
                out.emplace(flag_of(*option), option);
    return out;
}

/// The cases of what may follow a flag: words, a file, or what nobody can complete.
static std::string bash_values(const CLI::App& app) {
    std::string out;
    std::string files;
    std::string others;
    for (const auto& [flag, option] : with_values(app)) {
        const std::string words = values_of(option->get_lnames().front());
        if (!words.empty()) {
            out += fmt::format("    {}) words=\"{}\" ;;\n", flag, words);
            continue;
        }
        std::string& to = names_a_file(*option) ? files : others;
        to += (to.empty() ? "" : " | ") + flag;
    }
    return out + fmt::format("    {}) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
                             "    {}) return ;;\n",
                             files,
                             others);
}

static std::string bash(const CLI::App& app) {
    const std::string& name = app.get_name();
    std::string out = fmt::format("# bash completion of {0}: source <({0} help bash)\n_{0}() {{\n"
                                  "  local cur=${{COMP_WORDS[COMP_CWORD]}} words=\n"
                                  "  COMPREPLY=()\n  case ${{COMP_WORDS[COMP_CWORD-1]}} in\n",
                                  name);
    out += bash_values(app);
    out += "  esac\n  if [ -n \"$words\" ]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n    return\n  fi\n"
           "  case ${COMP_WORDS[1]} in\n";
    std::string commands;
    for (const CLI::App* one : commands_of(app)) {
        out += fmt::format("    {}) words=\"{}\" ;;\n", one->get_name(), flags_of(*one));
        commands += (commands.empty() ? "" : " ") + one->get_name();
    }
    out += fmt::format("    *) words=\"{} {}\" ;;\n  esac\n", flags_of(app), commands);
    return out +
           fmt::format("  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                       "  [ ${{#COMPREPLY[@]}} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "
                       "\"$cur\")\n}}\ncomplete -F _{0} {0}\n",
                       name);
}

/// Within single quotes of a shell.
static std::string apostrophes(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
        text.replace(at, 1, "'\\''");
    return text;
}

/// A line of zsh's _arguments.
static std::string zsh_line(const CLI::Option& option) {
    std::string help = option.get_description();
    for (std::size_t at = 0; (at = help.find_first_of("[]:\\", at)) != std::string::npos; at += 2)
        help.insert(at, "\\");
    help = apostrophes(std::move(help));
    const std::string words = values_of(option.get_lnames().front());
    const std::string what = !has_value(option)     ? ""
                             : !words.empty()       ? fmt::format(":value:({})", words)
                             : names_a_file(option) ? ":file:_files"
                                                    : ":value: ";
    return fmt::format("'{}[{}]{}'", flag_of(option), help, what);
}

static std::string zsh(const CLI::App& app) {
    const std::string& name = app.get_name();
    std::string out = fmt::format("#compdef {0}\n# zsh completion of {0}: {0} help zsh > "
                                  "\"${{fpath[1]}}/_{0}\"\n",
                                  name);
    const auto arguments = [&out](const CLI::App& of, std::string_view indent) {
        out += fmt::format("{}_arguments -s", indent);
        for (const CLI::Option* option : options_of(of))
            out += fmt::format(" \\\n{}  {}", indent, zsh_line(*option));
        out += fmt::format(" \\\n{}  '*:file:_files'\n", indent);
    };
    const auto commands = commands_of(app);
    if (commands.empty()) {
        arguments(app, "");
        return out;
    }
    out += "if (( CURRENT == 2 )); then\n  local -a commands=(\n";
    for (const CLI::App* one : commands)
        out += fmt::format("    '{}:{}'\n", one->get_name(), apostrophes(one->get_description()));
    out += "  )\n  _describe command commands\n  return\nfi\nlocal command=${words[2]}\nshift "
           "words; (( CURRENT-- ))\ncase $command in\n";
    for (const CLI::App* one : commands) {
        out += fmt::format("{})\n", one->get_name());
        arguments(*one, "  ");
        out += "  ;;\n";
    }
    return out + "esac\n";
}

/// What is $(command) elsewhere is (command) there.
static std::string in_fish(std::string words) {
    for (std::size_t at = 0; (at = words.find("$(", at)) != std::string::npos; ++at)
        words.erase(at, 1);
    return words;
}

static std::string fish(const CLI::App& app) {
    const std::string& name = app.get_name();
    std::string out = fmt::format("# fish completion of {0}: {0} help fish > "
                                  "~/.config/fish/completions/{0}.fish\n",
                                  name);
    const auto add = [&](const CLI::App& of, const std::string& when) {
        for (const CLI::Option* option : options_of(of)) {
            const std::string words = values_of(option->get_lnames().front());
            const std::string value = !has_value(*option) ? ""
                                      : words.empty()
                                          ? " -r"
                                          : fmt::format(" -x -a \"{}\"", in_fish(words));
            out += fmt::format("complete -c {}{} -l {}{} -d '{}'\n",
                               name,
                               when,
                               option->get_lnames().front(),
                               value,
                               apostrophes(option->get_description()));
        }
    };
    add(app, "");
    for (const CLI::App* one : commands_of(app)) {
        out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d '{}'\n",
                           name,
                           one->get_name(),
                           apostrophes(one->get_description()));
        add(*one, fmt::format(" -n '__fish_seen_subcommand_from {}'", one->get_name()));
    }
    return out;
}

// ---- a manual page ------------------------------------------------------------------

/// Text of roff: no line begins with a control character, and no backslash is one.
static std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
            out += "\\&";
        out += c == '\\' ? std::string{"\\e"} : c == '-' ? std::string{"\\-"} : std::string{c};
    }
    return out;
}

/// A flag in bold, what it takes in italics.
static std::string man_usage(const CLI::Option& option) {
    if (option.get_lnames().empty())
        return fmt::format("\\fI{}\\fR", roff(option.get_name()));
    const std::string value = has_value(option) ? option.get_type_name() : "";
    return fmt::format("\\fB{}\\fR{}",
                       roff(flag_of(option)),
                       value.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(value)));
}

static std::string man_options(const CLI::App& app, std::string_view heading) {
    std::string out;
    for (const std::string& group : app.get_groups()) {
        const auto options =
            app.get_options([&](const CLI::Option* o) { return o->get_group() == group; });
        if (options.empty())
            continue;
        out += fmt::format("{} \"{}\"\n", heading, roff(group));
        for (const CLI::Option* option : options)
            out +=
                fmt::format(".TP\n{}\n{}\n", man_usage(*option), roff(option->get_description()));
    }
    return out;
}

static std::string man(const CLI::App& app) {
    const std::string& name = app.get_name();
    std::string upper = name;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    });
    const auto commands = commands_of(app);
    std::string out = fmt::format(
        ".TH {} 1 \"\" \"flopwise {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n\\fB{}\\fR {}\n",
        upper,
        version(),
        name,
        roff(app.get_description()),
        name,
        commands.empty() ? "[OPTIONS] [REQUEST]" : "COMMAND [OPTIONS]");
    out += ".SH OPTIONS\n" + man_options(app, ".SS");
    for (const CLI::App* one : commands)
        out += fmt::format(
                   ".SH \"{} {}\"\n{}\n", name, one->get_name(), roff(one->get_description())) +
               man_options(*one, ".SS");
    return out + ".SH EXAMPLES\n.nf\n" + roff(app.get_footer()) + ".fi\n";
}

// ---- topics -------------------------------------------------------------------------

/// "What the machine must have" as it is typed: what-the-machine-must-have.
static std::string slug(std::string_view words) {
    std::string out = text::lower(words);
    std::replace(out.begin(), out.end(), ' ', '-');
    std::erase(out, '\'');
    return out;
}

static std::string lines_of(const Options& options) {
    std::string out;
    for (const CLI::Option* option : options)
        out += fmt::format("  {}\n      {}\n", usage_of(*option), option->get_description());
    return out;
}

/// A flag: what it means, its key, and what it may have.
static std::string on_flag(const CLI::Option& option) {
    const std::string& flag = option.get_lnames().front();
    std::string out = fmt::format("{}\n  {}\n  in \"{}\"",
                                  usage_of(option),
                                  option.get_description(),
                                  slug(option.get_group()));
    for (const Setting& setting : settings())
        if (setting.flag == flag)
            out += fmt::format("; in a request file, JSON and Python: {}", setting.key);
    const std::string words = values_of(flag);
    if (!words.empty() && words.find('$') == std::string::npos)
        out += fmt::format("\n  one of: {}", wrapped(words, 70, 10));
    return out + '\n';
}

/// By place: topics in the order of the flags.
static std::vector<std::pair<std::string, std::string>> topics_of(const CLI::App& app) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const std::string& group : app.get_groups())
        if (!group.empty() && group != "Options" && group != "Positionals")
            out.emplace_back(slug(group), group);
    for (const CLI::App* one : commands_of(app))
        out.emplace_back(one->get_name(), one->get_description());
    for (const auto& [name, what] :
         std::array<std::pair<const char*, const char*>, 4>{{{"bash", "completions for bash"},
                                                             {"zsh", "completions for zsh"},
                                                             {"fish", "completions for fish"},
                                                             {"man", "a manual page"}}})
        out.emplace_back(name, what);
    return out;
}

static std::string topics_text(const CLI::App& app) {
    TextTable grid;
    grid.column("topic", TextTable::Align::left);
    grid.column("what", TextTable::Align::left);
    for (const auto& [name, what] : topics_of(app))
        grid.row({name, what});
    constexpr std::size_t kWide = 1'000;
    return grid.terminal(kWide, false) +
           fmt::format("{} help TOPIC; a topic may be a flag too\n", app.get_name());
}

std::string help_on(const CLI::App& app, std::string_view topic) {
    using Make = std::string (*)(const CLI::App&);
    static const std::map<std::string_view, Make> made_by{
        {"", topics_text}, {"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"man", man}};
    if (const auto made = made_by.find(topic); made != made_by.end())
        return made->second(app);
    for (const CLI::App* one : commands_of(app))
        if (one->get_name() == topic)
            return one->help();
    Options of_group;
    const CLI::Option* flag = nullptr;
    for (const CLI::Option* option : options_of(app)) {
        if (topic == option->get_lnames().front() || topic == flag_of(*option))
            flag = option;
        if (slug(option->get_group()) == slug(topic))
            of_group.push_back(option);
    }
    if (!of_group.empty()) // "output" is a group; the flag is --output
        return of_group.front()->get_group() + '\n' + lines_of(of_group);
    if (flag != nullptr)
        return on_flag(*flag);
    std::vector<std::string> names;
    for (const auto& [name, what] : topics_of(app))
        names.push_back(name);
    for (const CLI::Option* option : options_of(app))
        names.push_back(option->get_lnames().front());
    const std::vector<std::string_view> known{names.begin(), names.end()};
    throw ArgumentError{"help",
                        fmt::format("must be a topic, got {}{}",
                                    text::quoted(topic),
                                    text::did_you_mean(topic, known))};
}

} // namespace flopwise
