#include <flopwise/flopwise.hpp>

int main() {
    using namespace flopwise;
    const Recommendation advice = recommend(
        Catalog::bundled("aws-2020-04"),
        {.budget = {.total = Usd{2000}, .days = Days{365}, .hours_per_day = HoursPerDay{2}},
         .constraints = {.region = {"us-east-1"}},
         .precision = Precision::fp64});
    fmt::print("{}\n", brief(advice));
    try {
        (void)Catalog::bundled("no such");
    } catch (const ArgumentError&) { // the type crosses a shared library's border
        return advice.choices.at(0).instance == "p2.xlarge" ? 0 : 1;
    }
    return 1;
}
