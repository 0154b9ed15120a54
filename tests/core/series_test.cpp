// What is drawn of a series: nothing that matters is left out, gaps stay gaps, smoothing is the formula it says.
#include "moebel/analysis/series.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>

using namespace moebel;

namespace
{

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

SeriesColumn noise(std::int64_t count)
{
    SeriesColumn column;
    std::mt19937 engine(7);
    std::normal_distribution<double> normal;
    for (std::int64_t i = 1; i <= count; ++i) column.append(i, normal(engine));
    return column;
}

bool holds(const std::vector<PlotPoint>& points, double x, double y)
{
    return std::any_of(points.begin(), points.end(), [&](const PlotPoint& point) { return point.x == x && point.y == y; });
}

}  // namespace

class SeriesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fewPointsAreAllDrawn()
    {
        const SeriesColumn column = noise(400);
        const auto points = decimate(column, {}, 1, 400, 100);
        QCOMPARE(points.size(), column.size());
        for (std::size_t i = 0; i < points.size(); ++i) QCOMPARE(points[i].y, column.values[i]);
    }

    void aSpikeAndBothEndsSurviveDecimation()
    {
        SeriesColumn column = noise(200'000);
        column.values[123'456] = 1000;
        column.values[77'777] = -1000;
        const auto points = decimate(column, {}, 1, 200'000, 300);
        QVERIFY2(points.size() <= 4 * 301, qPrintable(QString::number(points.size())));
        QVERIFY(holds(points, 123'457, 1000));
        QVERIFY(holds(points, 77'778, -1000));
        QVERIFY(holds(points, 1, column.values.front()));
        QVERIFY(holds(points, 200'000, column.values.back()));
    }

    void everyPixelColumnKeepsItsSmallestAndLargestValue()
    {
        const SeriesColumn column = noise(50'000);
        constexpr int kColumns = 200;
        const auto points = decimate(column, {}, 1, 50'000, kColumns);
        const auto pixel = [](double x) { return int(std::floor((x - 1) * kColumns / 49'999.0)); };
        std::vector<std::pair<double, double>> all(kColumns + 1, {9, -9}), drawn = all;
        const auto widen = [](std::pair<double, double>& range, double y) {
            range = {std::min(range.first, y), std::max(range.second, y)};
        };
        for (std::size_t i = 0; i < column.size(); ++i)
            widen(all[std::size_t(pixel(double(column.steps[i])))], column.values[i]);
        for (const PlotPoint& point : points) widen(drawn[std::size_t(pixel(point.x))], point.y);
        QCOMPARE(drawn, all);
    }

    void blocksGiveTheSamePointsWhileTheColumnGrowsAndIsCut()
    {
        const StepScale scale({{0, 0}, {10'000, 5'000'000}, {50'000, 9'000'000}});
        const SeriesColumn whole = noise(50'000);
        SeriesColumn column;
        SeriesBlocks blocks;
        const auto same = [&](double from, double to) {
            const auto one = decimate(column, scale, from, to, 300, &blocks), other = decimate(column, scale, from, to, 300);
            return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const PlotPoint& a, const PlotPoint& b) {
                return a.x == b.x && (a.y == b.y || (std::isnan(a.y) && std::isnan(b.y)));
            });
        };
        for (const std::size_t size : {100, 9'999, 40'000, 20'000, 50'000}) {
            column.truncate(size);
            while (column.size() < size) {
                const std::size_t i = column.size();
                column.append(whole.steps[i], i == 30'011 ? kNan : whole.values[i] + double(size) / 1e6);
            }
            blocks.follow(column);
            QVERIFY(same(0, 9'000'000));
            QVERIFY(same(1'234'567, 6'500'000));
        }
        QVERIFY(blocks.beginningAt(128) && !blocks.beginningAt(130) && !blocks.beginningAt(49'984));
    }

    void pointsStayInTheirOrder()
    {
        const auto points = decimate(noise(30'000), {}, 1, 30'000, 50);
        QVERIFY(std::is_sorted(points.begin(), points.end(), [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; }));
    }

    void aGapStaysAGap()
    {
        SeriesColumn column = noise(20'000);
        for (std::size_t i = 9'000; i < 9'010; ++i) column.values[i] = kNan;
        const auto points = decimate(column, {}, 1, 20'000, 50);
        const auto gaps =
            std::count_if(points.begin(), points.end(), [](const PlotPoint& point) { return std::isnan(point.y); });
        QCOMPARE(gaps, 1);
        QVERIFY(holds(points, 9'000, column.values[8'999]));
        QVERIFY(holds(points, 9'011, column.values[9'010]));
    }

    void aZoomKeepsOnePointBeyondEachEdge()
    {
        const auto points = decimate(noise(1000), {}, 300.5, 309.5, 100);
        QCOMPARE(points.size(), std::size_t(11));
        QCOMPARE(points.front().x, 300.0);
        QCOMPARE(points.back().x, 310.0);
    }

    void tokensStretchTheAxisByStage()
    {
        const StepScale scale({{0, 0}, {100, 51'200}, {200, 256'000}});
        QCOMPARE(scale.x(50), 25'600.0);
        QCOMPARE(scale.x(150), 153'600.0);
        QCOMPARE(scale.x(300), 460'800.0);
        for (double step : {0.0, 20.0, 100.0, 170.0, 250.0}) QCOMPARE(scale.step(scale.x(step)), step);
        QCOMPARE(StepScale().x(17), 17.0);
        QCOMPARE(StepScale().countedFrom(-41).x(1), -40.0);
        QCOMPARE(scale.countedFrom(50).x(50), scale.x(100));
        QCOMPARE(scale.countedFrom(50).step(scale.x(130)), 80.0);
    }

    void smoothingIsTheAverageWithoutTheBiasOfItsStart()
    {
        SeriesColumn column;
        for (double value : {4.0, 2.0, kNan, 6.0}) column.append(std::int64_t(column.size()), value);
        const SeriesColumn smoothed = smooth(column, 0.5);
        QCOMPARE(smoothed.values[0], 4.0);
        QCOMPARE(smoothed.values[1], (0.25 * 4 + 0.5 * 2) / 0.75);
        QVERIFY(std::isnan(smoothed.values[2]));
        QCOMPARE(smoothed.values[3], (0.125 * 4 + 0.25 * 2 + 0.5 * 6) / 0.875);
        const SeriesColumn plain = noise(100);
        QCOMPARE(smooth(plain, 0), plain);
    }

    void smoothingGoesOnWhereItStopped()
    {
        const auto equal = [](const SmoothedSeries& smoothed, const SeriesColumn& column, double weight) {
            const SeriesColumn expected = smooth(column, weight);
            if (smoothed.column().steps != expected.steps) return false;
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const double a = smoothed.column().values[i], b = expected.values[i];
                if (a != b && !(std::isnan(a) && std::isnan(b))) return false;
            }
            return true;
        };
        SeriesColumn column = noise(1000);
        column.values[300] = kNan;
        SmoothedSeries smoothed;
        QCOMPARE(smoothed.follow(column, 0.9, 400), std::size_t(400));  // a piece
        QCOMPARE(smoothed.column().size(), std::size_t(400));
        QCOMPARE(smoothed.follow(column, 0.9, 0), std::size_t(0));
        QCOMPARE(smoothed.column().size(), std::size_t(400));
        smoothed.follow(column, 0.9);
        QVERIFY(equal(smoothed, column, 0.9));
        column.values.back() = 7;  // an evaluation writes its step twice
        QCOMPARE(smoothed.follow(column, 0.9), std::size_t(1));
        QVERIFY(equal(smoothed, column, 0.9));
        for (std::int64_t step = 1001; step <= 1100; ++step) column.append(step, 3);
        QCOMPARE(smoothed.follow(column, 0.9), std::size_t(101));
        QVERIFY(equal(smoothed, column, 0.9));
        smoothed.follow(column, 0.5);  // another weight
        QVERIFY(equal(smoothed, column, 0.5));
        column.truncate(600);  // started again from a checkpoint
        column.append(601, 9);
        smoothed.follow(column, 0.5);
        QVERIFY(equal(smoothed, column, 0.5));
    }

    void thePointAtAStepIsTheNewestOneUpToIt()
    {
        SeriesColumn column;
        for (std::int64_t step : {10, 20, 30}) column.append(step, double(step));
        QCOMPARE(column.indexAt(9), std::nullopt);
        QCOMPARE(column.indexAt(10), std::optional<std::size_t>(0));
        QCOMPARE(column.indexAt(29), std::optional<std::size_t>(1));
        QCOMPARE(column.indexAt(99), std::optional<std::size_t>(2));
    }
};

QTEST_GUILESS_MAIN(SeriesTest)
#include "series_test.moc"
