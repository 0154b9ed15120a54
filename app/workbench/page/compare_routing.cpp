#include "app/workbench/page/compare_routing.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>
#include <tuple>

#include "app/workbench/control/record_command.h"
#include "app/workbench/page/compare_tables.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_views.h"
#include "app/workbench/page/routing_words.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

// On held-out text, where all runs read the same: after the expansion and at the ends of stages, and the newest of all.
std::vector<RoutingCapture> momentsOf(const ComparedRun& run)
{
    std::vector<RoutingCapture> all;
    for (const RoutingCapture& capture : run.captures)
        if (capture.split == RoutingSplit::Evaluation) all.push_back(capture);
    std::stable_sort(all.begin(), all.end(), [](const RoutingCapture& a, const RoutingCapture& b) { return a.step < b.step; });
    const auto between = [&](const RoutingCapture& capture) {
        if (capture.step == 0 || capture == all.back()) return false;
        return std::none_of(run.stages.begin(), run.stages.end(), [&](const StageRecord& stage) {
            return stage.stage == capture.stage && stage.firstStep + stage.steps == capture.step;
        });
    };
    std::vector<RoutingCapture> kept;
    std::remove_copy_if(all.begin(), all.end(), std::back_inserter(kept), between);
    return kept;
}

}  // namespace

