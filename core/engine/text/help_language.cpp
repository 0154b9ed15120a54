#include "engine/text/help_language.h"

#include <algorithm>

namespace moebel {

std::string lowerCase(std::string_view ascii)
{
    std::string result(ascii);
    for (char& letter : result)
        if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
    return result;
}

bool isLanguageCode(std::string_view code)
{
    const auto allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               letter == '-';
    };
    return !code.empty() && code.size() <= 31 && std::all_of(code.begin(), code.end(), allowed);
}

bool isEnglish(std::string_view code)
{
    const std::string lower = lowerCase(code);
    return lower == "en" || lower == "en-us";
}

Error badLanguage(const std::string& language)
{
    return invalidInput("bad-language", "'" + language + "' is no language code such as el or zh-CN");
}

Error missingPackage(const std::string& language, const std::string& package,
                     const std::vector<std::filesystem::path>& lookedIn)
{
    std::string places;
    for (const std::filesystem::path& place : lookedIn) places += (places.empty() ? "" : " or ") + place.string();
    return invalidInput("no-text", "language " + language + " has no text: package " + package + " is not in " + places +
                                       "; install it with 'apt-get install " + package +
                                       "', or start with ./run.sh, which fetches it without root");
}

}  // namespace moebel
