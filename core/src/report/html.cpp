#include <algorithm>

#include "formats.h"
#include "page_style.h"
#include "pictures.h"
#include "routing_picture.h"
#include "tables.h"
#include "text.h"

namespace moebel {

namespace {

std::string paragraph(std::string_view text, std::string_view style = {})
{
    const std::string opening = style.empty() ? "<p>" : "<p class=\"" + std::string(style) + "\">";
    return opening + escapeXml(text) + "</p>\n";
}

std::string htmlCell(const Cell& cell, bool number, const std::string& swatch)
{
    std::string text = "<td";
    if (number) text += " class=\"n\"";
    if (std::isfinite(cell.value)) text += " data-value=\"" + exact(cell.value) + "\"";
    if (!cell.language.empty()) text += " lang=\"" + escapeXml(cell.language) + "\" dir=\"auto\"";
    text += '>';
    if (!swatch.empty()) text += "<span class=\"swatch " + languageClass(swatch) + "\"></span>";
    return text + escapeXml(cell.text) + "</td>";
}

std::string htmlTable(const Table& table)
{
    std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        text += std::string(table.numbers[i] ? "<th class=\"n\">" : "<th>") + escapeXml(table.columns[i]) + "</th>";
    text += "</tr></thead>\n<tbody>\n";
    for (const Row& row : table.rows) {
        text += row.summary ? "<tr class=\"mean\">" : "<tr>";
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            text += htmlCell(row.cells[i], i < table.numbers.size() && table.numbers[i], i == 0 ? row.language : std::string());
        text += "</tr>\n";
    }
    return text + "</tbody></table></div>\n" + (table.note.empty() ? "" : paragraph(table.note, "note"));
}

std::string card(std::string_view title, const std::string& content)
{
    return "<section class=\"card\"><h2>" + escapeXml(title) + "</h2>\n" + content + "</section>\n";
}

std::string folded(std::string_view title, const std::string& content)
{
    return "<details><summary>" + escapeXml(title) + "</summary>\n" + content + "</details>\n";
}

std::string side(const std::vector<std::string>& pictures)
{
    std::string text = "<div class=\"pictures\">\n";
    for (const std::string& picture : pictures) text += "<div>" + picture + "</div>\n";
    return text + "</div>\n";
}

std::string tile(const std::string& number, const std::string& words)
{
    return "<div class=\"tile\"><b>" + escapeXml(number) + "</b><span>" + escapeXml(words) + "</span></div>\n";
}

std::string tiles(const RunData& run)
{
    const std::vector<std::string> checkpoints = run.checkpoints();
    if (checkpoints.empty()) return {};
    std::string text = "<div class=\"tiles\">\n";
    for (const LanguageCohort cohort : kCohorts) {
        if (run.ofCohort(cohort).empty()) continue;
        std::string numbers;
        for (const std::string& checkpoint : checkpoints)
            numbers += (numbers.empty() ? "" : " \u2192 ") + fixed(run.mean("bits-per-byte", cohort, checkpoint), 3);
        text += tile(numbers, "bits per byte, " + run.word(cohort) + " languages");
    }
    if (run.forgetting.complete) {
        text += tile(percent(run.forgetting.restored), "of the forgetting restored by the review");
        if (run.forgetting.hasEarlier) text += tile(percent(run.forgetting.earlierRestored), "of that of the earlier languages");
        text += tile(percent(run.forgetting.kept), "of the gain on " + run.word(LanguageCohort::New) + " languages kept");
    }
    return text + "</div>\n";
}

std::string heading(const RunData& run)
{
    std::string text = "<header><h1>" + escapeXml(run.record.title) + "</h1>\n<p class=\"meta\">";
    for (const std::string& chip :
         {run.record.id, std::string(name(run.status.state)), run.record.method, dateTime(run.record.createdAt)})
        if (!chip.empty()) text += "<span class=\"chip\">" + escapeXml(chip) + "</span>";
    return text + "</p></header>\n";
}

std::string results(const RunData& run)
{
    std::string text = htmlTable(scoreTable(run, "bits-per-byte")) + paragraph(forgettingSentence(run));
    if (const std::string note = causalitySentence(run); !note.empty()) text += paragraph(note, "note");
    const Table perplexity = scoreTable(run, "token-perplexity");
    const bool measured =
        std::any_of(run.scores.begin(), run.scores.end(), [](const Score& s) { return s.metric == "token-perplexity"; });
    return card("What came out", measured ? text + folded(perplexity.title, htmlTable(perplexity)) : text);
}

std::string curves(const RunData& run)
{
    const std::vector<std::string> bits = bitsPerBytePictures(run), losses = lossPictures(run), base = basePictures(run);
    if (bits.empty() && losses.empty() && base.empty()) return {};
    std::string text;
    if (!bits.empty())
        text += side(bits) +
                paragraph(
                    "Held-out text that stays the same over the steps and may be smaller than that of the table. Dotted: the "
                    "value before the first step, which is the base model's own when the new experts are copies.",
                    "note");
    if (!losses.empty()) text += "<h3>Training losses</h3>\n" + side(losses);
    if (!base.empty()) text += "<h3>Pretraining of the base</h3>\n" + side(base);
    if (const std::string origin = baseSentence(run); !origin.empty()) text += paragraph(origin, "note");
    return card("Forgetting and learning over the steps", text);
}

std::string experts(const RunData& run)
{
    const Table table = expertTable(run);
    if (table.rows.empty()) return {};
    std::string text = side(similarityPictures(run)) + htmlTable(table);
    for (const Table& classifiers : {bypassTable(run), accuracyTable(run)})
        if (!classifiers.rows.empty()) text += "<h3>" + escapeXml(classifiers.title) + "</h3>\n" + htmlTable(classifiers);
    return card(table.title, text);
}

std::string groups(const RunData& run)
{
    std::string text;
    for (const Table& table : {groupScoreTable(run), groupTable(run), adaptationTable(run), deviationTable(run)})
        if (!table.rows.empty()) text += "<h3>" + escapeXml(table.title) + "</h3>\n" + htmlTable(table);
    return text.empty() ? text : card("Groups of languages", text);
}

std::string maps(const RunData& run, RoutingMeasure measure)
{
    const double most = commonScaleEnd(run, measure);
    std::string text = "<div class=\"maps\">\n";
    for (const StageRouting& routing : run.routing) text += drawRoutingMaps(run, routing, measure, most);
    return text + paragraph(explanation(measure), "note") + "</div>\n";
}

std::string routing(const RunData& run)
{
    if (run.routing.empty()) return {};
    std::string text = maps(run, RoutingMeasure::MeanScore);
    for (RoutingMeasure measure : {RoutingMeasure::SelectionShare, RoutingMeasure::TopOneShare, RoutingMeasure::GateShare})
        text += folded("The same as " + std::string(name(measure)), maps(run, measure));
    return card("Which experts each language uses", text);
}

std::string expertZero(const RunData& run)
{
    const std::vector<std::string> pictures = expertZeroPictures(run);
    if (pictures.empty()) return {};
    const Table table = expertZeroTable(run);
    return card("How much each language leans on the original expert",
                side(pictures) +
                    paragraph("Mean router score of expert 0 by layer; original languages are dashed. The review should lift "
                              "them and leave the expanded ones where they were.",
                              "note") +
                    folded("The numbers", htmlTable(table)));
}

std::string description(const RunData& run)
{
    std::string text = htmlTable(descriptionTable(run));
    for (const Table& table : {languageTable(run), stageTable(run), parameterTable(run)})
        if (!table.rows.empty()) text += "<h3>" + escapeXml(table.title) + "</h3>\n" + htmlTable(table);
    std::string lines;
    for (const std::string& command : commands(run)) lines += command + "\n";
    std::string again =
        paragraph(
            "The same description, seed, program version and number of threads give the same numbers on the same kind of "
            "processor. The description lies in the run folder:") +
        "<pre>" + escapeXml(lines) + "</pre>\n";
    if (!run.experimentText.empty()) again += folded("experiment.toml", "<pre>" + escapeXml(run.experimentText) + "</pre>\n");
    return card("The run", text) + card("How to run it again", again);
}

}  // namespace

std::string htmlReport(const std::vector<RunData>& runs)
{
    const std::string title = runs.size() == 1 ? runs.front().record.title : std::to_string(runs.size()) + " runs";
    std::string text =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
        escapeXml(title) + "</title>\n<style>" + pageStyle(runs) + "</style>\n</head>\n<body>\n<main>\n";
    if (runs.size() > 1) text += card("Runs side by side", htmlTable(comparisonTable(runs)));
    for (const RunData& run : runs)
        text += heading(run) + tiles(run) + results(run) + curves(run) + groups(run) + experts(run) + routing(run) + expertZero(run) + description(run);
    return text + "</main>\n</body>\n</html>\n";
}

}  // namespace moebel
