#include "app/workbench/control/fuzzy.h"

#include <QStringList>
#include <algorithm>

namespace moebel
{

namespace
{

constexpr int kLetter = 1, kFollows = 4, kBeginsWord = 6, kWhole = 20;

// One word of the pattern. First as a whole, then letter by letter.
std::optional<int> wordScore(QStringView word, const QString& text)
{
    const auto beginsWord = [&](qsizetype at) { return at == 0 || !text.at(at - 1).isLetterOrNumber(); };
    if (const qsizetype at = text.indexOf(word); at >= 0)
        return kWhole + int(word.size()) * kFollows + (beginsWord(at) ? kBeginsWord * 2 : 0) - int(qMin<qsizetype>(at, 10));
    int score = 0;
    qsizetype from = 0;
    for (QChar letter : word) {
        const qsizetype at = text.indexOf(letter, from);
        if (at < 0) return std::nullopt;
        score += kLetter + (at == from && from > 0 ? kFollows : 0) + (beginsWord(at) ? kBeginsWord : 0);
        from = at + 1;
    }
    return score;
}

}  // namespace

QString folded(const QString& text)
{
    const auto ascii = [](QChar letter) { return letter.unicode() < 0x80; };
    if (std::all_of(text.begin(), text.end(), ascii)) return text.toLower();
    QString plain;
    for (QChar letter : text.normalized(QString::NormalizationForm_KD))
        if (letter.category() != QChar::Mark_NonSpacing || letter.unicode() >= 0x0600) plain += letter;
    return plain.toCaseFolded();
}

std::optional<int> fuzzyScore(const QString& pattern, const QString& text)
{
    int score = 0;
    for (QStringView word : QStringView(pattern).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const auto found = wordScore(word, text);
        if (!found) return std::nullopt;
        score += *found;
    }
    return score;
}

}  // namespace moebel
