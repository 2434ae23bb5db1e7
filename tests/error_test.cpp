#include <flopwise/error.hpp>

#include "catch.hpp"

using namespace flopwise;

TEST_CASE("a message says where, then why, and leaves out what is not known", "[error]") {
    auto [where, message] = GENERATE(table<Where, const char*>({
        {{"aws.yaml", 7, "prices[0].region"}, "aws.yaml:7: prices[0].region: must be given"},
        {{"aws.yaml", 0, ""}, "aws.yaml: must be given"},
        {{"aws.yaml", 3, ""}, "aws.yaml:3: must be given"},
        {{"", 0, "--days"}, "--days: must be given"},
        {Where{}, "must be given"},
    }));
    const InputError error{where, "must be given"};
    CHECK(error.what() == std::string{message});
    CHECK(error.where() == where);
    CHECK(error.reason() == "must be given");
}

TEST_CASE("a message stays on one line and moves no cursor", "[error]") {
    const ArgumentError error{"a\nb", "must be c, got \x1b[31m"};
    CHECK(error.what() == std::string{"a\\x0ab: must be c, got \\x1b[31m"});
    CHECK(error.where().field == "a\nb");
}

TEST_CASE("positive means above zero and finite", "[error]") {
    CHECK_NOTHROW(require_positive("days", Days{1e-300}));
    for (const double bad : {0.0, -1.0, double{NAN}, double{INFINITY}})
        CHECK_THROWS_AS(require_positive("days", Days{bad}), ArgumentError);
    CHECK_THROWS_WITH(require_positive("days", Days{NAN}),
                      "days: must be positive and finite, got nan d");
}

TEST_CASE("not negative admits zero", "[error]") {
    CHECK_NOTHROW(require_not_negative("fixed_usd", Usd{0}));
    for (const double bad : {-0.01, double{NAN}, double{INFINITY}})
        CHECK_THROWS_AS(require_not_negative("fixed_usd", Usd{bad}), ArgumentError);
    CHECK_THROWS_WITH(require_not_negative("fixed_usd", Usd{-1}),
                      "fixed_usd: must not be negative, got -1 USD");
}

TEST_CASE("an error may point at a byte", "[error]") {
    const InputError error{{.file = "aws.json", .field = "price", .byte = 5120}, "must be given"};
    CHECK(std::string{error.what()} == "aws.json: byte 5120: price: must be given");
}
