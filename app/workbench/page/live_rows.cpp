#include "app/workbench/page/live_rows.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>

#include "app/workbench/control/run_axes.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

constexpr ColourPair kPlain{0x3A4048, 0xD5DAE1};
constexpr ColourPair kBalance{0x0072B2, 0x56B4E9};  // Okabe and Ito's blue, vermilion
constexpr ColourPair kPrior{0xB84A00, 0xF0A070};

QString idOf(const SeriesKey& key) { return QString::fromStdString(key.metric + "/" + key.language); }

const StageRecord* pretraining(const RunHistory& history)
{
    for (const StageRecord& stage : history.stages())
        if (stage.stage < 0) return &stage;
    return nullptr;
}

// Where step 0 of the base's pretraining stands, so that its last step is -1; 0 when this run did not train its base.
std::int64_t baseStart(const RunHistory& history)
{
    const auto column = history.column({"base.language-model-loss", {}});
    if (!column || column->empty()) return 0;
    const StageRecord* base = pretraining(history);
    return -1 - std::max(base ? base->firstStep + base->steps : 0, column->steps.back());
}

// Adds a curve, and before it what the base's pretraining has of it.
void addWithBase(PlotRow& row, const RunHistory& history, PlotSeries series, const SeriesKey& key)
{
    const SeriesKey baseKey{"base." + key.metric, key.language};
    const auto before = history.column(baseKey), column = history.column(key);
    series.id = idOf(key);
    if (const std::int64_t start = baseStart(history); start < 0 && before && !before->empty()) {
        PlotSeries base = series;
        base.id = idOf(baseKey);
        base.data = before;
        base.blocks = history.blocks(baseKey);
        base.reference.reset();
        base.marks = {};
        base.start = start;
        base.partOf = series.id;
        base.partName = tr("base");
        row.series << base;
    }
    series.data = column;
    series.blocks = history.blocks(key);
    if (column && !column->empty()) row.series << series;
}

// Bits per byte of the model that a run goes on from, where that is an earlier run: its routers begin anew, so that step 0 is
// another model.
std::optional<double> scoreOfBase(const RunHistory& history, const std::string& metric, const std::string& language)
{
    for (const Score& score : history.scores())
        if (score.checkpoint == "base" && score.metric == metric && score.language == language) return score.value;
    return std::nullopt;
}

std::optional<double> baseValue(const RunHistory& history, const std::string& metric, const std::string& language)
{
    const auto column = history.column({metric, language});
    if (!history.record().parentRun.empty()) return scoreOfBase(history, metric, language);
    return column && !column->empty() && column->steps.front() == 0 ? std::optional(column->values.front()) : std::nullopt;
}

// The series of a metric for each language of the run, original ones first; those that the base knows are dashed.
void addByLanguage(PlotRow& row, const RunHistory& history, const std::string& metric, bool withBase)
{
    std::vector<std::string> codes;
    for (const Language& language : history.languages()) codes.push_back(language.code);
    const std::vector<CurveLook> looks = languageLooks(codes);
    for (std::size_t i = 0; i < looks.size(); ++i) {
        const Language& language = history.languages()[i];
        const bool known = language.role == LanguageRole::Original || history.earlierLanguages().count(language.code) > 0;
        PlotSeries series{{},
                          languageText(language.code),
                          looks[i].colour,
                          known,
                          {},
                          {},
                          {},
                          looks[i].marker,
                          QString::fromStdString(language.code)};
        if (withBase && known) series.reference = baseValue(history, metric, language.code);
        if (withBase)
            for (const Score& score : history.scores())
                if (score.metric == metric && score.language == language.code &&
                    (series.marks.empty() || score.step > series.marks.steps.back()))
                    series.marks.append(score.step, score.value);
        addWithBase(row, history, series, {metric, language.code});
    }
}

void addOne(PlotRow& row, const RunHistory& history, const std::string& metric, const QString& name, const ColourPair& colour)
{
    addWithBase(row, history, PlotSeries{{}, name, colour, false, {}, {}, {}}, {metric, {}});
}

bool begun(const RunHistory& history)
{
    return std::any_of(history.stages().begin(), history.stages().end(),
                       [](const StageRecord& stage) { return stage.stage >= 0; });
}

