// `catalog gpus`, `models`, `regions`, `providers` and `purchases`: what there is to ask for.

#include <flopwise/flopwise.hpp>

#include "command/cache.hpp"
#include "command/catalog_arguments.hpp"
#include "command/output.hpp"
#include "command/today.hpp"

namespace flopwise {

/// The groups of settings that choose among machines.
static bool chooses(const Setting& setting) {
    return setting.group == "What the machine must have" || setting.group == "Where and how";
}

static Request request_of(const Arguments& arguments) {
    Request request;
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!arguments.settings[i].empty())
            set(request,
                all[i].key,
                arguments.settings[i],
                {.field = fmt::format("--{}", all[i].flag)});
    request.today = today_of(arguments);
    return request;
}

/// The one that is named; of providers and ways to pay, else that of all clouds.
static Catalog catalog_of(const Arguments& arguments, const Request& request, Overview what) {
    if (!arguments.base.empty())
        return catalog_called(arguments.base, request.today);
    Request asked = request;
    const bool of_all = what == Overview::providers || what == Overview::purchases;
    if (of_all && asked.constraints.provider.empty())
        asked.constraints.provider = {"*"};
    return catalog_for(asked, usual_catalog(request.today));
}

template <Overview What>
static int run_overview(const Arguments& arguments) {
    std::vector<OverviewForm> forms;
    for (std::size_t i = 0; i < kOverviewForms; ++i)
        forms.push_back(static_cast<OverviewForm>(i));
    const auto form = one_of<OverviewForm>(
        "--format", arguments.format == "text" ? "table" : arguments.format, forms);
    const Request request = request_of(arguments);
    const Catalog catalog = catalog_of(arguments, request, What);
    const std::string out = overview(What, catalog, request, arguments.pattern, form);
    if (out.empty() && !arguments.pattern.empty())
        throw ArgumentError{"PATTERN",
                            fmt::format("must match one of the {}, got {}",
                                        to_string(What),
                                        text::quoted(arguments.pattern))};
    write_output(out, arguments.output);
    return out.empty() ? nothing : answer;
}

static CLI::App*
add_overview(CLI::App& app, Arguments& to, Overview what, const std::string& help) {
    CLI::App* const out = app.add_subcommand(std::string{to_string(what)}, help);
    out->add_option("PATTERN", to.pattern, "names to list: \"*100*\"");
    out->add_option("--format", to.format, "table, csv or json (table)")->type_name("NAME");
    out->add_option("--catalog", to.base, "a bundled catalog, \"cached\" or a file")
        ->type_name("NAME");
    out->add_option("-o,--output", to.output, "write to a file, whole or not at all")
        ->type_name("FILE");
    out->add_option("--today", to.today, "the day, if the system's clock is wrong")
        ->type_name("DATE");
    if (what == Overview::models || what == Overview::purchases)
        return out;
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!chooses(all[i]))
            continue;
        const std::string flag = fmt::format("--{}", all[i].flag);
        CLI::Option* const option =
            all[i].value.empty() ? out->add_flag(flag, to.settings[i], std::string{all[i].help})
                                 : out->add_option(flag, to.settings[i], std::string{all[i].help})
                                       ->type_name(std::string{all[i].value})
                                       ->expected(1)
                                       ->allow_extra_args(false)
                                       ->take_all();
        option->group(std::string{all[i].group});
    }
    return out;
}

std::vector<std::pair<CLI::App*, int (*)(const Arguments&)>> add_overviews(CLI::App& app,
                                                                           Arguments& to) {
    to.settings.resize(settings().size());
    return {{add_overview(app, to, Overview::gpus, "the GPUs of machines that qualify"),
             run_overview<Overview::gpus>},
            {add_overview(app, to, Overview::models, "the nets that have a name"),
             run_overview<Overview::models>},
            {add_overview(app, to, Overview::regions, "the regions with machines that qualify"),
             run_overview<Overview::regions>},
            {add_overview(app, to, Overview::providers, "who rents out machines that qualify"),
             run_overview<Overview::providers>},
            {add_overview(app, to, Overview::purchases, "the ways to pay, and who has them"),
             run_overview<Overview::purchases>}};
}

} // namespace flopwise
