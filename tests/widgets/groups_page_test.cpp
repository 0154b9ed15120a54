// The Groups page in the window: grouping laboratory, deviation, adaptation.
#include "app/workbench/page/grouping/groups_page.h"

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QToolButton>

#include "app/workbench/page/experiment_page.h"
#include "tests/support/group_run.h"
#include "tests/support/window_world.h"
#include "widgets/edit/group_board.h"
#include "widgets/edit/number_field.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/plot/language_scatter.h"
#include "widgets/plot/similarity_map.h"
#include "widgets/plot/threshold_bars.h"
#include "widgets/support/named_tabs.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;
using namespace moebel::test;

using Groups = std::vector<std::vector<std::string>>;

class GroupsPageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    GroupsPage* m_page = nullptr;
    QString m_project;

    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }
    QString text(const char* label) const { return find<QLabel>(label)->text(); }
    const Groups& groups() const { return m_page->design().grouping().groups; }
    GroupBoard* board() const { return find<GroupBoard>("groupBoard"); }
    void trigger(const char* action)
    {
        QAction* found = m_window->actionTable().find(QString::fromLatin1(action));
        QVERIFY2(found != nullptr, action);
        found->trigger();
    }
    void settle() { QTRY_VERIFY(!m_window->jobs().busy()); }
    void open(bool isAdapted = false, const QString& view = {})
    {
        m_project = m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        const auto run = writeGroupRun((m_project + "/runs").toStdString(), isAdapted);
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        openWindow(view);
        m_window->open({OpeningKind::Project, m_project.toStdString(), {}, {}});
        QTRY_VERIFY(!m_page->design().evidence().sources.empty());
        settle();
    }
    void openWindow(const QString& view = {})
    {
        WorkbenchOptions options;
        options.safeMode = true;
        m_window = std::make_unique<MainWindow>(options);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->activateWindow();
        m_window->showPage(PageId::Groups, view);
        m_page = m_window->findChild<GroupsPage*>("groupsPage");
    }
    void dropOn(QWidget* target, const QMimeData& data)
    {
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(target, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(target, &drop);
    }
    ExperimentDocument& document() const { return m_window->findChild<ExperimentPage*>()->document(); }
    QString file(const char* name, const std::string& content)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        if (!writeFileAtomically(path.toStdString(), content)) qFatal("no file");
        return path;
    }
    /// Where MOEBEL_TEST_PICTURES says, for eyes.
    void picture(const QString& name)
    {
        const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
        QTest::qWait(60);
        if (!folder.isEmpty()) m_window->grab().save(folder + "/" + name + ".png");
    }

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void cleanup() { m_window.reset(); }

    void theRunsSimilaritiesAndGroupsAreThere()
    {
        open();
        QCOMPARE(groups(), kFamilies);
        QCOMPARE(find<SimilarityMap>("similarity")->map().heatMap().rows(), 6);
        QCOMPARE(find<LanguageScatter>("languageScatter")->picture().codes.size(), 6);
        QCOMPARE(board()->groups().size(), std::size_t(3));
        QCOMPARE(find<ComparisonView>("groupTable")->model()->rowCount(), 3);
        QVERIFY2(text("groupingQuality").contains("smallest 0.200, mean 0.367"), qPrintable(text("groupingQuality")));
        QVERIFY(text("groupsSource").contains("6 languages"));
        picture("groups-grouping");
    }

    void aChipIsMovedAndUndoBringsItBack()
    {
        open();
        GroupColumn* first = board()->column(0);
        first->setFocus(Qt::TabFocusReason);
        first->setCurrentRow(0);
        QTest::keyClick(first, Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(groups(), (Groups{{"uk"}, {"es", "pt", "ru"}, {"ja", "ko"}}));
        QVERIFY2(text("groupingQuality").contains("1 to 3 languages"), qPrintable(text("groupingQuality")));
        QCOMPARE(find<LanguageScatter>("languageScatter")->picture().groups,
                 (std::vector<int>{1, 1, 1, 0, 2, 2}));  // es pt ru uk ja ko
        QMimeData data;
        data.setData(kLanguageMime, "ko");
        dropOn(board()->column(3)->viewport(), data);
        QCOMPARE(groups().size(), std::size_t(4));
        trigger("edit.undo");
        trigger("edit.undo");
        QCOMPARE(groups(), kFamilies);
        trigger("edit.redo");
        QCOMPARE(groups()[0], std::vector<std::string>{"uk"});
    }

    void aRuleIsChosenWithItsNumber()
    {
        open();
        auto* rule = find<QComboBox>("groupingRule");
        QCOMPARE(rule->currentText(), QString("Exact"));  // the run's
        rule->setCurrentIndex(rule->findText("By script"));
        QTRY_COMPARE(groups().size(), std::size_t(4));
        QVERIFY(!find<NumberField>("groupCount")->isVisible());
        rule->setCurrentIndex(rule->findText("Growth"));
        QTRY_VERIFY(m_page->design().grouping().algorithm == GroupingAlgorithm::Growth);
        auto* count = find<NumberField>("groupCount");
        count->setNumber(2);
        Q_EMIT count->editingDone();
        QTRY_COMPARE(groups().size(), std::size_t(2));
        QCOMPARE(rule->currentText(), QString("Growth"));
    }

    void sourceAndLayerAreChosen()
    {
        open();
        auto* source = find<QComboBox>("similaritySource");
        QCOMPARE(source->count(), 2);
        source->setCurrentIndex(1);
        settle();
        auto* layer = find<QComboBox>("similarityLayer");
        QCOMPARE(layer->count(), 3);
        layer->setCurrentIndex(2);
        settle();
        const HeatMap& map = find<SimilarityMap>("similarity")->map().heatMap();
        QVERIFY2(map.title.contains("Routing") && map.title.contains("layer 3"), qPrintable(map.title));
        QCOMPARE(map.scale.to, 1.0);
        picture("groups-routing");
    }

    void anotherGroupingIsComparedAndWhoMovedIsTold()
    {
        open();
        auto* compare = find<QComboBox>("compareWith");
        compare->setCurrentIndex(compare->findText("the groups of the run"));
        Q_EMIT compare->activated(compare->currentIndex());
        QVERIFY2(text("groupingComparison").contains("1.000") && text("groupingComparison").contains("No language"),
                 qPrintable(text("groupingComparison")));
        m_page->design().move("ja", 1);
        QVERIFY2(text("groupingComparison").contains("\u2068ja\u2069 from its G2 to G1"),
                 qPrintable(text("groupingComparison")));
        QVERIFY(board()->groups()[1].chips.last().isMarked);
        picture("groups-compared");
    }

    void aLanguageIsLookedAtEverywhere()
    {
        open();
        auto* scatter = find<LanguageScatter>("languageScatter");
        QTest::mouseClick(scatter, Qt::LeftButton, {}, scatter->placeOf(4).toPoint());
        QCOMPARE(board()->currentLanguage(), QString("ja"));
        const auto cell = find<SimilarityMap>("similarity")->map().currentCell();
        QVERIFY(cell && find<SimilarityMap>("similarity")->map().heatMap().rowNames[cell->row] == "ja");
        QVERIFY2(text("groupingReadout").contains("nearest"), qPrintable(text("groupingReadout")));
    }

    void filesAreDroppedOnThePage()
    {
        open();
        const auto dropFile = [this](const QString& path) {
            QMimeData data;
            data.setUrls({QUrl::fromLocalFile(path)});
            dropOn(m_page, data);
            settle();
        };
        dropFile(file("map.json", R"({"es": 0, "pt": 0, "ru": 0, "uk": 1, "ja": 1, "ko": 1})"));
        QCOMPARE(groups(), (Groups{{"es", "pt", "ru"}, {"uk", "ja", "ko"}}));
        dropFile(file("four.csv", "ar,bn,de,fr\n1,,,\n.1,1,,\n.2,.1,1,\n.2,.1,.3,1\n"));
        QTRY_COMPARE(m_page->design().evidence().languages.size(), std::size_t(4));
        QCOMPARE(find<QComboBox>("similaritySource")->currentText(), QString("four.csv"));
        dropFile(file("broken.csv", "ar,bn\n1,2,3\n"));
        QTRY_VERIFY2(sentence(*m_window).contains("broken.csv"), qPrintable(sentence(*m_window)));
        QTRY_COMPARE(m_page->design().evidence().languages.size(), std::size_t(4));  // nothing changed
    }

    void aMatrixAndAMapAreTakenFromAnyPage()
    {
        open();
        m_window->showPage(PageId::Runs);
        const auto matrix = inspectPath(file("four.csv", "ar,bn,de,fr\n1,,,\n.1,1,,\n.2,.1,1,\n.2,.1,.3,1\n"));
        QVERIFY2(matrix.ok() && matrix->kind == OpeningKind::Grouping, matrix.ok() ? "" : matrix.error().message.c_str());
        m_window->open(*matrix);
        QCOMPARE(m_window->page(), PageId::Groups);
        QTRY_COMPARE(find<SimilarityMap>("similarity")->map().heatMap().rows(), 4);
        m_window->showPage(PageId::Runs);
        const auto map = inspectPath(file("map.json", R"({"ar": 0, "bn": 0, "de": 1, "fr": 1})"));
        QVERIFY2(map.ok() && map->kind == OpeningKind::Grouping, map.ok() ? "" : map.error().message.c_str());
        m_window->open(*map);
        QTRY_COMPARE(groups(), (Groups{{"ar", "bn"}, {"de", "fr"}}));
        QCOMPARE(m_window->page(), PageId::Groups);
        const auto neither = inspectPath(file("broken.json", "{}"));
        QVERIFY(!neither.ok());
    }

    void theMapIsCopiedAndExported()
    {
        open();
        trigger("groups.copyMap");
        const QString map = QGuiApplication::clipboard()->text();
        const auto back = parseExpertMap(map.toStdString(), "clipboard");
        QVERIFY(back.ok());
        QCOMPARE(back->groups, kFamilies);
        trigger("groups.copyCommand");
        QVERIFY(QGuiApplication::clipboard()->text().startsWith("moebel group --similarity "));
        trigger("groups.export");
        auto* dialog = m_window->findChild<QFileDialog*>("exportMapDialog");
        QVERIFY(dialog != nullptr);
        const QString out = m_folder.filePath("exported.json");
        Q_EMIT dialog->fileSelected(out);
        dialog->close();
        QTRY_VERIFY(QFile::exists(out));
        settle();
        QCOMPARE(groupsOfFile(out).value()->groups, kFamilies);
    }

    void groupsBecomeANewExperimentOrPartOfTheOpenOne()
    {
        open();
        settle();
        m_page->design().move("ja", 1);
        trigger("groups.newExperiment");
        QCOMPARE(m_window->page(), PageId::Experiment);
        document().parseNow();
        QCOMPARE(writtenGroups(document().experiment().groups), groups());
        QVERIFY2(document().problems().empty(),
                 document().problems().empty() ? "" : document().problems().front().message.c_str());
        m_window->showPage(PageId::Groups);
        m_page->design().move("ja", 0);
        trigger("groups.changeExperiment");
        document().parseNow();
        QCOMPARE(writtenGroups(document().experiment().groups), groups());
        document().undoStack().undo();  // as one step
        document().parseNow();
        QVERIFY(writtenGroups(document().experiment().groups) != groups());
    }

    void theThresholdIsDraggedAndTyped()
    {
        open(false, "deviation");
        QCOMPARE(find<HeatMapWidget>("deviationMap")->heatMap().rows(), 6);
        auto* bars = find<ThresholdBars>("thresholdBars");
        QCOMPARE(bars->picture().chosen, (std::vector<bool>{false, false, true, true}));
        QVERIFY2(text("deviationSummary").contains("2, 3") && text("deviationSummary").contains("mask 12") &&
                     text("deviationSummary").contains("parameters"),
                 qPrintable(text("deviationSummary")));
        Q_EMIT bars->thresholdWanted(0.9);
        QCOMPARE(bars->picture().chosen, (std::vector<bool>{false, false, false, true}));
        auto* field = find<NumberField>("epsilon");
        QCOMPARE(field->number(), 0.9);
        Q_EMIT field->numberEdited(0.1);
        QCOMPARE(std::count(bars->picture().chosen.begin(), bars->picture().chosen.end(), true), 3);
        auto* part = find<QComboBox>("deviationPart");
        part->setCurrentIndex(1);
        QCOMPARE(find<HeatMapWidget>("deviationMap")->heatMap().values[0][0], 0.05);
        picture("groups-deviation");
        trigger("groups.copyLayers");
        QVERIFY(QGuiApplication::clipboard()->text().endsWith("--epsilon 0.1"));
        trigger("groups.newExperiment");
        document().parseNow();
        QCOMPARE(document().experiment().expansion.deviationThreshold, 0.1);
    }

    void theAdaptationTellsItsMarginsAndAnotherOneIsSetUp()
    {
        open(true, "adaptation");
        QVERIFY2(text("adaptationSummary").contains("G3") && text("adaptationSummary").contains("20.00") &&
                     text("adaptationSummary").contains("302.5%"),
                 qPrintable(text("adaptationSummary")));
        QCOMPARE(find<ComparisonView>("adaptationTable")->model()->rowCount(), 3);
        QVERIFY(find<QLabel>("adaptationTie")->isVisible());
        picture("groups-adaptation");
        find<QLineEdit>("newLanguages")->setText("es");
        find<QPushButton>("setUpAdaptation")->click();
        QVERIFY2(text("adaptationState").contains("has an expert already"), qPrintable(text("adaptationState")));
        find<QLineEdit>("newLanguages")->setText("gl, fi");
        find<QPushButton>("setUpAdaptation")->click();
        QCOMPARE(m_window->page(), PageId::Experiment);
        document().parseNow();
        QCOMPARE(document().experiment().preset, std::string("dmoe-adaptation"));
        QCOMPARE(document().experiment().base.kind, BaseKind::Run);
    }

    void withoutARunItSaysWhatIsNeeded()
    {
        openWindow();
        QVERIFY(!board()->isVisible());
        QVERIFY(find<QPushButton>("groups.open")->isEnabled());
        QVERIFY(!find<QPushButton>("groups.export")->isEnabled());
        m_page->openFile(file("two.csv", "ar,bn,de\n1,,\n.1,1,\n.2,.1,1\n"));
        QTRY_VERIFY(board()->isVisible());
        settle();
        picture("groups-file");
    }
};

QTEST_MAIN(GroupsPageTest)
#include "groups_page_test.moc"