QString timeText(double seconds)
{
    const qint64 whole = qint64(std::llround(seconds));
    if (whole >= 3600) return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
    if (whole >= 60) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return tr("%1 s").arg(whole);
}

std::optional<double> secondsLeft(const RunHistory& history)
{
    const auto speed = history.column({"tokens-per-second", {}});
    const auto& tokens = history.tokensOfAStep();
    if (!speed || speed->empty() || tokens.empty() || !(speed->values.back() > 0)) return std::nullopt;
    const double all = tokenScale(history).x(double(history.status().totalSteps));
    const double done = tokenScale(history).x(double(history.status().step));
    return std::max(0.0, all - done) / speed->values.back();
}

}  // namespace

QString languageText(const std::string& code)
{
    const QString own = QString::fromStdString(languageFacts(code).nativeName);
    const QString shown = QString::fromStdString(code);
    return own.isEmpty() || own == shown ? shown : QStringLiteral("\u2068%1\u2069 (%2)").arg(own, shown);
}

QString stageText(StageKind kind)
{
    switch (kind) {
        case StageKind::Pretraining:
            return tr("pretraining");
        case StageKind::PostPretraining:
            return tr("post-pretraining");
        case StageKind::Review:
            return tr("review");
        case StageKind::GroupWarmup:
            return tr("warm-up by groups");
        case StageKind::Joint:
            return tr("joint training");
        case StageKind::Adaptation:
            return tr("adaptation");
    }
    return {};
}

QList<PlotRow> liveRows(const RunHistory& history)
{
    QList<PlotRow> rows;
    const auto add = [&rows](const PlotRow& row) {
        if (!row.series.isEmpty()) rows << row;
    };
    const QString before = history.record().parentRun.empty() ? tr("dotted: before training")
                                                              : tr("dotted: the run that this one goes on from, all of it");
    PlotRow bits{tr("Bits per byte"),
                 QString(),
                 2.2,
                 {},
                 tr("line: a part of the held-out text while training; \u25C7: all of it; %1").arg(before)};
    addByLanguage(bits, history, "bits-per-byte", true);
    add(bits);
    PlotRow loss{tr("Language model loss"), tr("nats/token"), 1.6, {}};
    addOne(loss, history, "language-model-loss", tr("all languages"), kPlain);
    addByLanguage(loss, history, "language-model-loss", false);
    add(loss);
    PlotRow other{tr("Balance and prior loss"), QString(), 1.2, {}};
    addOne(other, history, "balance-loss", tr("balance loss"), kBalance);
    addOne(other, history, "prior-loss", tr("prior loss"), kPrior);
    add(other);
    PlotRow router{tr("Routers as classifiers of the groups"), QString(), 1.2, {}};
    addOne(router, history, "router-loss", tr("router loss"), kBalance);
    addOne(router, history, "router-accuracy", tr("share of tokens that are right"), kPrior);
    add(router);
    PlotRow gradient{tr("Gradient norm"), QString(), 1.1, {}};
    addOne(gradient, history, "gradient-norm", tr("gradient norm"), kPlain);
    add(gradient);
    PlotRow rate{tr("Learning rate"), QString(), 0.9, {}};
    addOne(rate, history, "learning-rate", tr("learning rate"), kBalance);
    add(rate);
    PlotRow speed{tr("Speed"), tr("tokens/s"), 1.1, {}};
    addOne(speed, history, "tokens-per-second", tr("tokens per second"), kPlain);
    add(speed);
    return rows;
}

QList<RunSpan> runSpans(const RunHistory& history)
{
    QList<RunSpan> spans;
    if (const std::int64_t start = baseStart(history); start < 0)
        spans << RunSpan{-1, tr("pretraining of the base"), start, -1};
    for (const StageRecord& stage : history.stages())
        if (stage.stage >= 0)
            spans << RunSpan{stage.stage, stageText(stage.kind), stage.firstStep, stage.firstStep + stage.steps};
    return spans;
}