CompareRouting::CompareRouting(Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_reading(new WhenSeen(this, [this] { read(); })),
      m_shown(new QComboBox(this)),
      m_reference(new QComboBox(this)),
      m_language(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_views(new RoutingViews(jobs, this))
{
    build();
    for (QComboBox* box : {m_shown, m_reference})
        connect(box, &QComboBox::currentIndexChanged, m_reading, &WhenSeen::touch);
    connect(m_measure, &QComboBox::currentIndexChanged, this, &CompareRouting::showMaps);
    connect(m_language, &QComboBox::currentIndexChanged, this, [this] {
        showMaps();
        Q_EMIT languageChosen(m_language->currentData().toString());
    });
    connect(m_views, &RoutingViews::languageChosen, m_language, &QComboBox::setCurrentIndex);
    m_views->setCommand([this] { return command(); });
}

void CompareRouting::build()
{
    m_shown->setObjectName(QStringLiteral("shownMoment"));
    m_reference->setObjectName(QStringLiteral("referenceMoment"));
    m_language->setObjectName(QStringLiteral("routingLanguage"));
    m_measure->setObjectName(QStringLiteral("routingMeasure"));
    addRoutingMeasures(*m_measure);
    auto* choices = new QGridLayout;
    const std::tuple<QString, QComboBox*, int, int> places[] = {{tr("&Routing of"), m_shown, 0, 0},
                                                                {tr("&less that of"), m_reference, 0, 2},
                                                                {tr("La&nguage"), m_language, 1, 0},
                                                                {tr("&Measure"), m_measure, 1, 2}};
    for (const auto& [words, box, row, column] : places) {
        auto* label = new QLabel(words, this);
        label->setBuddy(box);
        label->setForegroundRole(QPalette::PlaceholderText);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(20);
        choices->addWidget(label, row, column);
        choices->addWidget(box, row, column + 1);
    }
    choices->setColumnStretch(1, 1);
    choices->setColumnStretch(3, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addLayout(choices);
    layout->addWidget(m_views, 1);
}

ExportMenu& CompareRouting::exportMenu() const { return m_views->exportMenu(); }

void CompareRouting::chooseLanguage(const QString& code)
{
    const int language = m_language->findData(code);
    if (language < 0 || language == m_language->currentIndex()) return;
    const QSignalBlocker quiet(m_language);
    m_language->setCurrentIndex(language);
    showMaps();
}

void CompareRouting::setRuns(const std::vector<ComparedRun>& runs)
{
    m_runs = runs;
    fillMoments();
    fillLanguages();
    m_reading->touch();
}

void CompareRouting::fillMoments()
{
    const QStringList names = runNames(m_runs);
    const QString before[] = {m_shown->currentText(), m_reference->currentText()};
    m_moments.clear();
    const QSignalBlocker quiet(m_shown), quietToo(m_reference);
    for (QComboBox* box : {m_shown, m_reference}) box->clear();
    int newestOfBaseline = -1;
    for (std::size_t i = 0; i < m_runs.size(); ++i)
        for (const RoutingCapture& capture : momentsOf(m_runs[i])) {
            const QString text = QStringLiteral("\u2068%1\u2069 \u00b7 ").arg(plainText(names[qsizetype(i)])) + captureText(m_runs[i].stages, capture);
            if (i == 0) newestOfBaseline = int(m_moments.size());
            for (QComboBox* box : {m_shown, m_reference}) box->addItem(text);
            m_moments.push_back({i, capture});
        }
    const int newest = int(m_moments.size()) - 1;
    choose(*m_shown, before[0], newest);
    choose(*m_reference, before[1], newest == newestOfBaseline ? std::max(0, newest - 1) : newestOfBaseline);
}

void CompareRouting::choose(QComboBox& box, const QString& before, int otherwise)
{
    const int same = before.isEmpty() ? -1 : box.findText(before);
    box.setCurrentIndex(same >= 0 ? same : otherwise);
}

const CompareRouting::Moment* CompareRouting::moment(const QComboBox& box) const
{
    const int at = box.currentIndex();
    return at >= 0 && std::size_t(at) < m_moments.size() ? &m_moments[std::size_t(at)] : nullptr;
}

void CompareRouting::fillLanguages()
{
    const Moment* shown = moment(*m_shown);
    const QSignalBlocker quiet(m_language);
    const QString before = m_language->currentData().toString();
    m_language->clear();
    if (!shown) return;
    for (const Language& language : m_runs[shown->run].languages)
        m_language->addItem(languageText(language.code), QString::fromStdString(language.code));
    m_language->setCurrentIndex(std::max(0, m_language->findData(before)));
}

void CompareRouting::read()
{
    const quint64 request = ++m_request;
    const Moment *shown = moment(*m_shown), *other = moment(*m_reference);
    m_picture.reset();
    m_problem.clear();
    if (!shown || !other) return showMaps();
    fillLanguages();
    const QStringList names = runNames(m_runs);
    const auto words = [&](const Moment& one) {
        if (shown->run == other->run) return captureText(m_runs[one.run].stages, one.capture);
        return tr("\u2068%1\u2069 at step %2").arg(plainText(names[qsizetype(one.run)]), QLocale().toString(qint64(one.capture.step)));
    };
    const QString when = tr("%1 less %2").arg(words(*shown), words(*other));
    const ComparedRun& run = m_runs[shown->run];
    m_jobs.run(
        this,
        [folder = run.folder, capture = shown->capture, languages = run.languages,
         reference = CaptureOf{m_runs[other->run].folder, other->capture}] {
            return readRouting(folder, capture, languages, reference);
        },
        [this, request, when, languages = run.languages](RoutingReading reading) {
            if (request != m_request) return;
            m_problem = reading.problem;
            if (m_problem.isEmpty()) m_picture = pictureOf(std::move(reading), languages, when);
            showMaps();
        });
}

void CompareRouting::showMaps()
{
    if (m_picture && m_language->currentIndex() >= 0)
        return m_views->show(m_picture, RoutingMeasure(m_measure->currentData().toInt()), m_language->currentIndex());
    m_views->clear(!m_problem.isEmpty() ? m_problem : tr("None of these runs has routing on held-out text yet."));
}

QString CompareRouting::command() const
{
    const Moment *shown = moment(*m_shown), *other = moment(*m_reference);
    if (!shown || !other) return {};
    return routingCommand(m_runs[shown->run].folder, shown->capture, m_views->divergenceReference()) + QStringLiteral(" && ") +
           routingCommand(m_runs[other->run].folder, other->capture, m_views->divergenceReference());
}

}  // namespace moebel
