// Candidates as text for the clipboard, and back.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include "app/workbench/control/expansion/allocation_candidate.h"
#include "app/workbench/control/shell_line.h"

namespace moebel
{

namespace
{

QString joined(const std::vector<std::int64_t>& numbers, const QString& between)
{
    QStringList words;
    for (const std::int64_t number : numbers) words << QString::number(number);
    return words.join(between);
}

QString tomlArray(const std::vector<std::int64_t>& numbers)
{
    return QLatin1Char('[') + joined(numbers, QStringLiteral(", ")) + QLatin1Char(']');
}

QJsonArray jsonArray(const std::vector<std::int64_t>& numbers)
{
    QJsonArray array;
    for (const std::int64_t number : numbers) array.append(qint64(number));
    return array;
}

/// The numbers inside a line of TOML, a command, or the published scripts' argument; else the text as it is.
std::string barePart(const QString& text)
{
    static const QRegularExpression kParts[] = {
        QRegularExpression(QStringLiteral("(?:^|[\\s.'\"])experts\\s*=\\s*\\[([^\\]]*)\\]")),
        QRegularExpression(QStringLiteral("ada_moe_num_experts_list[=\\s]+\"?([0-9,\\s]+)"),
                           QRegularExpression::CaseInsensitiveOption)};
    for (const QRegularExpression& part : kParts)
        if (const auto match = part.match(text); match.hasMatch()) return match.captured(1).trimmed().toStdString();
    return text.trimmed().toStdString();
}

}  // namespace

QString listText(const AllocationCandidate& candidate) { return joined(candidate.experts, QStringLiteral(",")); }

QString jsonText(const AllocationCandidate& candidate)
{
    const QJsonObject object = {{QStringLiteral("experts"), jsonArray(candidate.experts)},
                                {QStringLiteral("total"), qint64(candidate.sum())},
                                {QStringLiteral("new"), qint64(candidate.added())},
                                {QStringLiteral("classifier_layers"), jsonArray(candidate.classifierLayers)}};
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

QString tomlText(const AllocationCandidate& candidate)
{
    QString text = QStringLiteral("[expansion]\nrule = \"manual\"\nexperts = %1\n").arg(tomlArray(candidate.experts));
    if (!candidate.classifierLayers.empty())
        text += QStringLiteral("classifier_count = 0\nclassifier_layers = %1\n").arg(tomlArray(candidate.classifierLayers));
    return text;
}

QString commandText(const AllocationCandidate& candidate, const QString& experimentFile)
{
    QStringList words = {QStringLiteral("moebel"), QStringLiteral("run"), experimentFile};
    const auto set = [&words](const QString& change) { words << QStringLiteral("--set") << change; };
    set(QStringLiteral("expansion.rule=\"manual\""));
    set(QStringLiteral("expansion.experts=") + tomlArray(candidate.experts));
    set(QStringLiteral("expansion.total=0"));
    set(QStringLiteral("expansion.delta=0"));
    set(QStringLiteral("expansion.classifier_count=0"));
    set(QStringLiteral("expansion.classifier_layers=") + tomlArray(candidate.classifierLayers));
    return shellLine(words);
}

Result<std::vector<std::int64_t>> parsePasted(const QString& text, std::size_t layers)
{
    auto experts = parseExpertList(barePart(text));
    if (!experts) return experts.error();
    if (experts->size() != layers)
        return invalidInput("bad-expert-list", "the list has " + std::to_string(experts->size()) + " numbers, the model has " +
                                                   std::to_string(layers) + " layers; paste one number for each layer");
    return experts;
}

}  // namespace moebel
