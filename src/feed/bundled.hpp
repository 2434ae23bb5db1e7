// What the build compiles in from data/providers.yaml.

#pragma once

#include <span>
#include <string_view>

namespace flopwise::bundled {

/// A word by which a community catalog names a provider: its name, or another that it has there.
struct ProviderWord {
    std::string_view word;
    std::string_view name; ///< as it is called here
    bool zones;            ///< gpuhunt's catalog names zones, not regions
    bool partial;          ///< community catalogs leave out some of what it sells
};

std::span<const ProviderWord> provider_words();
std::span<const std::string_view> machines_with_gpus(); ///< patterns of names

} // namespace flopwise::bundled
