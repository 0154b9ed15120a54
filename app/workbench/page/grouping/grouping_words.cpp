#include "app/workbench/page/grouping/grouping_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <set>

#include "app/workbench/page/compare_tables.h"
#include "app/workbench/page/live_rows.h"
#include "moebel/experiment/language.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

QString listed(const std::vector<std::string>& codes)
{
    QStringList words;
    for (const std::string& code : codes) words << QString::fromStdString(code);
    return words.join(QLatin1Char(' '));
}

QString shown(double value, int digits = 3)
{
    return std::isnan(value) ? QStringLiteral("\u2013") : QLocale().toString(value, 'f', digits);
}

QString groupName(std::size_t group) { return QStringLiteral("G%1").arg(group); }

/// What a language is coloured by, in words; empty where it is not known.
QString wordOf(const std::string& code, ColourBy colour, const LanguageGroups& groups)
{
    const LanguageFacts facts = languageFacts(code);
    if (colour == ColourBy::Family) return QString::fromStdString(facts.family.substr(facts.family.find('/') + 1));
    if (colour == ColourBy::Script) return QString::fromStdString(facts.script);
    const auto group = groupOf(groups, code);
    return group ? groupName(*group) : QString();
}

struct Colouring {
    std::vector<ColourPair> colours;
    QList<std::pair<QString, ColourPair>> legend;
};

/// A family's hue is that of its languages; scripts and groups get colours in the order in which they come.
Colouring colouringOf(const std::vector<std::string>& codes, ColourBy colour, const LanguageGroups& groups)
{
    Colouring result;
    QStringList words;
    for (const std::string& code : codes) {
        QString word = wordOf(code, colour, groups);
        if (word.isEmpty()) word = tr("not known");
        const bool isNew = !words.contains(word);
        if (isNew) words << word;
        const auto place = colour == ColourBy::Group ? groupOf(groups, code).value_or(0) : std::size_t(words.indexOf(word));
        result.colours.push_back(colour == ColourBy::Family ? languageColour(code) : comparedRunColour(place + 1));
        if (isNew) result.legend.append({word, result.colours.back()});
    }
    return result;
}

std::vector<int> placesOf(const std::vector<std::string>& codes, const LanguageGroups& groups)
{
    std::vector<int> places;
    for (const std::string& code : codes) {
        const auto group = groupOf(groups, code);
        places.push_back(group ? int(*group) : -1);
    }
    return places;
}

/// The most alike other language.
QString nearestText(const LanguageMatrix& matrix, std::size_t language)
{
    std::size_t nearest = language;
    for (std::size_t other = 0; other < matrix.size(); ++other) {
        if (other == language) continue;
        if (nearest == language || matrix.at(language, other) > matrix.at(language, nearest)) nearest = other;
    }
    if (nearest == language) return {};
    return tr("nearest %1 (%2)")
        .arg(QStringLiteral("\u2068%1\u2069").arg(QString::fromStdString(matrix.languages()[nearest])),
             shown(matrix.at(language, nearest)));
}

std::set<std::string> movedLanguages(const GroupingDesign& design)
{
    std::set<std::string> codes;
    if (!design.compared()) return codes;
    for (const MovedLanguage& moved : compareGroups(design.compared()->groups, design.groups()).moved)
        codes.insert(moved.language);
    return codes;
}

ComparisonCell numberCell(double value, int decimals)
{
    ComparisonCell cell;
    cell.value = value;
    cell.text = shown(value, decimals);
    return cell;
}

ComparisonCell textCell(const QString& text)
{
    ComparisonCell cell;
    cell.text = text;
    return cell;
}

}  // namespace

QString ruleTitle(GroupingAlgorithm algorithm)
{
    switch (algorithm) {
        case GroupingAlgorithm::Exact:
            return tr("Exact");
        case GroupingAlgorithm::Growth:
            return tr("Growth");
        case GroupingAlgorithm::Random:
            return tr("Random");
        case GroupingAlgorithm::Family:
            return tr("By family");
        case GroupingAlgorithm::Script:
            return tr("By script");
        case GroupingAlgorithm::Manual:
            return tr("By hand");
    }
    return {};
}

