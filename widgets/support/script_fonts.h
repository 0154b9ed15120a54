// Fonts for the scripts of all languages: what the interface's own font lacks comes from Noto, in the same weight everywhere.
#pragma once

#include <QFont>
#include <QString>
#include <functional>
#include <vector>

namespace moebel
{

/// The font with the installed families of Noto behind its own. Han characters as the language writes them (BCP-47: "ja", "ko",
/// "zh-TW"); as in mainland China for every other one.
QFont withScripts(QFont font, const QString& language = {});

/// A script of a text that no font shows.
struct MissingScript {
    QString name;     ///< "Devanagari"; of an uncommon script the number of the character
    QString package;  ///< of Debian, that brings a font
    bool operator==(const MissingScript&) const = default;
};
/// Each of them once, in the order of the text. `isShown` tells of one character.
std::vector<MissingScript> missingScripts(const QString& text, const std::function<bool(char32_t)>& isShown);

}  // namespace moebel
