// The report of a made-up run: exact numbers, well-formed pages and pictures, nothing from outside.
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include "moebel/report/report.h"
#include "tests/support/made_up_run.h"

using namespace moebel;

namespace {

QString textOf(const Result<std::string>& report)
{
    return report ? QString::fromStdString(*report)
                  : QStringLiteral("error: ") + QString::fromStdString(report.error().message);
}

}  // namespace

class ReportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    RunFolder m_run;
    QString m_html;

private Q_SLOTS:
    void initTestCase()
    {
        const auto run = test::writeMadeUpRun(m_folder.path().toStdString(), test::madeUpExperiment());
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        m_run = *run;
        m_html = textOf(makeReport({m_run}, ReportFormat::Html));
    }

    void pageIsWellFormedAndHoldsPictures()
    {
        QXmlStreamReader reader(m_html);
        int pictures = 0, paths = 0, cells = 0;
        while (!reader.atEnd()) {
            reader.readNext();
            if (!reader.isStartElement()) continue;
            if (reader.name() == QLatin1String("svg")) {
                ++pictures;
                QCOMPARE(reader.namespaceUri().toString(), QStringLiteral("http://www.w3.org/2000/svg"));
            }
            if (reader.name() == QLatin1String("path")) ++paths;
            if (reader.name() == QLatin1String("rect")) ++cells;
        }
        QVERIFY2(!reader.hasError(),
                 qPrintable(
                     QStringLiteral("%1:%2 %3").arg(reader.lineNumber()).arg(reader.columnNumber()).arg(reader.errorString())));
        QCOMPARE(pictures,
                 2 + 3 + 4 * 2 +
                     2);  // bits by role, losses by language and of two kinds, routing maps of 4 measures x 2 stages, expert 0
        QVERIFY2(paths >= 6 + 8 + 12, qPrintable(QString::number(paths)));
        QVERIFY2(cells >= 2 * 4 * 6 * 9, qPrintable(QString::number(cells)));
    }

    void pageRefersToNothingOutside()
    {
        QString page = m_html;
        page.remove(QStringLiteral("http://www.w3.org/2000/svg"));
        const QRegularExpression outside(QStringLiteral("https?:|src=|href=|url\\(|@import|<script|<link"));
        const auto match = outside.match(page);
        QVERIFY2(!match.hasMatch(), qPrintable(page.mid(match.capturedStart() - 40, 120)));
    }

    void numbersAreThoseOfTheRecord()
    {
        const auto reader = RunReader::open(m_run);
        QVERIFY(reader.ok());
        const auto scores = reader->scores();
        QVERIFY(scores.ok());
        QCOMPARE(scores->size(), std::size_t(36));
        for (const Score& score : *scores) {
            const QString exact =
                QStringLiteral("data-value=\"%1\"").arg(QString::number(score.value, 'g', QLocale::FloatingPointShortest));
            QVERIFY2(m_html.contains(exact),
                     qPrintable(QStringLiteral("%1 %2 %3").arg(score.language.c_str(), score.metric.c_str(), exact)));
        }
        const auto expertZero = reader->expertZero();
        QVERIFY(expertZero.ok() && !expertZero->empty());
        for (const ExpertZeroScore& score : *expertZero)
            if (std::isfinite(score.meanScore))
                QVERIFY2(m_html.contains(QString::number(score.meanScore, 'f', 4)),
                         qPrintable(QString::number(score.meanScore)));
    }

    void meansAreThoseOfTheLanguagesOfARole()
    {
        // original: 1.98768 + 0.0371 * (0 + 1 + 4) / 3; expanded: 3.47531 + 0.0371 * (9 + 16 + 25) / 3
        const QRegularExpression row(
            QStringLiteral("<tr class=\"mean\"><td>Mean</td><td>(\\w+)</td><td class=\"n\" data-value=\"[0-9.]+\">([0-9.]+)</td>"));
        QMap<QString, QString> means;
        for (auto found = row.globalMatch(m_html); found.hasNext();) {
            const auto match = found.next();
            means[match.captured(1)] = match.captured(2);
        }
        QCOMPARE(means, (QMap<QString, QString>{{"original", "2.0495"}, {"expanded", "4.0936"}}));
    }

    void settingsOfTheStagesAreShown()
    {
        QVERIFY(m_html.contains(QStringLiteral("<td class=\"n\">30,720</td>")));   // 60 steps of 4 x 128 tokens
        QVERIFY(m_html.contains(QStringLiteral("<td class=\"n\">0.3</td>")));      // prior weight of the review
        QVERIFY(m_html.contains(QStringLiteral("<td class=\"n\">987,654</td>")));  // trained parameters, from the record
    }

    void sharesAreExplainedInOneSentence()
    {
        // original: 1.98768 -> 2.61234 -> 2.14321 brings 0.46913 of 0.62466 back; expanded keep 0.76667 of 0.83323
        QVERIFY2(m_html.contains(QStringLiteral("75.1 %")), "restored");
        QVERIFY2(m_html.contains(QStringLiteral("92.0 %")), "kept");
    }

    void wordsOfThePageAreEscaped()
    {
        QVERIFY(m_html.contains(QStringLiteral("Made up: el &amp; hi &lt;new&gt;")));
        QVERIFY(m_html.contains(QStringLiteral("a warning with &lt;angles&gt; &amp; an ampersand")));
    }

    void denseLayersAreMarkedAndNotDrawnAsZero()
    {
        QVERIFY(m_html.contains(QStringLiteral("layer 2: dense, no router")));
        QVERIFY(!m_html.contains(QStringLiteral("layer 2, expert 0")));
    }

    void markdownHasTheTablesOnly()
    {
        const QString text = textOf(makeReport({m_run}, ReportFormat::Markdown));
        QVERIFY(text.contains(QStringLiteral("| English (en) | original | 1.9877 |")));
        QVERIFY(!text.contains(QStringLiteral("<svg")));
    }

    void latexUsesBooktabsAndBalancedBraces()
    {
        const QString text = textOf(makeReport({m_run}, ReportFormat::Latex));
        QVERIFY(text.contains(QStringLiteral("\\toprule")) && text.contains(QStringLiteral("1.9877")));
        QVERIFY(text.contains(QStringLiteral("\\%")));
        int depth = 0;
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (text[i] == '\\') {
                ++i;
                continue;
            }
            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            QVERIFY(depth >= 0);
        }
        QCOMPARE(depth, 0);
        for (QChar c : text) QVERIFY2(c.unicode() < 0x2000, "LaTeX without a font for other scripts cannot set this character");
    }

    void severalRunsAreComparedInFront()
    {
        const QString text = textOf(makeReport({m_run, m_run}, ReportFormat::Html));
        QVERIFY(text.contains(QStringLiteral("Runs side by side")));
        QVERIFY(!QXmlStreamReader(text).hasError());
    }

    void aLaterRoundTellsCohortsExpertsAndClassifiers()
    {
        const Experiment experiment = test::madeUpExperiment();
        BaseRun base{{"/runs/round one"}, "checkpoints/step-000100", std::string(64, 'b'), 1, experiment.languages};
        std::erase_if(base.languages, [](const Language& language) { return language.code == "hi"; });  // the one that is new
        const auto run = test::writeMadeUpRun(m_folder.path().toStdString(), experiment, {3, 3, 1, 3}, base);
        QVERIFY(run.ok());
        LanguageSimilarity similarity(4, {"en", "hi"});
        for (std::int64_t layer = 0; layer < 4; ++layer) similarity.set(layer, 0, 1, 0.125 + 0.0625 * double(layer));
        RoutingStats routing = test::madeUpRouting(experiment, {3, 3, 1, 3}, 2);
        routing.row(RoutingKind::Bypass, LanguageId{0})[routing.offset(LayerId{3})] = 0.875 * 4000;  // en: rightly
        routing.row(RoutingKind::Bypass, LanguageId{3})[routing.offset(LayerId{3})] = 0.25 * 4000;   // el: wrongly
        {
            auto writer = RunWriter::open(*run, 100);
            QVERIFY(writer.ok());
            const AllocationChoice choice{
                AllocationRule::LargestRemainder, {3, 3, 1, 3}, {2, 2, 1, 2}, {3}, 0, 7, true, "a made-up reason"};
            const auto layer = [](std::vector<ExpertOrigin> origins) { return origins; };
            const auto three = layer({ExpertOrigin::Original, ExpertOrigin::Earlier, ExpertOrigin::Copy});
            (*writer)->receive(ExpertsAllocated{choice, similarity});
            (*writer)->receive(
                ModelExpanded{{three, three, {ExpertOrigin::Original}, three}, 2, 0.5, {{0, 1, 2}, {0, 1, 2}, {0}, {0, 1, 2}}});
            (*writer)->receive(RoutingSampled{1, 100, RoutingSplit::Evaluation, routing});
            QVERIFY((*writer)->flush());
        }
        const QString page = textOf(makeReport({*run}, ReportFormat::Html)),
                      text = textOf(makeReport({*run}, ReportFormat::Markdown));
        QVERIFY(!QXmlStreamReader(page).hasError());
        QVERIFY(page.contains(QStringLiteral("Similarity of the languages by layer")));
        for (const char* words :
             {"| Greek (el) | earlier |", "| Hindi (hi) | new |", "| **Mean** | **earlier** |",
              "Experts by layer: a made-up reason. Trained: copy; frozen: original, earlier.",
              "| 0 | 3 | 1 | 1 | 1 |  | \u2013 | 0.1250 | 0.1250 |", "| 3 | 3 | 1 | 1 | 1 | yes | \u2013 | 0.3125 | 0.3125 |",
              "| 2 | 1 | 1 | 0 | 0 |", "| Stage 2: review | en | original | 87.5 % |",
              "| Stage 2: review | el | earlier | 25.0 % |", "| Stage 2: review | el | earlier | 75.0 % |",
              "| Stage 2: review | hi | new | 100.0 % |", "| Round of expansion | 2 |", "not strictly causal"})
            QVERIFY2(text.contains(QString::fromUtf8(words)), qPrintable(QString::fromUtf8(words) + "\n" + text));
        const auto reader = RunReader::open(*run);
        const ForgettingReport report = forgettingReport(reader->scores().value());
        QVERIFY2(text.contains(QStringLiteral("it made the earlier languages better")) && report.hasEarlier, qPrintable(text));
    }

    void aRunOfGroupsTellsItsGroupsTheirScoresAndTheAdaptation()
    {
        const auto run = test::writeMadeUpRun(m_folder.path().toStdString(), test::madeUpExperiment());
        QVERIFY(run.ok());
        ParameterDeviation deviation;
        deviation.languages = {"el", "ar"};
        deviation.feedForward = {{0.5, 0.25, 0.75, 0.25}, {0.25, 0.25, 0.5, 0.25}};
        const NearestExpert added{{"hi"}, {{693.14718056, 200, 250}, {346.57359028, 200, 250}}, 1};
        const GroupsFormed formed{{{{"el"}, {"ar"}, {"hi"}}, {std::nan(""), 0.125, std::nan("")}, {std::nan(""), 0.25, std::nan("")}},
                                  GroupingAlgorithm::Growth, GroupingSource::HiddenStates, {0, 2}, {}};
        {
            auto writer = RunWriter::open(*run, 100);
            QVERIFY(writer.ok());
            (*writer)->receive(DeviationMeasured{deviation});
            (*writer)->receive(formed);
            for (const std::int64_t step : {0, 60, 100})
                (*writer)->receive(StepFinished{step > 60 ? 1 : 0, step, {{"bits-per-byte-by-group", "bits/byte", "ar", 2.5 - 0.0125 * double(step)}}});
            QVERIFY((*writer)->flush());
        }
        const QString text = textOf(makeReport({*run}, ReportFormat::Markdown));
        for (const char* words :
             {"By the algorithm \"growth\" on the similarity \"hidden-states\". Each has an expert in the layers 0, 2.",
              "| G1 | ar | 1 | 0.125 | 0.250 |", "| Group | Language | Before | Stage 1: post-pretraining | Stage 2: review |",
              "| G1 | ar | 2.5000 | 1.7500 | 1.2500 |", "| 0 | yes | 0.37500 | 0.333 |", "| 3 |  | 0.25000 | 0.000 |"})
            QVERIFY2(text.contains(QString::fromUtf8(words)), qPrintable(QString::fromUtf8(words) + "\n" + text));
        QVERIFY(!text.contains(QStringLiteral("know of the new languages")));
        {
            auto writer = RunWriter::open(*run, 100);
            GroupsFormed adapted = formed;
            adapted.added = {added};
            (*writer)->receive(adapted);
            QVERIFY((*writer)->flush());
        }
        const QString page = textOf(makeReport({*run}, ReportFormat::Html)),
                      later = textOf(makeReport({*run}, ReportFormat::Markdown));
        QVERIFY(!QXmlStreamReader(page).hasError() && page.contains(QStringLiteral("<h2>Groups of languages</h2>")));
        for (const char* words : {"| hi | 0 | el |  | 32.00 | 4.0000 | 200 |", "| hi | 1 | ar | yes | 5.66 | 2.0000 | 200 |"})
            QVERIFY2(later.contains(QString::fromUtf8(words)), qPrintable(QString::fromUtf8(words) + "\n" + later));
    }

    void nothingToReportAndForeignFoldersAreErrors()
    {
        const auto none = makeReport({}, ReportFormat::Html);
        QVERIFY(!none.ok());
        QCOMPARE(none.error().kind, ErrorKind::InvalidInput);
        QVERIFY(!makeReport({RunFolder{m_folder.path().toStdString()}}, ReportFormat::Html).ok());
    }
};

QTEST_GUILESS_MAIN(ReportTest)
#include "report_test.moc"