QString ruleHelp(GroupingAlgorithm algorithm)
{
    switch (algorithm) {
        case GroupingAlgorithm::Exact:
            return tr(
                "DMoE for 18 languages: of all subsets of the remaining languages the one whose least alike pair is most "
                "alike, again and again.");
        case GroupingAlgorithm::Growth:
            return tr("DMoE for 128 languages: from the closest pair, always adding the language that is most alike to all.");
        case GroupingAlgorithm::Random:
            return tr("A control: groups of one size by chance.");
        case GroupingAlgorithm::Family:
            return tr("A group for each family or branch; the languages decide how many.");
        case GroupingAlgorithm::Script:
            return tr("A group for each script; the languages decide how many.");
        case GroupingAlgorithm::Manual:
            return tr("As moved by hand, or taken from a map or a run.");
    }
    return {};
}

bool isCounted(GroupingAlgorithm algorithm)
{
    return algorithm == GroupingAlgorithm::Exact || algorithm == GroupingAlgorithm::Growth ||
           algorithm == GroupingAlgorithm::Random;
}

LanguageTree treeOf(const LanguageMatrix& matrix)
{
    LanguageTree result{matrix, {}, {}, {}};
    auto tree = matrix.size() > 1 ? dendrogram(matrix, Linkage::Average) : Result<std::vector<Merge>>(std::vector<Merge>());
    auto map = classicalScaling(matrix);
    if (!tree || !map || tree->empty()) return {};
    result.order = optimalLeafOrder(*tree, matrix);
    result.tree = std::move(*tree);
    result.map = std::move(*map);
    return result;
}

SimilarityPicture similarityPicture(const LanguageTree& tree, const GroupingDesign& design, ColourBy colour)
{
    const LanguageGroups groups = design.groups();
    const auto& codes = tree.matrix.languages();
    QString title = tr("Similarity");
    if (!design.evidence().sources.empty()) {
        const SimilaritySource& source = design.evidence().sources[std::size_t(design.source())];
        title = tr("%1, %2").arg(source.title, source.names.value(design.layer()));
    }
    return {title, tree.matrix, tree.tree, tree.order, colouringOf(codes, colour, groups).colours, placesOf(codes, groups)};
}

ScatterPicture scatterPicture(const LanguageTree& tree, const GroupingDesign& design, ColourBy colour)
{
    const LanguageGroups groups = design.groups();
    const auto& codes = tree.matrix.languages();
    Colouring colouring = colouringOf(codes, colour, groups);
    ScatterPicture picture;
    picture.title =
        codes.empty() ? QString() : tr("Map, %1% of the distances").arg(QLocale().toString(100 * tree.map.shown, 'f', 0));
    picture.points = tree.map.points;
    picture.colours = std::move(colouring.colours);
    picture.legend = std::move(colouring.legend);
    picture.groups = placesOf(codes, groups);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        picture.codes << QString::fromStdString(codes[i]);
        QStringList parts = {languageText(codes[i])};
        if (picture.groups[i] >= 0) parts << groupName(std::size_t(picture.groups[i]));
        for (const QString& part : {wordOf(codes[i], ColourBy::Family, groups), wordOf(codes[i], ColourBy::Script, groups),
                                    nearestText(tree.matrix, i)})
            if (!part.isEmpty()) parts << part;
        picture.readouts << parts.join(QStringLiteral(", "));
    }
    return picture;
}

