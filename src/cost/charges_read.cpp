#include "cost/charge_reading.hpp"
#include "cost/reserved_rows.hpp"
#include "text/files.hpp"
#include "text/text.hpp"
#include "text/yaml.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace flopwise {

namespace {

/// A figure of at least `least`, or above it, and finite; the reader of numbers sees to that.
double figure(yaml::Fields& row, std::string_view key, bool zero) {
    const double value = row.number(key);
    if (zero ? value < 0 : value <= 0)
        row.refuse(*row.take(key),
                   key,
                   fmt::format("must {}, got {}", zero ? "not be negative" : "be positive", value));
    return value;
}

/// A positive figure; NaN if it is not given.
double figure_or_nan(yaml::Fields& row, std::string_view key) {
    return row.has(key) ? figure(row, key, false)
                        : (row.number_or_none(key), std::numeric_limits<double>::quiet_NaN());
}

std::string
one_of(yaml::Fields& row, std::string_view key, std::span<const std::string_view> names) {
    std::string value = row.text(key);
    if (std::find(names.begin(), names.end(), value) == names.end())
        row.refuse(*row.take(key),
                   key,
                   fmt::format("must be {}, got {}{}",
                               text::one_of(names),
                               text::quoted(value),
                               text::did_you_mean(value, names)));
    return value;
}

std::string offering(yaml::Fields& row, std::string_view key = "offering") {
    return one_of(row, key, kOfferings);
}

double share(yaml::Fields& row, std::string_view key) {
    const double value = row.number(key);
    if (!(value >= 0 && value < 1))
        row.refuse(*row.take(key), key, fmt::format("must be in [0, 1), got {}", value));
    return value;
}

/// The share of a term's cost that is paid at its start; all of it needs no saying.
double upfront(yaml::Fields& row, bool all) {
    if (all && !row.has("upfront"))
        return (row.number_or_none("upfront"), 1.0);
    const double value = row.number("upfront");
    if (all ? value != 1 : !(value > 0 && value < 1))
        row.refuse(*row.take("upfront"),
                   "upfront",
                   fmt::format("must be {}, got {}",
                               all ? "1 where all is paid upfront" : "above 0 and below 1",
                               value));
    return value;
}

// ---- one function for each kind of row ----------------------------------------------

void charge(yaml::Fields& row, ChargesRow& to) {
    const std::string name = row.text("charge");
    if (unit_of(name).empty())
        row.refuse(*row.take("charge"),
                   "charge",
                   fmt::format("must be a known charge, got {}", text::quoted(name)));
    to.names.insert(to.names.end(), {name, row.text("region")});
    to.a = row.has("from") ? figure(row, "from", true) : (row.number_or_none("from"), 0.0);
    to.b = figure(row, "usd", true);
    to.c = row.has("smallest_size") ? figure(row, "smallest_size", false)
                                    : (row.number_or_none("smallest_size"), 0.0);
}

void reserved(yaml::Fields& row, ChargesRow& to) {
    to.names.insert(to.names.end(), {row.text("instance"), row.text("region"), offering(row)});
    to.a = figure(row, "usd_per_hour", false);
    to.b = figure_or_nan(row, "on_demand_usd_per_hour");
}

/// Days bought ahead stand among what is reserved, as an offering of their own.
void block(yaml::Fields& row, ChargesRow& to) {
    to.names.insert(to.names.end(),
                    {row.text("instance"), row.text("region"), std::string{kBlock}});
    to.a = figure(row, "usd_per_hour", false);
    to.b = std::numeric_limits<double>::quiet_NaN();
}

void same_rates(yaml::Fields& row, ChargesRow& to) {
    to.names.insert(to.names.end(), {offering(row), offering(row, "as")});
    if (to.names[1] == to.names[2])
        row.refuse(*row.take("as"),
                   "as",
                   fmt::format("must be another offering, got {}", text::quoted(to.names[2])));
}

void ratio(yaml::Fields& row, ChargesRow& to) {
    static constexpr std::array<std::string_view, 2> kPaid{"all_upfront", "partial_upfront"};
    to.names.insert(to.names.end(), {offering(row), one_of(row, "payment", kPaid)});
    to.a = figure(row, "ratio", false);
    to.b = upfront(row, to.names.back() == kPaid.front());
}

void interruption(yaml::Fields& row, ChargesRow& to) {
    to.names.insert(to.names.end(), {row.text("instance"), row.text("region")});
    to.a = share(row, "from");
    to.b = row.has("to") ? share(row, "to")
                         : (row.number_or_none("to"), std::numeric_limits<double>::quiet_NaN());
    if (to.b <= to.a)
        row.refuse(*row.take("to"), "to", fmt::format("must be above {}, got {}", to.a, to.b));
}

// ---- files --------------------------------------------------------------------------

template <class Read>
void each_row(yaml::Fields& file, std::string_view section, Read read) {
    const yaml::Node* rows = file.take(section);
    if (rows == nullptr)
        return;
    if (rows->kind != yaml::Node::Kind::list)
        file.refuse(*rows, section, "must be a list of rows");
    for (std::size_t i = 0; i < rows->items.size(); ++i) {
        const std::string path = fmt::format("{}[{}]", section, i);
        yaml::Fields row{rows->items[i], file.file(), path};
        read(row, Where{.file = file.file(), .line = rows->items[i].line, .field = path});
        row.done();
    }
}

/// The same source may stand in several files, such as those that one import writes.
void read_sources(yaml::Fields& file, ChargesReading& to) {
    std::set<std::string> here;
    each_row(file, "sources", [&](yaml::Fields& row, const Where& /*where*/) {
        Source source{.name = row.text("name"), .title = row.text("title")};
        const std::string day = row.text("as_of");
        const auto date = date_of(day);
        if (!date)
            row.refuse(*row.take("as_of"), "as_of", no_day_reason(day));
        source.as_of = *date;
        static constexpr std::array<std::string_view, 2> kEvidence{"looked_up", "recalled"};
        source.recalled = row.has("evidence") && one_of(row, "evidence", kEvidence) == kEvidence[1];
        const auto [at, added] = to.sources.emplace(source.name, source);
        if (!here.insert(source.name).second || !(added || at->second == source))
            row.refuse(*row.take("name"),
                       "name",
                       fmt::format("must be unique, got {} again", text::quoted(source.name)));
    });
}

/// The source of a row: one of those of the file.
std::string source_of(yaml::Fields& row, const ChargesReading& reading) {
    if (!row.has("source"))
        row.refuse(
            row.node(), "source", "must be given: a figure without a source is not accepted");
    std::string name = row.text("source");
    if (!reading.sources.contains(name))
        row.refuse(*row.take("source"),
                   "source",
                   fmt::format("must be one of `sources`, got {}", text::quoted(name)));
    return name;
}

void read_rows(yaml::Fields& file,
               std::string_view section,
               const std::string& provider,
               void (*read)(yaml::Fields&, ChargesRow&),
               const ChargesReading& reading,
               std::vector<ChargesRow>& to) {
    each_row(file, section, [&](yaml::Fields& row, const Where& where) {
        ChargesRow& out = to.emplace_back();
        out.names.push_back(row.text_or("provider", provider));
        read(row, out);
        out.where = where;
        out.source = source_of(row, reading);
    });
}

/// The charge of a provider's usual type of disk: one that this file has a rate for.
void read_default_storage(yaml::Fields& file, const std::string& provider, ChargesReading& to) {
    const std::string type = file.text_or("default_storage", "");
    if (type.empty())
        return;
    if (provider.empty())
        file.refuse(*file.take("default_storage"), "default_storage", "must come with provider");
    const std::string charge = fmt::format("{}{}", kStorage, type);
    if (std::none_of(to.charges.begin(), to.charges.end(), [&](const ChargesRow& row) {
            return row.names[0] == provider && row.names[1] == charge;
        }))
        file.refuse(*file.take("default_storage"),
                    "default_storage",
                    fmt::format("must be a type of disk with a rate, got {}", text::quoted(type)));
    if (const auto [at, added] = to.default_storage.emplace(provider, charge);
        !added && at->second != charge)
        file.refuse(*file.take("default_storage"),
                    "default_storage",
                    fmt::format("must be one for each provider, got {} and {}",
                                text::quoted(at->second.substr(kStorage.size())),
                                text::quoted(type)));
}

/// Files beside this one, each a table of the rates of one source.
void read_reserved_tables(yaml::Fields& file, const std::string& provider, ChargesReading& to) {
    const auto folder = std::filesystem::path{file.file()}.parent_path();
    each_row(file, "reserved_tables", [&](yaml::Fields& row, const Where& /*where*/) {
        const std::string whose = row.text_or("provider", provider);
        const std::string source = source_of(row, to);
        read_reserved_table(folder / row.text("file"), whose, source, to.tabled);
    });
}

void read_yaml(const std::string& yaml, const std::string& name, ChargesReading& to) {
    const yaml::Node root = yaml::parse(yaml, name);
    if (root.kind == yaml::Node::Kind::null)
        throw InputError{{.file = name}, "must be a file of charges, is empty"};
    yaml::Fields file{root, name, ""};
    const std::string provider = file.text_or("provider", "");
    read_sources(file, to);
    read_rows(file, "charges", provider, charge, to, to.charges);
    read_default_storage(file, provider, to);
    read_rows(file, "reserved", provider, reserved, to, to.reserved);
    read_reserved_tables(file, provider, to);
    read_rows(file, "blocks", provider, block, to, to.reserved);
    read_rows(file, "same_rates", provider, same_rates, to, to.same);
    read_rows(file, "reserved_ratios", provider, ratio, to, to.ratios);
    read_rows(file, "interruptions", provider, interruption, to, to.interruptions);
    file.done();
}

void read_text(const std::string& text, const std::string& name, ChargesReading& to) {
    (is_charges_csv(text, name) ? read_charges_csv : read_yaml)(text, name, to);
}

// ---- joining ------------------------------------------------------------------------

[[noreturn]] void refuse(const ChargesRow& row, std::string_view reason) {
    throw InputError{row.where, reason};
}

void sort(std::vector<ChargesRow>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const ChargesRow& a, const ChargesRow& b) {
        return a.names < b.names;
    });
}

