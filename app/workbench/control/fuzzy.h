// Finding by a few letters of a name, in their order.
#pragma once

#include <QString>
#include <optional>

namespace moebel
{

/// The form in which both sides are compared: decomposed, without accents, case folded; every script as it is.
QString folded(const QString& text);
/// How well `pattern` fits into `text`, both folded(); more is better, none when a letter is missing. Letters that follow each
/// other and beginnings of words count more; words of the pattern, separated by spaces, may stand in any order.
std::optional<int> fuzzyScore(const QString& pattern, const QString& text);

}  // namespace moebel