std::vector<BoardGroup> boardGroups(const GroupingDesign& design, ColourBy colour)
{
    std::vector<BoardGroup> board;
    const LanguageGroups groups = design.groups();
    const std::set<std::string> moved = movedLanguages(design);
    // The colours are those of the map, whose languages stand in the order of the matrix.
    const std::vector<std::string>& codes =
        design.matrix().size() > 0 ? design.matrix().languages() : design.evidence().languages;
    const Colouring colouring = colouringOf(codes, colour, groups);
    for (std::size_t group = 0; group < groups.groups.size(); ++group) {
        const auto& members = groups.groups[group];
        BoardGroup column{tr("%1 \u00b7 %2").arg(groupName(group)).arg(members.size()), {}, {}};
        if (!std::isnan(groups.smallestSimilarity[group]))
            column.note = tr("at least %1").arg(shown(groups.smallestSimilarity[group]));
        for (const std::string& code : members) {
            const auto at = std::find(codes.begin(), codes.end(), code);
            const ColourPair chip =
                at == codes.end() ? languageColour(code) : colouring.colours[std::size_t(at - codes.begin())];
            column.chips << LanguageChip{QString::fromStdString(code), languageText(code), chip, moved.count(code) > 0};
        }
        board.push_back(std::move(column));
    }
    return board;
}

ComparisonTable qualityTable(const GroupingQuality& quality)
{
    ComparisonTable table{
        tr("Group"),
        {tr("Languages"), tr("Size"), tr("Smallest"), tr("Mean"), tr("Nearest group"), tr("Mean to it"), tr("Tokens")},
        {},
        1};
    for (std::size_t group = 0; group < quality.groups.size(); ++group) {
        const GroupQuality& each = quality.groups[group];
        table.rows.push_back(
            {groupName(group),
             false,
             {textCell(listed(each.languages)), numberCell(double(each.languages.size()), 0), numberCell(each.smallest, 3),
              numberCell(each.mean, 3), textCell(each.nearest ? groupName(*each.nearest) : QStringLiteral("\u2013")),
              numberCell(each.toNearest, 3), numberCell(each.tokens, 0)},
             Better::Unknown});
    }
    return table;
}

QString qualityText(const GroupingQuality& quality)
{
    if (quality.groups.empty()) return {};
    QStringList parts = {tr("%1 groups").arg(quality.groups.size()),
                         quality.smallestSize == quality.largestSize
                             ? tr("%1 languages each").arg(quality.largestSize)
                             : tr("%1 to %2 languages").arg(quality.smallestSize).arg(quality.largestSize),
                         tr("similarity inside: smallest %1, mean %2").arg(shown(quality.smallest), shown(quality.inside)),
                         tr("between: mean %1").arg(shown(quality.between))};
    if (!std::isnan(quality.tokenRatio))
        parts << tr("tokens of the largest group over the smallest: %1").arg(shown(quality.tokenRatio, 2));
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString comparisonText(const GroupingDesign& design)
{
    if (!design.compared()) return {};
    const GroupChange change = compareGroups(design.compared()->groups, design.groups());
    const QString title = QStringLiteral("\u2068%1\u2069").arg(design.compared()->title);
    if (std::isnan(change.adjustedRand)) return tr("%1 has fewer than two of these languages.").arg(title);
    QStringList moves;
    for (const MovedLanguage& moved : change.moved)
        moves << tr("\u2068%1\u2069 from its G%2 to G%3")
                     .arg(QString::fromStdString(moved.language))
                     .arg(moved.from)
                     .arg(moved.to);
    QString text = tr("Adjusted Rand index to %1: %2. ").arg(title, shown(change.adjustedRand));
    text += moves.isEmpty() ? tr("No language stands elsewhere.")
                            : tr("%1 moved: %2.").arg(moves.size()).arg(moves.join(QStringLiteral(", ")));
    if (!change.joined.empty()) text += QLatin1Char(' ') + tr("Not in it: %1.").arg(listed(change.joined));
    return text;
}

QString evidenceText(const GroupingEvidence& evidence)
{
    QStringList parts = {QStringLiteral("\u2068%1\u2069").arg(evidence.title),
                         tr("%1 languages").arg(evidence.languages.size())};
    if (evidence.ofRun) parts << tr("trained with %1 groups").arg(evidence.ofRun->groups.size());
    return parts.join(QStringLiteral(" \u00b7 "));
}

}  // namespace moebel