void no_duplicates(const std::vector<ChargesRow>& rows) {
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (rows[i].names == rows[i - 1].names)
            refuse(rows[i], "must not be given twice");
}

/// The tiers of a charge start at zero and rise.
void require_tiers(std::vector<ChargesRow>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const ChargesRow& a, const ChargesRow& b) {
        return std::tie(a.names, a.a) < std::tie(b.names, b.a);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool first = i == 0 || rows[i].names != rows[i - 1].names;
        if (first && rows[i].a != 0)
            refuse(rows[i],
                   fmt::format("must have a tier from 0, the first is from {}", rows[i].a));
        if (!first && rows[i].a == rows[i - 1].a)
            refuse(rows[i], "must not be given twice");
    }
}

/// Of rates of the same in several tables, that of the newest.
void add_newest(ChargesReading& in) {
    const auto day = [&](const ChargesRow& row) {
        return in.sources.find(row.source)->second.as_of;
    };
    std::stable_sort(in.tabled.begin(), in.tabled.end(), [&](const auto& a, const auto& b) {
        return a.names != b.names ? a.names < b.names : day(b) < day(a);
    });
    for (std::size_t i = 0; i < in.tabled.size(); ++i) {
        const bool again = i > 0 && in.tabled[i].names == in.tabled[i - 1].names;
        if (!again || day(in.tabled[i]) == day(in.tabled[i - 1])) // the latter is refused
            in.reserved.push_back(in.tabled[i]);
    }
}

