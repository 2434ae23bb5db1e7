#include <flopwise/recommend.hpp>

#include "measure.hpp"

#include <array>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace flopwise::bench {

namespace {

struct Ran {
    int status = 0;
    std::string output;
};

/// Closed when it goes out of scope.
struct Pipe {
    Pipe() { must(::pipe(ends.data()) == 0, "start: no pipe"); }
    ~Pipe() {
        ::close(ends[0]);
        close_writing();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_writing() {
        if (ends[1] >= 0)
            ::close(ends[1]);
        ends[1] = -1;
    }

    std::array<int, 2> ends{};
};

} // namespace

static pid_t spawn(const std::vector<std::string>& arguments, const Pipe& output) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str())); // POSIX promises not to write there
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, output.ends[0]);
    posix_spawn_file_actions_addclose(&actions, output.ends[1]);
    pid_t child = 0;
    const int error = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    must(error == 0, fmt::format("start: cannot run {}", arguments[0]));
    return child;
}

/// Runs a program to its end and reads all that it writes.
static Ran run(const std::vector<std::string>& arguments) {
    Pipe pipe;
    Ran out;
    const pid_t child = spawn(arguments, pipe);
    pipe.close_writing();
    std::array<char, 4096> block{};
    for (ssize_t n = 0; (n = ::read(pipe.ends[0], block.data(), block.size())) > 0;)
        out.output.append(block.data(), static_cast<std::size_t>(n));
    ::waitpid(child, &out.status, 0);
    return out;
}

static std::vector<std::string> readme(const std::string& format) {
    return {FLOPWISE_RECOMMEND,
            "--budget",
            "2000",
            "--days",
            "365",
            "--hours-per-day",
            "2",
            "--format",
            format};
}

static std::string first_machine() {
    const Request request{
        .budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}}};
    return recommend(Catalog::bundled(), request).choices.at(0).instance;
}

/// `before` stands before the first machine's name in this format.
static void add_format(const std::string& format, const std::string& before) {
    constexpr double kLimitMs = 5;
    const auto expected = std::make_shared<std::string>();
    add({.name = "start/" + format,
         .prepare = [=] { *expected = before + first_machine(); },
         .timed =
             [=] {
                 const Ran ran = run(readme(format));
                 must(ran.status == 0 && ran.output.find(*expected) != std::string::npos,
                      "start: recommend has another first choice than the library");
             },
         .limit_ms = kLimitMs});
}

/// Nearest region, disk and transfer, the cheapest purchase option, and owning: the longest way.
static void add_best() {
    constexpr double kLimitMs = 5;
    const auto expected = std::make_shared<std::string>();
    const auto arguments = std::make_shared<std::vector<std::string>>(readme("table"));
    for (const char* more : {"--storage", "200", "--egress", "50", "--purchase", "best"})
        arguments->emplace_back(more);
    for (const char* more : {"--own-price", "10000", "--near", "vn"})
        arguments->emplace_back(more);
    add({.name = "start/best",
         .prepare =
             [=] {
                 Request request{.budget = {.total = Usd{2000},
                                            .days = Days{365},
                                            .hours_per_day = HoursPerDay{2}},
                                 .usage = {.storage = GiB{200}, .egress_per_month = GiB{50}}};
                 for (std::size_t k = 0; k < kPurchaseKinds; ++k)
                     request.ways.push_back(static_cast<PurchaseKind>(k));
                 set(request, "near", std::array<std::string, 1>{"vn"});
                 const Choice best = recommend(Catalog::bundled(), request).choices.at(0);
                 *expected = fmt::format("Bill of {} in {}", best.instance, best.region);
             },
         .timed =
             [=] {
                 const Ran ran = run(*arguments);
                 must(ran.status == 0 && ran.output.find(*expected) != std::string::npos,
                      "start: recommend has another first choice than the library");
             },
         .limit_ms = kLimitMs});
}

void add_start() {
    add_best();
    add_format("table", "\n 1 ");
    add_format("json", R"("instance": ")");
    add({.name = "start/nothing", // what starting any program costs here
         .prepare = [] {},
         .timed = [] { must(run({"/bin/true"}).status == 0, "start: /bin/true fails"); }});
}

} // namespace flopwise::bench
