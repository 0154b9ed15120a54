// The words of the filter box: `state:finished method:moe-lpr tag:paper lang:hu -is:starred kept>0.8 some text`.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "moebel/store/project.h"

namespace moebel
{

enum class RunField { Text, State, Method, Tag, Language, Starred, Original, Expanded, Restored, Kept };

/// One condition. Texts are folded() (fuzzy.h) and looked for inside of the field; numbers are compared.
struct RunTerm {
    RunField field = RunField::Text;
    QString text;
    bool below = false;  ///< of a number: less than `limit`, more otherwise
    double limit = 0;
    bool negated = false;

    bool operator==(const RunTerm&) const = default;
};

/// All terms must hold; none = every run.
struct RunFilter {
    std::vector<RunTerm> terms;
    bool operator==(const RunFilter&) const = default;
};

struct ParsedRunFilter {
    RunFilter filter;  ///< what could be understood
    QString problem;   ///< one sentence about what could not; empty when all could
};

/// Words are separated by spaces; "quotes" keep a text with spaces together.
ParsedRunFilter parseRunFilter(const QString& text);

/// What of a run is searched, folded once.
struct RunKeys {
    QString text;   ///< title, id, method, tags, notes, state, remark
    QString state;  ///< its word in English and in the user's language
    QString method;
    QStringList tags;
    QStringList languages;
};
RunKeys runKeys(const RunSummary& run, const QString& stateWord);
bool matches(const RunFilter& filter, const RunSummary& run, const RunKeys& keys);

}  // namespace moebel
