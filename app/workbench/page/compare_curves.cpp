#include "app/workbench/page/compare_curves.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/control/record_command.h"
#include "app/workbench/page/compare_tables.h"
#include "app/workbench/page/live_rows.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"

namespace moebel
{

namespace
{

using Column = std::shared_ptr<const SeriesColumn>;

constexpr double kMillisecondsOfAnHour = 3.6e6, kMillisecondsOfAMinute = 6e4;

Column meanCurve(const ComparedRun& run, LanguageRole role)
{
    std::vector<const SeriesColumn*> columns;
    for (const Language& language : run.languages) {
        const auto found = run.curves.find(language.code);
        if (language.role == role && found != run.curves.end()) columns.push_back(found->second.get());
    }
    return columns.empty() ? nullptr : std::make_shared<const SeriesColumn>(meanOf(columns));
}

Column curveOf(const ComparedRun& run, const std::string& language)
{
    const auto found = run.curves.find(language);
    return found == run.curves.end() ? nullptr : found->second;
}

// Null where the run does not know this axis.
Column placed(const ComparedRun& run, const Column& column, RunAxis axis)
{
    if (!column || column->empty() || axis == RunAxis::Steps) return column;
    const StepScale& scale = axis == RunAxis::Tokens ? run.tokens : run.time;
    return scale == StepScale() ? nullptr : movedTo(scale, *column);
}

QString metricText(const std::string& metric)
{
    const std::pair<const char*, QString> known[] = {{"bits-per-byte", CompareCurves::tr("Bits per byte")},
                                                     {"token-perplexity", CompareCurves::tr("Token perplexity")},
                                                     {"language-model-loss", CompareCurves::tr("Language model loss")},
                                                     {"loss", CompareCurves::tr("Loss")},
                                                     {"balance-loss", CompareCurves::tr("Balance loss")},
                                                     {"prior-loss", CompareCurves::tr("Prior loss")},
                                                     {"gradient-norm", CompareCurves::tr("Gradient norm")},
                                                     {"learning-rate", CompareCurves::tr("Learning rate")},
                                                     {"tokens-per-second", CompareCurves::tr("Tokens per second")},
                                                     {"flops-per-second", CompareCurves::tr("Operations per second")}};
    for (const auto& [name, text] : known)
        if (metric == name) return text;
    return QStringLiteral("\u2068%1\u2069").arg(QString::fromStdString(metric));
}

std::int64_t longest(const QList<PlotRow>& rows)
{
    std::int64_t most = 0;
    for (const PlotRow& row : rows)
        for (const PlotSeries& series : row.series) most = std::max(most, series.data->steps.back());
    return most;
}

}  // namespace

QList<PlotRow> comparedCurves(const std::vector<ComparedRun>& runs, const std::string& metric, const std::string& language,
                              RunAxis axis)
{
    const QStringList names = runNames(runs);
    QList<PlotRow> rows;
    const auto add = [&](const QString& title, const auto& columnOf) {
        PlotRow plot{title, QString(), 1, {}};
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const Column column = placed(runs[i], columnOf(runs[i]), axis);
            if (!column || column->empty()) continue;
            const QString id = title + QLatin1Char('/') + QString::fromStdString(runs[i].id);
            auto blocks = std::make_shared<SeriesBlocks>();
            blocks->follow(*column);
            plot.series << PlotSeries{id, names[qsizetype(i)], comparedRunColour(i), i == 0, {}, {}, column};
            plot.series.last().blocks = std::move(blocks);
        }
        if (!plot.series.isEmpty()) rows << plot;
    };
    const QString title = metricText(metric);
    if (!language.empty())
        add(QStringLiteral("%1: %2").arg(title, languageText(language)), [&](const ComparedRun& run) { return curveOf(run, language); });
    else
        add(CompareCurves::tr("%1, all languages").arg(title), [&](const ComparedRun& run) { return curveOf(run, {}); });
    if (!language.empty() || !rows.isEmpty()) return rows;
    add(CompareCurves::tr("%1, mean of the original languages").arg(title),
        [](const ComparedRun& run) { return meanCurve(run, LanguageRole::Original); });
    add(CompareCurves::tr("%1, mean of the expanded languages").arg(title),
        [](const ComparedRun& run) { return meanCurve(run, LanguageRole::Expanded); });
    return rows;
}