/// An offering has the rates of one other.
void require_one_same(std::vector<ChargesRow>& rows) {
    sort(rows);
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (rows[i].names[0] == rows[i - 1].names[0] && rows[i].names[1] == rows[i - 1].names[1])
            refuse(rows[i], "must not be given twice");
}

/// The usual type of disk of a provider that does not say: the only one that it has a rate for.
void add_only_storage(ChargesReading& in) {
    std::map<std::string_view, std::set<std::string_view>> types;
    for (const ChargesRow& row : in.charges)
        if (row.names[1].starts_with(kStorage) && unit_of(row.names[1]) == "GiB-month")
            types[row.names[0]].insert(row.names[1]);
    for (const auto& [provider, charges] : types)
        if (charges.size() == 1)
            in.default_storage.emplace(provider, *charges.begin());
}

} // namespace

std::string no_day_reason(std::string_view text) {
    return fmt::format("must be a date such as 2026-07-20, 2026-07, 2026 or undated, got {}",
                       text::quoted(text));
}

/// Turns rows into the form that is looked up.
struct ChargesReader {
    static Charges joined(ChargesReading& in) {
        auto data = std::make_shared<Charges::Data>();
        add_newest(in);
        std::set<std::string, std::less<>> names;
        for (const auto* rows :
             {&in.charges, &in.reserved, &in.same, &in.ratios, &in.interruptions})
            for (const ChargesRow& row : *rows)
                names.insert(row.names.begin(), row.names.end());
        data->names.assign(names.begin(), names.end());
        for (const auto& [name, source] : in.sources)
            data->sources.push_back(source);
        require_tiers(in.charges);
        require_one_same(in.same);
        add_only_storage(in);
        for (const auto& [provider, charge] : in.default_storage)
            data->default_storage.push_back(
                *data->key(std::array<std::string_view, 2>{provider, charge}));
        for (auto* rows : {&in.reserved, &in.same, &in.ratios, &in.interruptions}) {
            sort(*rows);
            no_duplicates(*rows);
        }
        add(*data, in, in.charges, data->charges);
        add(*data, in, in.same, data->same);
        add(*data, in, in.ratios, data->ratios);
        for (const ChargesRow& row : in.charges) {
            data->tiers.push_back({.from = row.a, .usd = row.b});
            data->smallest_size.push_back(row.c);
        }
        for (const ChargesRow& row : in.ratios) {
            data->ratio.push_back(row.a);
            data->upfront.push_back(row.b);
        }
        add_reserved(*data, in);
        add_bands(*data, in);
        data->offered = offered(*data);
        return Charges{std::move(data)};
    }

private:
    /// What each provider has a rate for, or the rates of.
    static std::vector<std::uint64_t> offered(const Charges::Data& data) {
        std::set<std::uint64_t> out;
        const ReservedRows& rows = data.reserved;
        for (const ReservedFact& fact : facts_of(rows))
            out.insert(name_key(std::array{fact.machine >> 2 * kNameBits,
                                           *data.number(offering_at(fact.offering))}));
        for (const std::uint64_t key : data.same.key)
            if (const std::uint64_t provider = key >> 2 * kNameBits;
                out.contains(name_key(std::array{provider, key & kNameMask})))
                out.insert(name_key(std::array{provider, key >> kNameBits & kNameMask}));
        return {out.begin(), out.end()};
    }

