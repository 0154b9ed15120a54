// The plot of a run's curves: every value is there, the view follows or stays as the user wants, legend and table say the same.
#include "widgets/plot/series_plot.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWheelEvent>
#include <QtTest>
#include <cmath>
#include <limits>

#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_table_model.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/support/table_text.h"

using namespace moebel;

namespace
{

struct Drawing {
    std::shared_ptr<SeriesColumn> greek = std::make_shared<SeriesColumn>();
    std::shared_ptr<SeriesColumn> loss = std::make_shared<SeriesColumn>();
    SeriesPlot plot;

    Drawing()
    {
        for (std::int64_t step = 0; step <= 1000; step += 100) greek->append(step, 3 - 0.0011 * double(step));
        for (std::int64_t step = 1; step <= 1000; ++step) loss->append(step, 8 - 0.003 * double(step));
        loss->values[499] = 50;  // a spike
        plot.resize(700, 500);
        plot.setRows(rows());
        show();
    }
    QList<PlotRow> rows() const
    {
        PlotRow first{"Bits per byte", "", 2, {}}, second{"Loss", "nats/token", 1, {}};
        PlotSeries one{"bits-per-byte/el", QString::fromUtf8("Ελληνικά"), {0x0A756E, 0x92FFF3}, true, 3.0, {}, greek};
        second.series << PlotSeries{"loss/", "all", {0, 0xFFFFFF}, false, {}, {}, loss};
        one.marks.append(0, 3.05);
        first.series << one;
        return {first, second};
    }
    void show()
    {
        plot.show();
        custom().replot();
    }
    QCustomPlot& custom() { return *plot.findChild<QCustomPlot*>(); }
    QPoint centre() { return custom().axisRects().first()->rect().center(); }
    QCPRange y(int row) { return custom().axisRects().at(row)->axis(QCPAxis::atLeft)->range(); }
    void wheel(Qt::KeyboardModifiers modifiers)
    {
        const QPointF at = centre();
        QWheelEvent event(at, custom().mapToGlobal(at), {}, {0, 120}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&custom(), &event);
        custom().replot();
    }
};

}  // namespace

class SeriesPlotTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void curvesOfOneColourAreToldApartByTheirMarks()
    {
        Drawing drawing;
        QSet<QByteArray> seen;
        for (int marker = 0; marker <= kMarkerShapes; ++marker) {
            QList<PlotRow> rows = drawing.rows();
            rows[0].series[0].marker = marker;
            drawing.plot.setRows(rows);
            drawing.custom().replot();
            const QImage picture = drawing.plot.grab().toImage();
            seen.insert(QByteArray(reinterpret_cast<const char*>(picture.constBits()), picture.sizeInBytes()));
        }
        QCOMPARE(seen.size(), kMarkerShapes + 1);
    }

    void theDrawnValuesAreTheStoredOnes()
    {
        Drawing drawing;
        const auto points = drawing.plot.drawn("bits-per-byte/el");
        QCOMPARE(points.size(), drawing.greek->size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            QCOMPARE(points[i].x, double(drawing.greek->steps[i]));
            QCOMPARE(points[i].y, drawing.greek->values[i]);
        }
        QVERIFY(drawing.y(1).contains(50));
    }

    void aSpikeIsInThePicture()
    {
        Drawing drawing;
        for (std::int64_t step = 1001; step <= 60'000; ++step) drawing.loss->append(step, 5);
        drawing.plot.dataChanged();
        drawing.custom().replot();
        const auto points = drawing.plot.drawn("loss/");
        QVERIFY(points.size() < 4000);
        QVERIFY(std::any_of(points.begin(), points.end(), [](const PlotPoint& p) { return p.x == 500 && p.y == 50; }));
    }

    void newPointsComeIntoView()
    {
        Drawing drawing;
        QCOMPARE(drawing.plot.xRange(), std::pair(-8.0, 1008.0));
        drawing.loss->append(1001, 2);
        drawing.plot.dataChanged();
        drawing.custom().replot();
        QCOMPARE(drawing.plot.xRange(), std::pair(-0.008 * 1001, 1.008 * 1001));
    }

    void everyRowKeepsAHeightInLargeText()
    {
        for (const double factor : {1.0, 1.4, 2.0}) {
            Drawing drawing;
            QFont font = drawing.plot.font();
            font.setPointSizeF(factor * font.pointSizeF());
            drawing.plot.setFont(font);
            QList<PlotRow> rows;
            for (int i = 0; i < 4; ++i) rows << drawing.rows();
            drawing.plot.setRows(rows);
            drawing.plot.resize(700, drawing.plot.minimumSizeHint().height());
            drawing.show();
            for (const QCPAxisRect* rect : drawing.custom().axisRects())
                QVERIFY2(rect->height() >= 1.1 * QFontMetrics(font).height(),
                         qPrintable(QStringLiteral("%1 pixels at %2").arg(rect->height()).arg(factor)));
        }
    }

    void manyChangesAreOneReplot()
    {
        Drawing drawing;
        QCoreApplication::processEvents();
        const int before = drawing.plot.replots();
        for (int i = 0; i < 500; ++i) drawing.plot.dataChanged();
        QCoreApplication::processEvents();
        QCOMPARE(drawing.plot.replots(), before + 1);
    }

    void theWheelZoomsAtThePointerAndAllRowsGoAlong()
    {
        Drawing drawing;
        const QCPRange before = drawing.y(0);
        drawing.wheel(Qt::NoModifier);
        const auto [from, to] = drawing.plot.xRange();
        QVERIFY(from > -8 && to < 1008);
        QVERIFY(std::abs((from + to) / 2 - 500) < 10);
        QVERIFY(drawing.y(0).size() < before.size());
        for (QCPAxisRect* rect : drawing.custom().axisRects())
            QCOMPARE(rect->axis(QCPAxis::atBottom)->range(), QCPRange(from, to));
        drawing.loss->append(1001, 2);
        drawing.plot.dataChanged();
        drawing.custom().replot();
        QCOMPARE(drawing.plot.xRange(), std::pair(from, to));
    }

    void shiftAndWheelZoomOnlyX()
    {
        Drawing drawing;
        const QCPRange before = drawing.y(0);
        drawing.wheel(Qt::ShiftModifier);
        QVERIFY(drawing.plot.xRange().first > -8);
        QVERIFY(drawing.y(0).size() >= 0.3 * before.size());
        drawing.loss->values.back() = -40;  // y follows still
        drawing.plot.resetView();
        drawing.custom().replot();
        QVERIFY(drawing.y(1).contains(-40));
    }

    void aDoubleClickShowsEverythingAgain()
    {
        Drawing drawing;
        drawing.wheel(Qt::NoModifier);
        QTest::mouseDClick(&drawing.custom(), Qt::LeftButton, {}, drawing.centre());
        drawing.custom().replot();
        QCOMPARE(drawing.plot.xRange(), std::pair(-8.0, 1008.0));
    }

    void theCrosshairGoesFromPointToPointAndTheLegendTellsItsValues()
    {
        Drawing drawing;
        SeriesLegend legend;
        legend.setRows(drawing.rows());
        connect(&drawing.plot, &SeriesPlot::crosshairMoved, &legend, &SeriesLegend::showStep);
        QSignalSpy moved(&drawing.plot, &SeriesPlot::crosshairMoved);
        QTest::keyClick(&drawing.plot, Qt::Key_End);
        QCOMPARE(drawing.plot.crosshair(), std::optional<std::int64_t>(1000));
        QTest::keyClick(&drawing.plot, Qt::Key_Left);
        QCOMPARE(drawing.plot.crosshair(), std::optional<std::int64_t>(999));
        QCOMPARE(moved.count(), 2);
        QCOMPARE(legend.shownValue("loss/"), valueText(8 - 0.003 * 999));
        QCOMPARE(legend.shownValue("bits-per-byte/el"), valueText(3 - 0.0011 * 900));
        drawing.plot.setCrosshair(500);
        QCOMPARE(legend.shownValue("loss/"), valueText(50));
    }

    void anEarlierPartStandsBeforeTheCurveAndCountsItsOwnSteps()
    {
        Drawing drawing;
        QList<PlotRow> rows = drawing.rows();
        PlotSeries part = rows[1].series[0];
        auto column = std::make_shared<SeriesColumn>();
        for (std::int64_t step = 1; step <= 400; ++step) column->append(step, 9);
        part.id = "base.loss/";
        part.data = column;
        part.start = -401;
        part.partOf = "loss/";
        part.partName = "base";
        rows[1].series.prepend(part);
        drawing.plot.setRows(rows);
        SeriesLegend legend;
        legend.setRows(rows);
        connect(&drawing.plot, &SeriesPlot::crosshairMoved, &legend, &SeriesLegend::showStep);
        drawing.custom().replot();
        const auto points = drawing.plot.drawn("base.loss/");
        QCOMPARE(points.front().x, -400.0);
        QCOMPARE(points.back().x, -1.0);
        QCOMPARE(legend.topLevelItem(1)->childCount(), 1);  // one curve
        // From the curve's first point back into the part, and on to its end.
        drawing.plot.setCrosshair(0);
        QTest::keyClick(&drawing.plot, Qt::Key_Left);
        QCOMPARE(drawing.plot.crosshair(), std::optional<std::int64_t>(-1));
        QCOMPARE(legend.shownValue("loss/"), QString("9"));
        QVERIFY(legend.topLevelItem(1)->child(0)->toolTip(0).contains("base, step 400"));
        QTest::keyClick(&drawing.plot, Qt::Key_Home);
        QCOMPARE(drawing.plot.crosshair(), std::optional<std::int64_t>(-400));
        // The axis counts as the part does, and begins again at 0.
        QStringList labels = drawing.custom().axisRects().last()->axis(QCPAxis::atBottom)->tickVectorLabels().toList();
        QVERIFY2(labels.count("0") == 2 && !labels.join(' ').contains('-'), qPrintable(labels.join(' ')));
        QVERIFY(drawing.plot.csv().contains("base.loss/,400,9\n"));
        drawing.plot.setHidden("loss/", true);
        QVERIFY(!drawing.plot.seriesShown().contains("base.loss/"));
        drawing.plot.setHidden("loss/", false);
        drawing.plot.setSpan(std::pair<std::int64_t, std::int64_t>(0, 500));
        drawing.custom().replot();
        QCOMPARE(drawing.plot.xRange(), std::pair(-4.0, 504.0));
    }

    void aStepIsChosenByAClickAndNotByPassingOver()
    {
        Drawing drawing;
        QSignalSpy chosen(&drawing.plot, &SeriesPlot::stepChosen);
        QTest::mouseMove(&drawing.custom(), drawing.centre());
        QTest::mouseMove(&drawing.custom(), drawing.centre() + QPoint(40, 0));
        QCOMPARE(chosen.count(), 0);
        QTest::mouseClick(&drawing.custom(), Qt::LeftButton, {}, drawing.centre());
        QCOMPARE(chosen.count(), 1);
        QVERIFY(drawing.plot.crosshair() && chosen[0][0].toLongLong() == *drawing.plot.crosshair());
        QTest::mousePress(&drawing.custom(), Qt::LeftButton, {}, drawing.centre());
        QTest::mouseMove(&drawing.custom(), drawing.centre() + QPoint(90, 0));
        QTest::mouseRelease(&drawing.custom(), Qt::LeftButton, {}, drawing.centre() + QPoint(90, 0));
        QCOMPARE(chosen.count(), 1);  // that was a move
        QTest::keyClick(&drawing.plot, Qt::Key_End);
        QCOMPARE(chosen.last()[0].toLongLong(), 1000);
        drawing.plot.setChosen(500);
        QCOMPARE(drawing.plot.chosen(), std::optional<std::int64_t>(500));
        QCOMPARE(chosen.count(), 2);  // told from elsewhere
    }

    void otherRowsKeepTheViewAndWhatIsHidden()
    {
        Drawing drawing;
        SeriesLegend legend;
        legend.setRows(drawing.rows());
        legend.topLevelItem(1)->child(0)->setCheckState(0, Qt::Unchecked);
        drawing.wheel(Qt::NoModifier);
        const auto before = drawing.plot.xRange();
        drawing.plot.setRows(drawing.rows());
        legend.setRows(drawing.rows());
        drawing.custom().replot();
        QCOMPARE(drawing.plot.xRange(), before);
        QCOMPARE(legend.topLevelItem(1)->child(0)->checkState(0), Qt::Unchecked);
        QCOMPARE(legend.topLevelItem(0)->child(0)->checkState(0), Qt::Checked);
    }

    void hiddenCurvesDoNotStretchTheView()
    {
        Drawing drawing;
        drawing.plot.setHidden("loss/", true);
        drawing.custom().replot();
        QVERIFY(!drawing.plot.summary().contains("all from"));
        drawing.plot.setHidden("loss/", false);
        drawing.custom().replot();
        QVERIFY(drawing.plot.summary().contains("all from"));
    }

    void smoothingDrawsTheValuesBeneath()
    {
        Drawing drawing;
        drawing.plot.setSmoothing(0.9);
        drawing.custom().replot();
        QCOMPARE(drawing.plot.drawn("loss/").size(), std::size_t(1000));
        int visible = 0;
        for (int i = 0; i < drawing.custom().graphCount(); ++i) visible += drawing.custom().graph(i)->visible() ? 1 : 0;
        QCOMPARE(visible, 5);  // two values, two averages, one curve of marks
    }

    // The values are there at once, their average a piece with every replot, in a file all of it.
    void theAverageOfALongCurveGrowsUntilItIsWhole()
    {
        Drawing drawing;
        for (std::int64_t step = 1001; step <= 1'000'000; ++step) drawing.loss->append(step, 5);
        const auto end = [&] { return drawing.custom().graph(4)->data()->constEnd(); };
        drawing.plot.setSmoothing(0.9);
        drawing.custom().replot();
        QCOMPARE(drawing.plot.drawn("loss/").back().x, 1e6);
        QVERIFY((end() - 1)->key < 5e5);
        QTRY_COMPARE((end() - 1)->key, 1e6);
        QTest::qWait(50);
        const int replots = drawing.plot.replots();
        QTest::qWait(50);
        QCOMPARE(drawing.plot.replots(), replots);
    }

    void logarithmicAxesShowOnlyWhatIsPositive()
    {
        Drawing drawing;
        drawing.loss->values[10] = -3;
        drawing.plot.setLogarithmic(true);
        drawing.custom().replot();
        QVERIFY(drawing.y(1).lower > 0);
        QVERIFY(drawing.y(1).contains(50));
    }

    void theTableHasTheStoredValuesInFullPrecision()
    {
        Drawing drawing;
        SeriesTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setRows(drawing.rows());
        QCOMPARE(model.rowCount(), 1001);
        QCOMPARE(model.columnCount(), 3);
        const int row = model.rowOfStep(500);
        QCOMPARE(model.index(row, 2).data(Qt::EditRole).toDouble(), 50.0);
        drawing.loss->append(1001, 1.0 / 3);
        drawing.loss->append(1002, std::numeric_limits<double>::quiet_NaN());
        model.dataChanged();
        QCOMPARE(model.rowCount(), 1003);
        const QString tsv = tsvOf(model, {model.index(1001, 0), model.index(1001, 1), model.index(1001, 2)});
        QCOMPARE(tsv, QString("step\tbits-per-byte/el\tloss/\n1001\t\t0.3333333333333333\n"));
        QCOMPARE(model.index(1002, 2).data().toString(), QString::fromUtf8("–"));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged), reset(&model, &QAbstractItemModel::modelReset);
        drawing.greek->append(1001, 1.5);  // later than the loss of that step
        model.dataChanged();
        QCOMPARE(model.index(1001, 1).data(Qt::EditRole).toDouble(), 1.5);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1001);
        drawing.loss->truncate(900);  // started again from a checkpoint
        drawing.loss->append(901, 2);
        model.dataChanged();
        QCOMPARE(reset.count(), 1);
        QCOMPARE(model.rowCount(), 904);  // 0 to 901, and two of Greek behind it
    }

    void whatIsSavedIsTheWholeCurveOnWhite()
    {
        Drawing drawing;
        QTemporaryDir folder;
        for (const char* ending : {"png", "svg", "pdf", "csv"}) {
            const QString file = folder.filePath(QString("curves.") + ending);
            const Status saved = drawing.plot.exportMenu().save(file);
            QVERIFY2(saved.ok() && QFileInfo(file).size() > 500, ending);
        }
        QCOMPARE(drawing.plot.csv().count('\n'), qsizetype(1 + drawing.greek->size() + drawing.loss->size()));
        QVERIFY(drawing.plot.csv().contains("\nloss/,500,50\n"));
        QCOMPARE(drawing.plot.exportMenu().save(folder.filePath("curves.xyz")).error().code, std::string("unknown-ending"));
        QVERIFY(!drawing.plot.exportMenu().save("/nowhere/at/all.csv").ok());
    }

    void theSummaryTellsWhatIsSeen()
    {
        Drawing drawing;
        QVERIFY(drawing.plot.accessibleDescription().contains(QString::fromUtf8("Ελληνικά from 3 at step 0 to 1.9 at step 1")));
    }
};

QTEST_MAIN(SeriesPlotTest)
#include "series_plot_test.moc"
