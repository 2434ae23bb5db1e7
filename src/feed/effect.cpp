// What became of the prices of an import.

#include <flopwise/feed.hpp>

#include <array>

namespace flopwise {

ImportEffect& ImportEffect::operator+=(const ImportEffect& other) {
    constexpr std::array kCounts{&ImportEffect::prices,
                                 &ImportEffect::added,
                                 &ImportEffect::rose,
                                 &ImportEffect::fell,
                                 &ImportEffect::unchanged,
                                 &ImportEffect::older,
                                 &ImportEffect::overtaken,
                                 &ImportEffect::unplaced,
                                 &ImportEffect::not_offered,
                                 &ImportEffect::outliers,
                                 &ImportEffect::to_come,
                                 &ImportEffect::prices_retired,
                                 &ImportEffect::machines_retired};
    for (const auto count : kCounts)
        this->*count += other.*count;
    for (const auto flag :
         {&ImportEffect::whole, &ImportEffect::undated, &ImportEffect::incomplete})
        this->*flag = this->*flag || other.*flag;
    return *this;
}

} // namespace flopwise
