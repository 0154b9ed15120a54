#include "moebel/experiment/language.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moebel/base/embedded.h"

namespace moebel {
namespace {

std::vector<LanguageFacts> readFacts()
{
    std::vector<LanguageFacts> facts;
    const auto list = nlohmann::json::parse(embeddedFile("defaults/languages.json").value_or("[]"));
    for (const auto& entry : list)
        facts.push_back({entry["code"], entry["englishName"], entry["nativeName"], entry["script"], entry["family"]});
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.code < b.code; });
    return facts;
}

}  // namespace

const std::vector<LanguageFacts>& knownLanguages()
{
    static const std::vector<LanguageFacts> kFacts = readFacts();
    return kFacts;
}

LanguageFacts languageFacts(std::string_view code)
{
    for (const LanguageFacts& facts : knownLanguages())
        if (facts.code == code) return facts;
    return {std::string(code), std::string(code), std::string(code), "", ""};
}

}  // namespace moebel
