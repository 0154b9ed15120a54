// What the user makes of columns is remembered by their headings, on every table that has a name.
#include "widgets/table/table_columns.h"

#include <QAction>
#include <QHeaderView>
#include <QJsonArray>
#include <QMenu>
#include <QStandardItemModel>
#include <QTableView>
#include <QtTest>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/control/run_list_model.h"
#include "tests/support/window_world.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

struct Drawing {
    QStandardItemModel model{3, 4};
    QTableView view;
    TableColumns* columns = nullptr;

    explicit Drawing(const QStringList& headings = {"Name", "Loss", "Speed", "Notes"})
    {
        model.setColumnCount(int(headings.size()));
        model.setHorizontalHeaderLabels(headings);
        view.setObjectName("drawing");
        view.setModel(&model);
        view.horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        view.setSortingEnabled(true);
        columns = new TableColumns(view, header());
        view.resize(600, 200);
        view.show();
    }
    QHeaderView& header() { return *view.horizontalHeader(); }
    /// The right edge of a column is pulled.
    void pull(int column, int by)
    {
        const QPoint edge(header().sectionViewportPosition(column) + header().sectionSize(column) - 1, header().height() / 2);
        QTest::mousePress(header().viewport(), Qt::LeftButton, {}, edge);
        QMouseEvent move(QEvent::MouseMove, edge + QPoint(by, 0), header().viewport()->mapToGlobal(edge + QPoint(by, 0)),
                         Qt::LeftButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(header().viewport(), &move);
        QTest::mouseRelease(header().viewport(), Qt::LeftButton, {}, edge + QPoint(by, 0));
    }
    QStringList shown()
    {
        QStringList titles;
        for (int place = 0; place < header().count(); ++place)
            if (const int column = header().logicalIndex(place); !header().isSectionHidden(column))
                titles << model.headerData(column, Qt::Horizontal).toString();
        return titles;
    }
    void toggle(const QString& title)
    {
        Q_EMIT header().customContextMenuRequested({5, 5});
        auto* menu = view.findChild<QMenu*>("columnMenu");
        for (QAction* action : menu->actions())
            if (action->text() == title) action->trigger();
        delete menu;
    }
};

}  // namespace

class TableColumnsTest : public QObject
{
    Q_OBJECT

    WindowWorld m_world;

private Q_SLOTS:
    void nothingIsToldOfATableThatNobodyChanged()
    {
        Drawing drawing;
        drawing.columns->fit();
        QVERIFY(drawing.columns->layout().isEmpty());
    }

    void widthOrderHiddenAndSortedComeBack()
    {
        Drawing first;
        first.pull(1, 37);
        const int width = first.header().sectionSize(1);
        first.header().moveSection(3, 0);
        first.toggle("Speed");
        first.header().setSortIndicator(1, Qt::DescendingOrder);
        const QJsonObject layout = first.columns->layout();
        Drawing second;
        second.columns->fit();
        second.columns->restore(layout);
        QCOMPARE(second.header().sectionSize(1), width);
        QCOMPARE(second.shown(), (QStringList{"Notes", "Name", "Loss"}));
        QCOMPARE(second.header().sortIndicatorSection(), 1);
        QCOMPARE(second.header().sortIndicatorOrder(), Qt::DescendingOrder);
        QCOMPARE(second.columns->layout(), layout);
        second.columns->restore({});
        QCOMPARE(second.shown(), (QStringList{"Name", "Loss", "Speed", "Notes"}));
        QCOMPARE(second.header().sortIndicatorSection(), -1);
        QVERIFY(second.header().sectionSize(1) != width);
        QVERIFY(second.columns->layout().isEmpty());
    }

    void columnsThatComeAndGoKeepWhatWasMadeOfThem()
    {
        Drawing drawing;
        drawing.pull(2, 55);
        const int width = drawing.header().sectionSize(2);
        drawing.toggle("Loss");
        drawing.model.clear();
        drawing.model.setHorizontalHeaderLabels({"Name", "Speed", "Time", "Loss"});
        QCOMPARE(drawing.shown(), (QStringList{"Name", "Speed", "Time"}));
        QCOMPARE(drawing.header().sectionSize(1), width);
    }

    void oneColumnCannotBeHidden()
    {
        Drawing drawing;
        drawing.toggle("Name");
        QVERIFY(drawing.shown().contains("Name"));
        drawing.columns->restore({{"hidden", QJsonArray{"Name"}}});
        QVERIFY(drawing.shown().contains("Name"));
    }

