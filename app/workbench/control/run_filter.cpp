#include "app/workbench/control/run_filter.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <optional>

#include "app/workbench/control/fuzzy.h"

namespace moebel
{

namespace
{

struct Word {
    const char* word;
    RunField field;
};
constexpr Word kTexts[] = {{"state", RunField::State},   {"method", RunField::Method},     {"tag", RunField::Tag},
                           {"lang", RunField::Language}, {"language", RunField::Language}, {"is", RunField::Starred},
                           {"title", RunField::Text}};
constexpr Word kNumbers[] = {{"original", RunField::Original},
                             {"expanded", RunField::Expanded},
                             {"restored", RunField::Restored},
                             {"kept", RunField::Kept}};

QString tr(const char* text) { return QCoreApplication::translate("moebel", text); }

template <typename Words>
std::optional<RunField> fieldOf(const Words& words, QStringView word)
{
    for (const Word& known : words)
        if (word == QLatin1String(known.word)) return known.field;
    return std::nullopt;
}

// Words at spaces outside of quotes; the quotes are dropped.
QStringList split(const QString& text)
{
    QStringList words;
    QString word;
    bool quoted = false, any = false;
    for (QChar letter : text) {
        if (letter == QLatin1Char('"')) {
            quoted = !quoted;
            any = true;
        } else if (letter.isSpace() && !quoted) {
            if (any || !word.isEmpty()) words << word;
            word.clear();
            any = false;
        } else {
            word += letter;
        }
    }
    if (any || !word.isEmpty()) words << word;
    return words;
}

// "kept>0.8"; a percent sign divides by a hundred.
std::optional<RunTerm> numberTerm(const QString& word, QString& problem)
{
    const qsizetype at = std::max(word.indexOf(QLatin1Char('<')), word.indexOf(QLatin1Char('>')));
    if (at <= 0) return std::nullopt;
    const auto field = fieldOf(kNumbers, QStringView(word).left(at));
    if (!field) return std::nullopt;
    RunTerm term{*field, {}, word.at(at) == QLatin1Char('<'), 0, false};
    QString value = word.mid(at + 1);
    const double unit = value.endsWith(QLatin1Char('%')) ? 0.01 : 1;
    if (unit < 1) value.chop(1);
    bool number = false;
    term.limit = QLocale::c().toDouble(value, &number) * unit;
    if (number) return term;
    problem = tr("\"%1\": expected a number, for example kept>0.8").arg(word);
    return std::nullopt;
}

std::optional<RunTerm> textTerm(const QString& word, QString& problem)
{
    const qsizetype colon = word.indexOf(QLatin1Char(':'));
    if (colon <= 0) return RunTerm{RunField::Text, word, false, 0, false};
    const auto field = fieldOf(kTexts, QStringView(word).left(colon));
    if (!field) {
        problem = tr("\"%1\" is unknown; known are state:, method:, tag:, lang:, title:, is:starred, original<, expanded<, "
                     "restored>, kept>")
                      .arg(word.left(colon + 1));
        return RunTerm{RunField::Text, word, false, 0, false};
    }
    RunTerm term{*field, word.mid(colon + 1), false, 0, false};
    if (term.text.isEmpty()) return std::nullopt;  // still being typed
    if (term.field == RunField::Starred && term.text != QLatin1String("starred")) {
        problem = tr("\"%1\": expected is:starred").arg(word);
        return std::nullopt;
    }
    return term;
}

bool anyHolds(const QStringList& texts, const QString& wanted)
{
    return std::any_of(texts.begin(), texts.end(), [&](const QString& text) { return text.contains(wanted); });
}

// "hu" finds "hu" and "hu-Latn", "zh" finds "zh-CN"; never "chu".
bool anyLanguage(const QStringList& codes, const QString& wanted)
{
    return std::any_of(codes.begin(), codes.end(),
                       [&](const QString& code) { return code == wanted || code.startsWith(wanted + QLatin1Char('-')); });
}

bool compared(const RunTerm& term, double value)
{
    return std::isfinite(value) && (term.below ? value < term.limit : value > term.limit);
}

bool holds(const RunTerm& term, const RunSummary& run, const RunKeys& keys)
{
    switch (term.field) {
        case RunField::Text:
            return keys.text.contains(term.text);
        case RunField::State:
            return keys.state.contains(term.text);
        case RunField::Method:
            return keys.method.contains(term.text);
        case RunField::Tag:
            return anyHolds(keys.tags, term.text);
        case RunField::Language:
            return anyLanguage(keys.languages, term.text);
        case RunField::Starred:
            return run.notes.starred;
        case RunField::Original:
            return compared(term, run.originalBitsPerByte);
        case RunField::Expanded:
            return compared(term, run.expandedBitsPerByte);
        case RunField::Restored:
            return compared(term, run.restored);
        case RunField::Kept:
            return compared(term, run.kept);
    }
    return false;
}

QString key(const std::string& text) { return folded(QString::fromStdString(text)); }

}  // namespace

ParsedRunFilter parseRunFilter(const QString& text)
{
    ParsedRunFilter parsed;
    for (QString word : split(folded(text))) {
        const bool negated = word.size() > 1 && word.startsWith(QLatin1Char('-'));
        if (negated) word.remove(0, 1);
        const QString before = std::exchange(parsed.problem, QString());
        std::optional<RunTerm> term = numberTerm(word, parsed.problem);
        if (!term && parsed.problem.isEmpty()) term = textTerm(word, parsed.problem);
        if (parsed.problem.isEmpty()) parsed.problem = before;
        if (!term || (term->text.isEmpty() && term->field == RunField::Text)) continue;
        term->negated = negated;
        parsed.filter.terms.push_back(*term);
    }
    return parsed;
}

RunKeys runKeys(const RunSummary& run, const QString& stateWord)
{
    RunKeys keys;
    keys.state = key(std::string(name(run.status.state))) + QLatin1Char('\n') + folded(stateWord);
    keys.method = key(run.method);
    for (const std::string& tag : run.notes.tags) keys.tags << key(tag);
    for (const auto* codes : {&run.originalLanguages, &run.expandedLanguages})
        for (const std::string& code : *codes) keys.languages << key(code);
    keys.text = QStringList{key(run.title),       key(run.id), keys.method,           keys.tags.join(QLatin1Char('\n')),
                            key(run.notes.notes), keys.state,  key(run.status.reason)}
                    .join(QLatin1Char('\n'));
    return keys;
}

bool matches(const RunFilter& filter, const RunSummary& run, const RunKeys& keys)
{
    return std::all_of(filter.terms.begin(), filter.terms.end(),
                       [&](const RunTerm& term) { return holds(term, run, keys) != term.negated; });
}

}  // namespace moebel
