// What became of the prices of an import.

#include <flopwise/feed.hpp>

#include "feed/price_key.hpp"

#include <algorithm>
#include <array>
#include <map>

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

std::uint64_t prices_in_effect(const Catalog& catalog, const Import& import) {
    const Tables tables = catalog.tables();
    std::map<std::string, const Source*> sources;
    for (const Source& source : tables.sources)
        sources.emplace(source.name, &source);
    std::map<PriceKey, const Price*> used;
    for (const Price& price : tables.prices)
        used.emplace(price_key(price), &price);
    const auto& prices = import.tables.prices;
    return static_cast<std::uint64_t>(
        std::count_if(prices.begin(), prices.end(), [&](const Price& price) {
            const auto found = used.find(price_key(price));
            if (found == used.end() || found->second->hourly != price.hourly)
                return false;
            const Source& theirs = import.tables.sources.front();
            const Source& source = *sources.at(found->second->source);
            return source.title == theirs.title && source.as_of == theirs.as_of;
        }));
}

} // namespace flopwise
