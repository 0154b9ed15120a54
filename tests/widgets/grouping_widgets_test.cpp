// What the grouping laboratory is drawn with: similarities with their tree, the map, the chips, the threshold.
#include <QDragEnterEvent>
#include <QMenu>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>

#include "tests/support/language_matrices.h"
#include "widgets/edit/group_board.h"
#include "widgets/plot/heat_map_widget.h"
#include "widgets/plot/language_scatter.h"
#include "widgets/plot/similarity_map.h"
#include "widgets/plot/threshold_bars.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

SimilarityPicture similarityPicture(std::size_t languages)
{
    std::mt19937 engine(11);
    SimilarityPicture picture;
    picture.title = "by chance";
    picture.matrix = randomMatrix(engine, languages);
    picture.tree = *dendrogram(picture.matrix, Linkage::Average);
    picture.order = optimalLeafOrder(picture.tree, picture.matrix);
    picture.colours.assign(languages, {0x0072B2, 0x56B4E9});
    picture.groups.assign(languages, 0);
    return picture;
}

ScatterPicture scatterPicture()
{
    ScatterPicture picture;
    picture.title = "Map";
    picture.codes = {"es", "pt", "ja"};
    picture.readouts = {"Spanish", "Portuguese", "Japanese"};
    picture.points = {{0, 0}, {0.1, 0}, {-1, 0.5}};
    picture.colours.assign(3, {0x0072B2, 0x56B4E9});
    picture.groups = {0, 0, 1};
    picture.legend = {{"Latn", {0x0072B2, 0x56B4E9}}};
    return picture;
}

std::vector<BoardGroup> boardGroups()
{
    const auto chip = [](const char* code) { return LanguageChip{code, code, {0x0072B2, 0x56B4E9}, false}; };
    return {{"G0", "", {chip("es"), chip("pt")}}, {"G1", "", {chip("ru")}}};
}

template <typename Shown>
void showActive(Shown& widget, const QSize& size)
{
    widget.resize(size);
    widget.show();
    widget.activateWindow();
    if (!QTest::qWaitForWindowActive(&widget)) qFatal("the window has no focus");
}

}  // namespace

class GroupingWidgetsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void similaritiesStandInTheOrderOfTheTree()
    {
        SimilarityMap map;
        const SimilarityPicture picture = similarityPicture(7);
        map.setPicture(picture);
        const HeatMap& shown = map.map().heatMap();
        QCOMPARE(shown.rows(), 7);
        for (std::size_t row = 0; row < 7; ++row)
            for (std::size_t column = 0; column < 7; ++column) {
                if (row == column)
                    QVERIFY(std::isnan(shown.values[row][column]));
                else
                    QCOMPARE(shown.values[row][column], picture.matrix.at(picture.order[row], picture.order[column]));
            }
        QCOMPARE(shown.rowNames, shown.columnNames);
        QVERIFY(map.exportMenu().exports().csv().startsWith("l0,l1,"));  // the file has the order of the matrix
    }

    void theTreeStandsBesideItsRows()
    {
        SimilarityMap map;
        map.setPicture(similarityPicture(5));
        showActive(map, {600, 400});
        map.findChild<QCustomPlot*>()->replot();
        auto* tree = map.findChild<DendrogramView*>();
        const QImage image = tree->grab().toImage();
        const double ratio = image.devicePixelRatio();
        int found = 0;  // the mark of each leaf at the height of its row
        for (int row = 0; row < 5; ++row) {
            const int y = int((map.map().cellRect(row, 0).center().y() + map.map().y() - tree->y()) * ratio);
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y) == QColor(0x0072B2)) {
                    ++found;
                    break;
                }
        }
        QCOMPARE(found, 5);
    }

    void aRowIsChosenByAKeyAndFromOutside()
    {
        SimilarityMap map;
        map.setPicture(similarityPicture(4));
        QSignalSpy chosen(&map, &SimilarityMap::languageChosen);
        showActive(map, {500, 400});
        map.map().setFocus();
        QTest::keyClick(&map.map(), Qt::Key_Down);
        QCOMPARE(chosen.size(), 1);
        map.setCurrentLanguage("l2");
        const auto cell = map.map().currentCell();
        QVERIFY(cell && map.picture().order[std::size_t(cell->row)] == 2);
        map.setCurrentLanguage("nobody");
        QVERIFY(!map.map().currentCell());
    }

    void aPointIsChosenByTheMouseAndByKeys()
    {
        LanguageScatter scatter;
        scatter.setPicture(scatterPicture());
        QSignalSpy chosen(&scatter, &LanguageScatter::chosen);
        showActive(scatter, {400, 300});
        QTest::mouseClick(&scatter, Qt::LeftButton, {}, scatter.placeOf(2).toPoint());
        QCOMPARE(scatter.current(), 2);
        QCOMPARE(scatter.accessibleDescription(), QString("Japanese"));
        scatter.setFocus();
        QTest::keyClick(&scatter, Qt::Key_Left);
        QCOMPARE(scatter.current(), 1);
        QCOMPARE(chosen.size(), 2);
    }

    void theMapHasOneScaleForBothDirections()
    {
        LanguageScatter scatter;
        scatter.resize(700, 300);
        scatter.setPicture(scatterPicture());
        const QPointF along = scatter.placeOf(0) - scatter.placeOf(2);
        QVERIFY(std::abs(along.x() / 1.0 - along.y() / 0.5) < 1e-6);
        QVERIFY(QRectF(scatter.rect()).contains(scatter.placeOf(1)));
        QCOMPARE(scatter.csv(), QString("language,x,y,group\nes,0,0,0\npt,0.1,0,0\nja,-1,0.5,1\n"));
    }

    void aChipIsDroppedIntoAnotherGroupOrANewOne()
    {
        GroupBoard board;
        board.setGroups(boardGroups());
        showActive(board, {600, 200});
        QSignalSpy wanted(&board, &GroupBoard::moveWanted);
        QMimeData data;
        data.setData(kLanguageMime, "pt");
        for (const std::size_t column : {std::size_t(1), std::size_t(2)}) {
            QWidget* target = board.column(column)->viewport();
            QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(target, &enter);
            QVERIFY(enter.isAccepted());
            QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(target, &drop);
            QCOMPARE(wanted.last(), (QVariantList{"pt", int(column)}));
        }
        QCOMPARE(board.column(0)->count(), 2);  // it changes nothing by itself
    }

    void keysSendAChip()
    {
        GroupBoard board;
        board.setGroups(boardGroups());
        showActive(board, {600, 200});
        QSignalSpy wanted(&board, &GroupBoard::moveWanted);
        GroupColumn* first = board.column(0);
        first->setFocus(Qt::TabFocusReason);
        first->setCurrentRow(1);
        QTest::keyClick(first, Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(wanted.last(), (QVariantList{"pt", 1}));
        QTest::keyClick(first, Qt::Key_1);
        QCOMPARE(wanted.last(), (QVariantList{"pt", 1}));
        QTest::keyClick(first, Qt::Key_Plus);
        QCOMPARE(wanted.last(), (QVariantList{"pt", 2}));
        QTest::keyClick(first, Qt::Key_7);  // there is no such group
        QCOMPARE(wanted.size(), 3);
        QTest::keyClick(first, Qt::Key_Right);
        QVERIFY(board.column(1)->hasFocus());
        QCOMPARE(board.currentLanguage(), QString("ru"));
    }

    void theFocusGoesWithAChipThatMoved()
    {
        GroupBoard board;
        board.setGroups(boardGroups());
        showActive(board, {600, 200});
        board.column(0)->setFocus(Qt::TabFocusReason);
        board.column(0)->setCurrentRow(1);
        auto moved = boardGroups();
        moved[1].chips << moved[0].chips.takeLast();
        board.setGroups(moved);
        QVERIFY(board.column(1)->hasFocus());
        QCOMPARE(board.column(1)->currentCode(), QString("pt"));
    }

    void theMenuOfAChipListsTheOtherGroups()
    {
        GroupBoard board;
        board.setGroups(boardGroups());
        showActive(board, {600, 200});
        QSignalSpy wanted(&board, &GroupBoard::moveWanted);
        board.column(0)->setCurrentRow(0);
        QContextMenuEvent event(QContextMenuEvent::Keyboard, {5, 5}, board.column(0)->viewport()->mapToGlobal(QPoint(5, 5)));
        QCoreApplication::sendEvent(board.column(0)->viewport(), &event);
        auto* menu = board.findChild<QMenu*>("moveMenu");
        QVERIFY(menu != nullptr);
        QCOMPARE(menu->actions().size(), 2);
        menu->actions().last()->trigger();
        QCOMPARE(wanted.last(), (QVariantList{"es", 2}));
        menu->close();
    }

    void theThresholdIsDraggedAndMovedByKeys()
    {
        ThresholdBars bars;
        ThresholdPicture picture{"Deviation", {0, 0.4, 1}, {0.1, 0.2, 0.3}, {false, false, true}, 0.6};
        bars.setPicture(picture);
        showActive(bars, {500, 300});
        QWidget* plot = bars.findChild<QCustomPlot*>();
        bars.findChild<QCustomPlot*>()->replot();
        QSignalSpy wanted(&bars, &ThresholdBars::thresholdWanted);
        const QPoint line(plot->width() / 2, bars.lineY());
        QTest::mousePress(plot, Qt::LeftButton, {}, line);
        QTest::mouseMove(plot, line + QPoint(0, bars.pixelsOf(0.3)));
        QTest::mouseRelease(plot, Qt::LeftButton, {}, line + QPoint(0, bars.pixelsOf(0.3)));
        QVERIFY(!wanted.isEmpty());
        QVERIFY2(std::abs(wanted.last()[0].toDouble() - 0.3) <= 0.0101,
                 qPrintable(QString::number(wanted.last()[0].toDouble())));
        bars.setFocus();
        QTest::keyClick(&bars, Qt::Key_Up);
        QCOMPARE(wanted.last()[0].toDouble(), 0.61);
        QTest::keyClick(&bars, Qt::Key_PageDown);
        QCOMPARE(wanted.last()[0].toDouble(), 0.5);
        QTest::keyClick(&bars, Qt::Key_Right);
        QVERIFY2(bars.accessibleDescription().contains("layer 0") && bars.accessibleDescription().contains("1 of 3 layers"),
                 qPrintable(bars.accessibleDescription()));
        QCOMPARE(bars.csv(), QString("layer,mean,normalised,chosen\n0,0.1,0,0\n1,0.2,0.4,0\n2,0.3,1,1\n"));
    }
};

QTEST_MAIN(GroupingWidgetsTest)
#include "grouping_widgets_test.moc"
