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

/// Since when the model of a lifelong expansion knows a language (methods.md 2.6): from the beginning, by an earlier round, or by
/// this one, which is the only one of a first expansion.
enum class LanguageCohort { Original, Earlier, New };
inline constexpr LanguageCohort kCohorts[] = {LanguageCohort::Original, LanguageCohort::Earlier, LanguageCohort::New};
LanguageCohort cohortOf(LanguageRole role, bool isEarlier);
/// "original", "earlier", "new"; without languages of earlier rounds those that are new are the "expanded" ones.
std::string_view name(LanguageCohort cohort, bool hasEarlier);

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