CompareCurves::CompareCurves(Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_metric(new QComboBox(this)),
      m_language(new QComboBox(this)),
      m_axis(new QComboBox(this)),
      m_plot(new SeriesPlot(this)),
      m_legend(new SeriesLegend(this))
{
    build();
    connect(m_metric, &QComboBox::currentIndexChanged, this, &CompareCurves::readMetric);
    connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
        makeCurves();
        if (const QString code = m_language->currentData().toString(); !code.isEmpty()) Q_EMIT languageChosen(code);
    });
    connect(m_plot, &SeriesPlot::stepChosen, this, [this](std::int64_t step) {
        if (axis() == RunAxis::Steps) Q_EMIT stepChosen(step);
    });
    connect(m_axis, &QComboBox::currentIndexChanged, this, &CompareCurves::makeCurves);
    connect(m_plot, &SeriesPlot::crosshairMoved, m_legend, &SeriesLegend::showStep);
    connect(m_legend, &SeriesLegend::hiddenChanged, m_plot, &SeriesPlot::setHidden);
    connect(m_legend, &SeriesLegend::pointedAt, m_plot, &SeriesPlot::setHighlighted);
    m_plot->exportMenu().setCommand([this] { return command(); });
}

void CompareCurves::build()
{
    m_metric->setObjectName(QStringLiteral("metric"));
    m_metric->setAccessibleName(tr("Metric of the curves"));
    m_metric->addItem(metricText("bits-per-byte"), QStringLiteral("bits-per-byte"));
    m_language->setObjectName(QStringLiteral("language"));
    m_language->setAccessibleName(tr("Language of the curves"));
    m_axis->setObjectName(QStringLiteral("axis"));
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->addItem(tr("Over steps"), int(RunAxis::Steps));
    m_axis->addItem(tr("Over tokens"), int(RunAxis::Tokens));
    m_axis->addItem(tr("Over time"), int(RunAxis::Time));
    m_axis->setItemData(2, tr("Training alone: without evaluations, checkpoints and pauses"), Qt::ToolTipRole);
    auto* choices = new QHBoxLayout;
    for (QComboBox* box : {m_metric, m_language, m_axis}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        choices->addWidget(box);
    }
    choices->addStretch(1);
    auto* sides = new QSplitter(Qt::Horizontal);
    sides->setObjectName(QStringLiteral("curves"));
    sides->addWidget(m_plot);
    sides->addWidget(m_legend);
    sides->setStretchFactor(0, 1);
    sides->setSizes({700, m_legend->sizeHint().width()});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addLayout(choices);
    layout->addWidget(sides, 1);
}

std::string CompareCurves::metric() const { return m_metric->currentData().toString().toStdString(); }

RunAxis CompareCurves::axis() const { return RunAxis(m_axis->currentData().toInt()); }

ExportMenu& CompareCurves::exportMenu() const { return m_plot->exportMenu(); }

void CompareCurves::chooseLanguage(const QString& code)
{
    const int language = m_language->findData(code);
    if (code.isEmpty() || language < 0 || language == m_language->currentIndex()) return;
    const QSignalBlocker quiet(m_language);
    m_language->setCurrentIndex(language);
    makeCurves();
}

void CompareCurves::chooseStep(std::int64_t step)
{
    m_step = step;
    m_plot->setChosen(step < 0 || axis() != RunAxis::Steps ? std::nullopt : std::optional(step));
}

void CompareCurves::setRuns(std::vector<ComparedRun> runs)
{
    ++m_request;
    m_runs = std::make_shared<const std::vector<ComparedRun>>(std::move(runs));
    fillMetrics();
    fillLanguages();
    makeCurves();
}

