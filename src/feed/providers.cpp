#include "feed/providers.hpp"

#include "feed/bundled.hpp"
#include "text/text.hpp"

#include <algorithm>

namespace flopwise::feed {

static const bundled::ProviderWord* find_provider(std::string_view word) {
    const auto all = bundled::provider_words();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.word == word; });
    return found == all.end() ? nullptr : &*found;
}

std::string provider_in(const std::filesystem::path& file) {
    for (const auto& part : {file.filename(), file.parent_path().filename()}) {
        std::string words = text::lower(part.string());
        std::replace_if(
            words.begin(), words.end(), [](char c) { return c == '.' || c == '_'; }, '-');
        for (const std::string& word : text::split(words, '-'))
            if (find_provider(word) != nullptr)
                return word;
    }
    return {};
}

std::string known_as(const std::string& provider) {
    const auto* found = find_provider(provider);
    return found == nullptr ? provider : std::string{found->name};
}

bool places_are_zones(std::string_view provider) {
    const auto* found = find_provider(provider);
    return found != nullptr && found->zones;
}

bool lists_are_partial(std::string_view provider) {
    const auto* found = find_provider(provider);
    return found != nullptr && found->partial;
}

bool has_gpus_built_in(std::string_view machine) {
    const auto patterns = bundled::machines_with_gpus();
    return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
        return text::matches(pattern, machine);
    });
}

} // namespace flopwise::feed
