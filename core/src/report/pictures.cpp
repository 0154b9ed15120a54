#include "pictures.h"

#include <algorithm>
#include <cctype>

#include "line_chart.h"

namespace moebel {

namespace {

std::vector<Boundary> boundariesOf(const RunData& run)
{
    std::vector<Boundary> boundaries;
    for (std::size_t i = 0; i < run.stages.size(); ++i)
        boundaries.push_back({double(run.stages[i].firstStep), "stage " + std::to_string(i + 1)});
    return boundaries;
}

double lastStep(const RunData& run)
{
    return run.stages.empty() ? std::nan("") : double(run.stages.back().firstStep + run.stages.back().steps);
}

Points pointsOf(const MetricSeries& series)
{
    Points points;
    for (const MetricPoint& point : series.points) points.emplace_back(double(point.step), point.value);
    return points;
}

// "prior-loss" to a reader.
std::string titleOf(const std::string& metric)
{
    if (metric == "loss") return "Loss, all its parts together";
    if (metric == "language-model-loss") return "Language-model loss";
    std::string title = metric;
    std::replace(title.begin(), title.end(), '-', ' ');
    if (!title.empty()) title[0] = char(std::toupper(static_cast<unsigned char>(title[0])));
    return title;
}

Curve languageCurve(const Language& language)
{
    Curve curve;
    curve.label = language.code;
    curve.colourClass = languageClass(language.code);
    curve.colour = languageColour(language.code);
    curve.dashed = language.role == LanguageRole::Original;
    return curve;
}

Curve bitsCurve(const RunData& run, const Language& language)
{
    Curve curve = languageCurve(language);
    for (const MetricSeries& series : run.bitsPerByte)
        if (series.metric.language == language.code) curve.points = pointsOf(series);
    if (!curve.points.empty() && curve.points.front().first == 0) curve.reference = curve.points.front().second;
    curve.dots = true;
    return curve;
}

}  // namespace

ColourPair plainColour(std::size_t index)
{
    constexpr ColourPair kColours[] = {{0x3A4454, 0xC6CFDB}, {0x1F6FB2, 0x6FB4EE}, {0xA8481B, 0xF0995F}, {0x5A3FA0, 0xB7A0F2}};
    return kColours[index % std::size(kColours)];
}

std::string languageClass(const std::string& code)
{
    std::string text = "lc-";
    for (char c : code) text += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    return text;
}

std::vector<std::string> lossPictures(const RunData& run)
{
    std::vector<std::string> pictures;
    LineChart byLanguage{.title = "Language-model loss by language",
                         .xLabel = "step",
                         .yLabel = "nats/token",
                         .boundaries = boundariesOf(run),
                         .xMost = lastStep(run),
                         .height = 260};
    for (const Language& language : run.languages)
        for (const MetricSeries& series : run.languageLosses)
            if (series.metric.language == language.code) {
                byLanguage.curves.push_back(languageCurve(language));
                byLanguage.curves.back().points = pointsOf(series);
            }
    if (!byLanguage.curves.empty()) pictures.push_back(drawLineChart(byLanguage));
    for (std::size_t i = 0; i < run.losses.size(); ++i) {
        const MetricSeries& series = run.losses[i];
        Curve curve;
        curve.colourClass = "pc-" + std::to_string(i % 4);
        curve.colour = plainColour(i);
        curve.points = pointsOf(series);
        LineChart chart{.title = titleOf(series.metric.name),
                        .xLabel = "step",
                        .yLabel = series.metric.unit,
                        .curves = {curve},
                        .boundaries = boundariesOf(run),
                        .xMost = lastStep(run),
                        .height = 260};
        pictures.push_back(drawLineChart(chart));
    }
    return pictures;
}

std::vector<std::string> basePictures(const RunData& run)
{
    LineChart chart{.title = "Language-model loss of the base",
                    .xLabel = "step of the pretraining",
                    .yLabel = "nats/token",
                    .height = 260};
    for (const MetricSeries& series : run.baseLosses) {
        Curve curve;
        curve.label = "all";
        curve.colourClass = "pc-0";
        curve.colour = plainColour(0);
        for (const Language& language : run.languages)
            if (language.code == series.metric.language) curve = languageCurve(language);
        curve.points = pointsOf(series);
        if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
    }
    return chart.curves.empty() ? std::vector<std::string>() : std::vector<std::string>{drawLineChart(chart)};
}

std::vector<std::string> bitsPerBytePictures(const RunData& run)
{
    std::vector<std::string> pictures;
    for (const LanguageCohort cohort : kCohorts) {
        LineChart chart{.title = "Bits per byte, " + run.word(cohort) + " languages",
                        .xLabel = "step",
                        .yLabel = "bits per byte",
                        .boundaries = boundariesOf(run),
                        .xMost = lastStep(run),
                        .height = 320};
        for (const Language& language : run.ofCohort(cohort)) chart.curves.push_back(bitsCurve(run, language));
        const bool any =
            std::any_of(chart.curves.begin(), chart.curves.end(), [](const Curve& c) { return !c.points.empty(); });
        if (any) pictures.push_back(drawLineChart(chart));
    }
    return pictures;
}

std::vector<std::string> similarityPictures(const RunData& run)
{
    if (run.similarity.empty()) return {};
    LineChart chart{.title = "Similarity of the languages by layer",
                    .xLabel = "layer",
                    .yLabel = "mean cosine",
                    .wholeX = true,
                    .height = 320};
    const std::pair<const char*, double LayerSimilarity::*> means[] = {
        {"mean", &LayerSimilarity::mean}, {"new\u2013new", &LayerSimilarity::newNew}, {"new\u2013orig.", &LayerSimilarity::newOriginal}};
    for (std::size_t i = 0; i < std::size(means); ++i) {
        Curve curve;
        curve.label = means[i].first;
        curve.colourClass = "pc-" + std::to_string(i);
        curve.colour = plainColour(i);
        curve.dashed = i > 0;
        curve.dots = true;
        for (std::size_t layer = 0; layer < run.similarity.size(); ++layer)
            curve.points.emplace_back(double(layer), run.similarity[layer].*means[i].second);
        if (std::any_of(curve.points.begin(), curve.points.end(), [](const auto& point) { return std::isfinite(point.second); }))
            chart.curves.push_back(std::move(curve));
    }
    return {drawLineChart(chart)};
}

std::vector<std::string> expertZeroPictures(const RunData& run)
{
    std::vector<std::string> pictures;
    for (const std::string& checkpoint : run.checkpoints()) {
        LineChart chart{.title = checkpointTitle(run, checkpoint),
                        .xLabel = "layer",
                        .yLabel = "mean score of expert 0",
                        .yMost = 1,
                        .wholeX = true,
                        .height = 320};
        for (const Language& language : run.languages) {
            Curve curve = languageCurve(language);
            curve.dots = true;
            for (const ExpertZeroScore& s : run.expertZero)
                if (s.checkpoint == checkpoint && s.language == language.code)
                    curve.points.emplace_back(double(s.layer), s.meanScore);
            std::sort(curve.points.begin(), curve.points.end());
            if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
        }
        if (!chart.curves.empty()) pictures.push_back(drawLineChart(chart));
    }
    return pictures;
}

}  // namespace moebel
