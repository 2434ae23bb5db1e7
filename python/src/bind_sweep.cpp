#include "python.hpp"
#include "recommend/sweep.hpp"
#include "text/text.hpp"

#include <pybind11/numpy.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>
#include <unordered_map>

using namespace flopwise;
using namespace flopwise::python;

namespace {

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Codes = py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>;
using Flags = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;

template <class T>
std::span<T> writable(py::array_t<T>& array) {
    return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

// ---- groups -------------------------------------------------------------------------

constexpr auto kNew = std::numeric_limits<std::uint32_t>::max();

/// Numbers the different pairs of a group so far and a code, in the order they appear.
std::uint32_t
split(std::vector<std::uint32_t>& group_of, std::uint32_t groups, const Codes& codes, int values) {
    const auto code = codes.unchecked<1>();
    const auto width = static_cast<std::uint64_t>(values) + 1; // with -1 for what is not given
    constexpr std::uint64_t kSmall = 1U << 22U;
    std::uint32_t count = 0;
    const auto renumber = [&](auto id) {
        for (std::size_t row = 0; row < group_of.size(); ++row) {
            const auto value = static_cast<std::uint64_t>(code(static_cast<py::ssize_t>(row)) + 1);
            std::uint32_t& number = id(group_of[row] * width + value);
            if (number == kNew)
                number = count++;
            group_of[row] = number;
        }
    };
    if (groups * width <= kSmall) {
        std::vector<std::uint32_t> ids(groups * width, kNew);
        renumber([&ids](std::uint64_t pair) -> std::uint32_t& { return ids[pair]; });
    } else {
        std::unordered_map<std::uint64_t, std::uint32_t> ids;
        renumber([&ids](std::uint64_t pair) -> std::uint32_t& {
            return ids.try_emplace(pair, kNew).first->second;
        });
    }
    return count;
}

/// The columns that are not figures, as codes into their different values.
struct Keys {
    std::vector<std::string> names;
    std::vector<Codes> codes;
    std::vector<py::list> values;
};

struct Groups {
    std::vector<std::uint32_t> of_row;
    std::vector<SweepGroup> groups;
    std::vector<std::uint32_t> catalog_of_group;
    std::vector<std::unique_ptr<const Catalog>> catalogs;
};

class Grouping {
public:
    Grouping(const Keys& keys, py::object catalog) : keys_{keys}, catalog_{std::move(catalog)} {}

    Groups make(std::size_t rows) {
        out_.of_row.resize(rows);
        std::uint32_t count = 1;
        for (std::size_t k = 0; k < keys_.names.size(); ++k)
            count =
                split(out_.of_row, count, keys_.codes[k], static_cast<int>(keys_.values[k].size()));
        out_.groups.resize(rows == 0 ? 0 : count);
        out_.catalog_of_group.resize(out_.groups.size());
        std::vector<bool> seen(out_.groups.size());
        for (std::size_t row = 0; row < rows; ++row)
            if (const std::uint32_t g = out_.of_row[row]; !seen[g]) {
                seen[g] = true;
                fill(g, static_cast<py::ssize_t>(row));
            }
        return std::move(out_);
    }

private:
    void fill(std::uint32_t g, py::ssize_t row) {
        SweepGroup& group = out_.groups[g];
        py::dict settings;
        py::object catalog = catalog_;
        for (std::size_t k = 0; k < keys_.names.size(); ++k) {
            const std::int32_t code = keys_.codes[k].at(row);
            if (code < 0)
                continue;
            const py::object value = keys_.values[k][static_cast<std::size_t>(code)];
            if (keys_.names[k] == "catalog")
                catalog = value;
            else if (keys_.names[k] == "charges" && py::isinstance<Charges>(value))
                group.charges = value.cast<Charges>();
            else
                settings[py::cast(keys_.names[k])] = value;
        }
        try {
            group.request = with_settings({}, settings);
            out_.catalog_of_group[g] = open(catalog, group.request);
            group.catalog = out_.catalogs[out_.catalog_of_group[g]].get();
        } catch (const Error& e) {
            group.error = e;
        }
    }

    std::uint32_t open(const py::object& written, const Request& request) {
        const bool given = py::isinstance<Catalog>(written);
        py::object key = given ? written : py::str(written);
        if (written.is_none()) // then the provider decides
            key = py::make_tuple(py::cast(request.constraints.provider));
        for (std::uint32_t i = 0; i < opened_.size(); ++i)
            if (given ? opened_[i].is(key) : opened_[i].equal(key))
                return i;
        out_.catalogs.push_back(std::make_unique<const Catalog>(catalog_of(written, request)));
        opened_.push_back(key);
        return static_cast<std::uint32_t>(opened_.size() - 1);
    }

    const Keys& keys_;
    py::object catalog_;
    std::vector<py::object> opened_;
    Groups out_;
};

// ---- the work -----------------------------------------------------------------------

/// Runs a sweep in threads while this one looks for Ctrl-C and tells the progress.
void run(Sweep& sweep, unsigned threads, const py::object& progress) {
    constexpr auto kLook = std::chrono::milliseconds{50};
    std::mutex mutex;
    std::condition_variable ready;
    unsigned working = threads;
    std::vector<std::thread> pool;
    const auto join = [&] {
        const py::gil_scoped_release released;
        for (std::thread& thread : pool)
            thread.join();
    };
    try {
        for (unsigned i = 0; i < threads; ++i)
            pool.emplace_back([&] {
                sweep.work();
                const std::lock_guard lock{mutex};
                --working;
                ready.notify_one();
            });
        for (bool finished = false; !finished;) {
            {
                const py::gil_scoped_release released;
                std::unique_lock lock{mutex};
                finished = ready.wait_for(lock, kLook, [&] { return working == 0; });
            }
            if (PyErr_CheckSignals() != 0)
                throw py::error_already_set{};
            if (!progress.is_none())
                progress(sweep.done());
        }
    } catch (...) { // Ctrl-C, or what the caller's progress raised
        sweep.cancelled = true;
        join();
        throw;
    }
    join();
    if (sweep.failure())
        std::rethrow_exception(sweep.failure());
}

/// Names of the offers that were chosen and how each is paid for, once each, and for each row, in
/// place of its offer, which of them.
py::dict names_of(const Groups& groups,
                  std::span<std::int32_t> offer,
                  std::span<const std::int8_t> purchase) {
    std::unordered_map<std::uint64_t, std::int32_t> seen;
    py::dict out;
    std::array<py::list, 4> names;
    for (std::size_t row = 0; row < offer.size(); ++row) {
        if (offer[row] < 0)
            continue;
        const std::uint64_t catalog = groups.catalog_of_group[groups.of_row[row]];
        constexpr std::uint64_t kWays = 256;
        const auto way = static_cast<std::uint64_t>(purchase[row]);
        const auto key = (catalog << 32U | static_cast<std::uint32_t>(offer[row])) * kWays + way;
        const auto [found, is_new] = seen.try_emplace(key, static_cast<std::int32_t>(seen.size()));
        if (is_new) {
            const Offer o = groups.catalogs[catalog]->offer(static_cast<std::size_t>(offer[row]));
            names[0].append(o.instance.name);
            names[1].append(o.instance.provider);
            names[2].append(o.region.code);
            names[3].append(to_string(static_cast<PurchaseKind>(way)));
        }
        offer[row] = found->second;
    }
    out["instance"] = names[0];
    out["provider"] = names[1];
    out["region"] = names[2];
    out["purchase"] = names[3];
    return out;
}

std::span<const double> figures_of(const py::dict& figures, const char* key) {
    if (!figures.contains(key))
        return {};
    const auto array = figures[key].cast<Numbers>(); // the dictionary keeps it alive
    return {array.data(), static_cast<std::size_t>(array.size())};
}

/// The columns that a caller may ask for beside those of each sweep, but the runner-up's names.
py::list names_of_figures() {
    py::list out;
    for (std::size_t f = 0; f < kSweepFigures; ++f)
        out.append(to_string(static_cast<SweepFigure>(f)));
    return out;
}

std::string meant(const std::string& name, const std::vector<std::string>& names) {
    const std::vector<std::string_view> all{names.begin(), names.end()};
    return text::did_you_mean(name, all);
}

/// Columns that are made only if they are asked for, by name.
class More {
public:
    More(std::size_t rows, const std::vector<std::string>& wanted, SweepAnswers& answers)
        : wanted_{wanted} {
        const auto size = static_cast<py::ssize_t>(rows);
        for (const std::string& name : wanted)
            for (std::size_t f = 0; f < kSweepFigures; ++f)
                if (to_string(static_cast<SweepFigure>(f)) == name) {
                    figures_.emplace_back(size);
                    answers.more[f] = writable(figures_.back());
                }
        if (figures_.size() == wanted.size())
            return;
        offer_ = py::array_t<std::int32_t>(size); // the others are names of the runner-up
        purchase_.resize(rows);
        answers.runner_up = writable(offer_);
        answers.runner_up_purchase = purchase_;
    }

    void add(const Groups& groups, py::dict& to) {
        std::size_t next = 0;
        for (const std::string& name : wanted_)
            for (const py::handle figure : names_of_figures())
                if (figure.cast<std::string>() == name)
                    to[py::cast(name)] = figures_[next++];
        if (purchase_.empty() && offer_.size() == 0)
            return;
        to["runner_up_names"] = names_of(groups, writable(offer_), purchase_);
        to["runner_up"] = offer_;
    }

private:
    const std::vector<std::string>& wanted_;
    std::vector<py::array_t<double>> figures_;
    py::array_t<std::int32_t> offer_;
    std::vector<std::int8_t> purchase_;
};

py::list errors_of(const Sweep& sweep) {
    py::list out;
    for (const auto& [row, error] : sweep.errors())
        out.append(py::make_tuple(row, error.where().field, error.reason()));
    return out;
}

py::dict swept(const std::size_t rows,
               const py::dict& figures,
               const std::vector<std::tuple<std::string, Codes, py::list>>& columns,
               const Flags& missing,
               const std::vector<std::string>& more,
               const py::object& catalog,
               const unsigned threads,
               const py::object& progress) {
    Keys keys;
    for (const auto& [name, codes, values] : columns) {
        keys.names.push_back(name);
        keys.codes.push_back(codes);
        keys.values.push_back(values);
    }
    const Groups groups = Grouping{keys, catalog}.make(rows);
    py::array_t<std::int32_t> offer(static_cast<py::ssize_t>(rows));
    py::array_t<std::int8_t> purchase(static_cast<py::ssize_t>(rows));
    py::array_t<std::int8_t> outcome(static_cast<py::ssize_t>(rows));
    std::array<py::array_t<double>, 4> numbers;
    for (auto& array : numbers)
        array = py::array_t<double>(static_cast<py::ssize_t>(rows));
    const SweepFigures given{.budget_usd = figures_of(figures, "budget_usd"),
                             .days = figures_of(figures, "days"),
                             .hours_per_day = figures_of(figures, "hours_per_day"),
                             .fixed_usd = figures_of(figures, "fixed_usd"),
                             .max_price_usd_per_hour =
                                 figures_of(figures, "max_price_usd_per_hour"),
                             .missing = {missing.data(), static_cast<std::size_t>(missing.size())}};
    SweepAnswers answers{.offer = writable(offer),
                         .purchase = writable(purchase),
                         .price_usd_per_hour = writable(numbers[0]),
                         .total_usd = writable(numbers[1]),
                         .score = writable(numbers[2]),
                         .price_ceiling_usd_per_hour = writable(numbers[3]),
                         .outcome = writable(outcome)};
    More others{rows, more, answers};
    Sweep work{groups.groups, groups.of_row, given, answers};
    run(work, threads, progress);

    py::dict out;
    out["names"] = names_of(groups, answers.offer, answers.purchase);
    out["offer"] = offer;
    out["outcome"] = outcome;
    out["price_usd_per_hour"] = numbers[0];
    out["total_usd"] = numbers[1];
    out["score"] = numbers[2];
    out["price_ceiling_usd_per_hour"] = numbers[3];
    others.add(groups, out);
    out["errors"] = errors_of(work);
    return out;
}

// ---- columns of objects -------------------------------------------------------------

/// None, NaN, pandas' NA and NaT, an empty text: what tables write for a value that is missing.
bool is_nothing(py::handle value) {
    if (PyUnicode_Check(value.ptr()))
        return PyUnicode_GET_LENGTH(value.ptr()) == 0;
    if (value.is_none() ||
        (PyFloat_Check(value.ptr()) && std::isnan(PyFloat_AS_DOUBLE(value.ptr()))))
        return true;
    const std::string_view type = Py_TYPE(value.ptr())->tp_name;
    return type.ends_with("NAType") || type.ends_with("NaTType");
}

/// Codes of objects and their different values, in the order they appear; -1 for nothing.
py::tuple encode(const py::list& objects) {
    py::array_t<std::int32_t> codes(static_cast<py::ssize_t>(objects.size()));
    const auto to = writable(codes);
    py::dict seen;
    py::list values;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const py::handle value = PyList_GET_ITEM(objects.ptr(), static_cast<py::ssize_t>(i));
        if (is_nothing(value)) {
            to[i] = -1;
            continue;
        }
        auto key = py::reinterpret_borrow<py::object>(value);
        if (PyObject_Hash(key.ptr()) == -1) { // a list or a mapping
            PyErr_Clear();
            key = py::make_tuple(py::type::of(key), py::repr(key));
        } else if (!PyUnicode_CheckExact(key.ptr())) {
            key = py::make_tuple(py::type::of(key), key); // True is not 1
        }
        if (PyObject* code = PyDict_GetItemWithError(seen.ptr(), key.ptr())) {
            to[i] = static_cast<std::int32_t>(PyLong_AsLong(code));
            continue;
        }
        if (PyErr_Occurred() != nullptr)
            throw py::error_already_set{};
        to[i] = static_cast<std::int32_t>(values.size());
        seen[key] = to[i];
        values.append(value);
    }
    return py::make_tuple(codes, values);
}

} // namespace

void bind_sweep(py::module_& m) {
    m.def("_sweep",
          &swept,
          "rows"_a,
          "figures"_a,
          "columns"_a,
          "missing"_a,
          "more"_a,
          "catalog"_a,
          "threads"_a,
          "progress"_a);
    m.def("_encode", &encode, "objects"_a);
    m.def("_sweep_figures", &names_of_figures);
    m.def("_did_you_mean", &meant, "name"_a, "names"_a);
}