void CompareCurves::fillMetrics()
{
    const QSignalBlocker quiet(m_metric);
    const QString before = m_metric->currentData().toString();
    m_metric->clear();
    m_metric->addItem(metricText("bits-per-byte"), QStringLiteral("bits-per-byte"));
    for (const ComparedRun& run : *m_runs)
        for (const MetricId& metric : run.metrics) {
            const QString name = QString::fromStdString(metric.name);
            if (!name.startsWith(QLatin1String("base.")) && m_metric->findData(name) < 0)
                m_metric->addItem(metricText(metric.name), name);
        }
    m_metric->setCurrentIndex(std::max(0, m_metric->findData(before)));
}

// Those that the metric has; a choice that is still there stays.
void CompareCurves::fillLanguages()
{
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->currentData().toString();
    m_language->clear();
    const bool together = std::any_of(m_runs->begin(), m_runs->end(), [](const ComparedRun& run) { return run.curves.count({}); });
    m_language->addItem(together ? tr("All languages") : tr("Means"), QString());
    for (const ComparedRun& run : *m_runs)
        for (const Language& language : run.languages)
            if (const QString code = QString::fromStdString(language.code); run.curves.count(language.code) && m_language->findData(code) < 0)
                m_language->addItem(languageText(language.code), code);
    m_language->setEnabled(m_language->count() > 1);
    m_language->setCurrentIndex(std::max(0, m_language->findData(before)));
}

void CompareCurves::readMetric()
{
    std::vector<RunFolder> folders;
    for (const ComparedRun& run : *m_runs) folders.push_back(run.folder);
    m_jobs.run(
        this, [folders, metric = metric()] { return readCurves(folders, metric); },
        [this, request = ++m_request](std::vector<RunCurves> curves) {
            if (request != m_request) return;
            auto runs = std::make_shared<std::vector<ComparedRun>>(*m_runs);
            for (std::size_t i = 0; i < curves.size(); ++i) (*runs)[i].curves = std::move(curves[i]);
            m_runs = std::move(runs);
            fillLanguages();
            makeCurves();
        });
}

// Means and other axes look at every point of every run.
void CompareCurves::makeCurves()
{
    m_jobs.run(
        this,
        [runs = m_runs, metric = metric(), language = m_language->currentData().toString().toStdString(), axis = axis()] {
            return comparedCurves(*runs, metric, language, axis);
        },
        [this, making = ++m_making, axis = axis()](const QList<PlotRow>& rows) {
            if (making == m_making) showCurves(rows, axis);
        });
}

void CompareCurves::showCurves(const QList<PlotRow>& rows, RunAxis axis)
{
    m_plot->setRows(rows);
    m_legend->setRows(rows);
    const bool hours = double(longest(rows)) > kMillisecondsOfAnHour;
    const double unit = hours ? kMillisecondsOfAnHour : kMillisecondsOfAMinute;
    switch (axis) {
        case RunAxis::Steps:
            m_plot->setStepName(tr("step"), QStringLiteral("step"));
            m_plot->setScale(StepScale(), tr("step"));
            break;
        case RunAxis::Tokens:
            m_plot->setStepName(tr("token"), QStringLiteral("tokens"));
            m_plot->setScale(StepScale(), tr("trained tokens"));
            break;
        case RunAxis::Time:
            m_plot->setStepName(tr("millisecond"), QStringLiteral("milliseconds"));
            m_plot->setScale(StepScale({{0, 0}, {unit, 1}}), hours ? tr("hours of training") : tr("minutes of training"));
            break;
    }
    m_legend->setStepName(m_plot->stepName());
    chooseStep(m_step);
    m_plot->resetView();
}

// A line a run: the stored points, of which means are made here.
QString CompareCurves::command() const
{
    const QString name = m_metric->currentData().toString(), language = m_language->currentData().toString();
    const bool one = !language.isEmpty() || m_language->itemText(0) == tr("All languages");
    QStringList lines;
    for (const ComparedRun& run : *m_runs)
        lines << seriesCommand(run.folder, {one ? name + QLatin1Char('/') + language : name});
    return lines.join(QStringLiteral(" && "));
}

}  // namespace moebel