    static std::uint16_t source_of(const ChargesReading& in, const ChargesRow& row) {
        const auto source = in.sources.find(row.source);
        return static_cast<std::uint16_t>(std::distance(in.sources.begin(), source));
    }

    /// The first three names of a row.
    static std::uint64_t machine_of(const Charges::Data& data, const ChargesRow& row) {
        return *data.key(std::array<std::string_view, 3>{row.names[0], row.names[1], row.names[2]});
    }

    static void add_reserved(Charges::Data& data, const ChargesReading& in) {
        std::vector<ReservedFact> facts;
        for (const ChargesRow& row : in.reserved)
            facts.push_back({.machine = machine_of(data, row),
                             .offering = static_cast<std::uint8_t>(
                                 std::ranges::find(kOfferings, row.names[3]) - kOfferings.begin()),
                             .source = source_of(in, row),
                             .on_demand_usd_per_hour = row.b,
                             .usd_per_hour = row.a});
        data.reserved = packed(std::move(facts));
    }

    static void add_bands(Charges::Data& data, const ChargesReading& in) {
        std::vector<BandFact> facts;
        for (const ChargesRow& row : in.interruptions)
            facts.push_back({.machine = machine_of(data, row),
                             .source = source_of(in, row),
                             .from = row.a,
                             .to = row.b});
        data.interruptions = packed(std::move(facts));
    }

    static void add(const Charges::Data& data,
                    const ChargesReading& in,
                    const std::vector<ChargesRow>& rows,
                    ChargeRows& to) {
        for (const ChargesRow& row : rows) {
            const std::vector<std::string_view> names{row.names.begin(), row.names.end()};
            to.key.push_back(*data.key(names));
            to.source.push_back(source_of(in, row));
        }
    }
};

Charges Charges::read(const std::filesystem::path& file) {
    return read({&file, 1});
}

Charges Charges::read(std::span<const std::filesystem::path> files) {
    ChargesReading reading;
    for (const auto& file : files)
        read_text(text::read_file(file, yaml::kLargestFile), file.string(), reading);
    return ChargesReader::joined(reading);
}

Charges Charges::parse(const std::string& yaml, const std::string& name) {
    ChargesReading reading;
    read_text(yaml, name, reading);
    return ChargesReader::joined(reading);
}

} // namespace flopwise