    void aComparisonIsSortedByItsDifferences()
    {
        ComparisonView view;
        const auto row = [](const char* title, double value, double difference, bool strong = false) {
            ComparisonRow made{QString::fromLatin1(title), strong, {}};
            made.cells.push_back({{}, value, difference, false, false, 2});
            return made;
        };
        view.setTable({"Language",
                       {"Run"},
                       {row("en", 1, 0.5), row("es", 2, -0.5), row("el", 3, std::nan("")), row("mean", 2, 9, true)},
                       1});
        const auto titles = [&] {
            QStringList all;
            for (int i = 0; i < view.model()->rowCount(); ++i) all << view.model()->index(i, 0).data().toString();
            return all;
        };
        QCOMPARE(titles(), (QStringList{"en", "es", "el", "mean"}));
        const QPersistentModelIndex spanish = view.model()->index(1, 1);
        view.horizontalHeader()->setSortIndicator(1, Qt::AscendingOrder);
        QCOMPARE(titles(), (QStringList{"es", "en", "el", "mean"}));
        QCOMPARE(spanish.row(), 0);
        view.horizontalHeader()->setSortIndicator(1, Qt::DescendingOrder);
        QCOMPARE(titles(), (QStringList{"en", "es", "el", "mean"}));
        view.horizontalHeader()->setSortIndicator(0, Qt::AscendingOrder);
        QCOMPARE(titles(), (QStringList{"el", "en", "es", "mean"}));
        QVERIFY(view.comparison().csv().startsWith("Language,Run,difference\nen,1,0.5\n"));
        view.horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        QCOMPARE(titles(), (QStringList{"en", "es", "el", "mean"}));
    }

    void everyTableOfEveryPageKeepsItsColumnsAndResetLayoutForgetsThem()
    {
        m_world.begin();
        const auto tables = [](MainWindow& window) {
            QList<TableColumns*> named;
            for (TableColumns* columns : window.findChildren<TableColumns*>())
                if (!columns->name().isEmpty()) named << columns;
            return named;
        };
        QSet<QString> names;
        {
            MainWindow window(m_world.options());
            for (TableColumns* columns : tables(window)) {
                names.insert(columns->name());
                columns->restore({{"hidden", QJsonArray{"a column of " + columns->name()}}});
            }
            window.workspaces().change("Explore");
            for (TableColumns* columns : tables(window)) QVERIFY2(columns->layout().isEmpty(), qPrintable(columns->name()));
            window.workspaces().change("Design");
            window.close();
        }
        for (const char* name : {"runsTable", "languageTable", "curveTable", "routingTable", "divergenceTable", "scores",
                                 "description", "expertZero", "modelList", "tensorTree", "tokenizerTable"})
            QVERIFY2(names.contains(name), name);
        MainWindow again(m_world.options());
        for (TableColumns* columns : tables(again))
            QCOMPARE(columns->layout().value("hidden").toArray(), (QJsonArray{"a column of " + columns->name()}));
        again.workspaces().reset();
        for (TableColumns* columns : tables(again)) QVERIFY2(columns->layout().isEmpty(), qPrintable(columns->name()));
    }

    void aLongTitleDoesNotPushTheDateOutOfTheWindow()
    {
        m_world.begin();
        Experiment experiment = madeUpExperiment();
        experiment.title = QString("a title that nobody would read to its end, ").repeated(5).toStdString();
        QVERIFY(writeMadeUpRun((m_world.project + "/runs").toStdString(), experiment).ok());
        MainWindow window(m_world.options());
        window.resize(1280, 800);
        window.show();
        drop(window, {m_world.project});
        QTRY_COMPARE(runs(window)->rowCount(), 2);
        QTRY_VERIFY(!window.jobs().busy());
        auto* view = window.findChild<QTableView*>("runsTable");
        for (int column = 0; column <= RunListModel::Tags; ++column) {
            if (view->isColumnHidden(column)) continue;
            const int right = view->columnViewportPosition(column) + view->columnWidth(column);
            QVERIFY2(right <= view->viewport()->width(),
                     qPrintable(QStringLiteral("%1: %2").arg(runColumnTitle(column)).arg(right)));
        }
        QVERIFY(view->columnWidth(RunListModel::Title) >= 160);
    }
};

QTEST_MAIN(TableColumnsTest)
#include "table_columns_test.moc"
