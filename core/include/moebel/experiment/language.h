// A language and its role in an experiment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace moebel {

/// Original: known to the base model and to be kept. Expanded: the model grows to it.
enum class LanguageRole { Original, Expanded };

struct Language {
    std::string code;  ///< BCP-47, for example "zh-CN"
    LanguageRole role = LanguageRole::Original;

    bool operator==(const Language&) const = default;
};

/// "original" / "expanded": the words of the files and of the window.
std::string_view name(LanguageRole role);

/// What is known of a language apart from its role; from resources/defaults/languages.json.
struct LanguageFacts {
    std::string code;
    std::string englishName;
    std::string nativeName;
    std::string script;  ///< ISO 15924, "Grek"
    std::string family;  ///< "Indo-European", with its branch after a slash where known: "Indo-European/Slavic"
    bool operator==(const LanguageFacts&) const = default;
};

/// Facts about a code; an unknown code gives its own code as name and empty script and family.
LanguageFacts languageFacts(std::string_view code);
/// All known languages, sorted by code.
const std::vector<LanguageFacts>& knownLanguages();

}  // namespace moebel
