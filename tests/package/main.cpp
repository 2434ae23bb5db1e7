#include <flopwise/flopwise.hpp>

#ifdef STANDARD // the one that the program asks for
static_assert((STANDARD > 20) == (__cplusplus > 202002L));
#endif

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