QList<PlotRow> rowsWithin(const QList<PlotRow>& rows, std::int64_t first, std::int64_t last)
{
    QList<PlotRow> within;
    for (PlotRow row : rows) {
        row.series.removeIf([&](const PlotSeries& series) {
            return series.start + series.data->steps.front() > last || series.start + series.data->steps.back() < first;
        });
        if (!row.series.isEmpty()) within << row;
    }
    return within;
}

// The first step of a stage is the last one of the stage before.
std::int64_t stageOfStep(const RunHistory& history, std::int64_t step)
{
    std::int64_t found = -1;
    if (step < 0) return found;
    for (const StageRecord& stage : history.stages())
        if (stage.stage >= 0 && (found < 0 || step > stage.firstStep)) found = stage.stage;
    return found;
}

QList<StageMark> stageMarks(const RunHistory& history)
{
    QList<StageMark> marks;
    for (const RunSpan& span : runSpans(history)) marks << StageMark{span.first, span.name};
    for (const EventRecord& event : history.events())
        if (event.kind == "warning") marks << StageMark{event.step, QString::fromStdString(event.message), true};
    return marks;
}

std::optional<std::int64_t> stepOfLine(const QString& line)
{
    static const QRegularExpression kStep(QStringLiteral("\\bstep[ -](\\d+)|\\b(\\d+)/\\d+,"));
    const QRegularExpressionMatch match = kStep.match(line);
    if (!match.hasMatch()) return std::nullopt;
    return (match.hasCaptured(2) ? match.captured(2) : match.captured(1)).toLongLong();
}

StepScale tokenScale(const RunHistory& history)
{
    const std::int64_t start = baseStart(history);
    return tokenScale(history.stages(), history.tokensOfAStep(), start < 0 ? -1 - start : 0, history.tokensOfABaseStep());
}

namespace
{

// The newest window's tokens and operations a second.
QStringList speedParts(const RunHistory& history)
{
    QStringList parts;
    const auto newest = [&](const char* metric) {
        const auto column = history.column({metric, {}});
        return column && !column->empty() && column->values.back() > 0 ? std::optional(column->values.back()) : std::nullopt;
    };
    if (const auto tokens = newest("tokens-per-second")) parts << tr("%1 tokens/s").arg(QLocale().toString(*tokens, 'f', 0));
    if (const auto flops = newest("flops-per-second")) parts << tr("%1 GFLOP/s").arg(QLocale().toString(*flops / 1e9, 'f', 1));
    return parts;
}

LiveProgress baseProgress(const RunHistory& history)
{
    const QLocale locale;
    const RunStatus& status = history.status();
    QStringList parts = {
        tr("pretraining of the base model"),
        tr("step %1 of %2").arg(locale.toString(qint64(status.baseStep)), locale.toString(qint64(status.baseSteps)))};
    const auto left = history.baseSecondsLeft();
    if (status.state == RunState::Running && left) parts << tr("about %1 left").arg(timeText(*left));
    return {std::clamp(double(status.baseStep) / double(status.baseSteps), 0.0, 1.0), parts.join(QStringLiteral(", "))};
}

}  // namespace

LiveProgress liveProgress(const RunHistory& history)
{
    LiveProgress progress;
    const RunStatus& status = history.status();
    const auto& preparation = history.preparation();
    if (status.pretraining()) return baseProgress(history);
    if (preparation && status.state == RunState::Running && !begun(history))
        return {std::clamp(preparation->fraction, 0.0, 1.0), QString::fromStdString(preparation->what)};
    if (status.totalSteps <= 0) return progress;
    const QLocale locale;
    progress.fraction = std::clamp(double(status.step) / double(status.totalSteps), 0.0, 1.0);
    QStringList parts;
    for (const StageRecord& stage : history.stages())
        if (stage.stage >= 0 && status.step >= stage.firstStep) parts = QStringList{stageText(stage.kind)};
    parts << tr("step %1 of %2").arg(locale.toString(qint64(status.step)), locale.toString(qint64(status.totalSteps)));
    if (status.state == RunState::Running) parts << speedParts(history);
    const auto left = secondsLeft(history);
    if (status.state == RunState::Running && left) parts << tr("about %1 left").arg(timeText(*left));
    progress.text = parts.join(QStringLiteral(", "));
    return progress;
}

}  // namespace moebel
