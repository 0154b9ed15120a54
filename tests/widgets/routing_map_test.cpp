// The routing map: what it draws, says and saves.
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "moebel/analysis/colour.h"
#include "widgets/plot/heat_map_frame.h"
#include "widgets/plot/routing_map_grid.h"
#include "widgets/plot/routing_map_widget.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;

namespace
{

constexpr double kTokens = 1000;

// Layers of 3, 1 (dense) and 2 experts; value of a cell: 0.1 * (1 + layer + expert).
RoutingMap drawnMap()
{
    RoutingStats stats({3, 1, 2}, 1);
    const LanguageId language{0};
    stats.tokens(language) = kTokens;
    for (std::int32_t layer : {0, 2})
        for (std::int32_t expert = 0; expert < stats.experts()[std::size_t(layer)]; ++expert) {
            const auto at = stats.offset(LayerId{layer}) + expert;
            stats.row(RoutingKind::SoftScore, language)[at] = kTokens * 0.1 * (1 + layer + expert);
            stats.row(RoutingKind::Count, language)[at] = 100 * (layer + 1) + expert;
        }
    return routingMap(stats, language, RoutingMeasure::MeanScore);
}

int pixelsOf(const QImage& image, const QColor& colour)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            if (std::abs(pixel.red() - colour.red()) <= 3 && std::abs(pixel.green() - colour.green()) <= 3 &&
                std::abs(pixel.blue() - colour.blue()) <= 3)
                ++count;
        }
    return count;
}

// The middle of all pixels of a colour.
QPointF middleOf(const QImage& image, const QColor& colour)
{
    QPointF sum;
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixelColor(x, y) == colour) {
                sum += QPointF(x, y);
                ++count;
            }
    return count > 0 ? sum / count : QPointF(-1, -1);
}

QImage drawn(RoutingMapWidget& widget)
{
    widget.resize(600, 420);
    widget.show();
    QCoreApplication::processEvents();
    return widget.grab().toImage();
}

struct PaintCount : QObject {
    int count = 0;
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) ++count;
        return false;
    }
};

}  // namespace

class RoutingMapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addedExpertsAreFramedWhereThereIsAnOriginalOne()
    {
        RoutingMapWidget widget;
        RoutingMap map = drawnMap();
        widget.setMap(map, {}, 0.5);
        QCOMPARE(widget.heatMap().framedFrom, 1);
        map.hasOriginal = false;
        widget.setMap(map, {}, 0.5);
        QCOMPARE(widget.heatMap().framedFrom, 0);
        QVERIFY(!widget.heatMap().columnTitle.contains("original"));
    }

    void theFrameSpansTheExpertsThatThereAre()
    {
        // Layers of 4, 2, 2, 1 (dense), 3 experts.
        const auto of = [](std::size_t count) { return std::vector<double>(count, 0.5); };
        QCustomPlot plot;
        auto* frame = new HeatMapFrame(plot.xAxis, plot.yAxis);
        frame->setFrame({of(4), of(2), of(2), of(1), of(3)}, 1);
        QCOMPARE(frame->outlines().size(), 2);
        QCOMPARE(frame->outlines()[0],
                 (QPolygonF{{{0.5, -0.5}, {0.5, 2.5}, {1.5, 2.5}, {1.5, 0.5}, {3.5, 0.5}, {3.5, -0.5}, {0.5, -0.5}}}));
        QCOMPARE(frame->outlines()[1], (QPolygonF{{{0.5, 3.5}, {0.5, 4.5}, {2.5, 4.5}, {2.5, 3.5}, {0.5, 3.5}}}));
        frame->setFrame({of(1), of(1)}, 1);
        QVERIFY(frame->outlines().isEmpty());
    }

    void aDenseLayerSaysThatItHasNoRouter()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        QCOMPARE(widget.heatMap().rowNotes, (QStringList{"", "no router", ""}));
        const QImage image = drawn(widget);
        // Words stand on a ground of their own in the middle of the dense row, nowhere else in it.
        const QColor ground = widget.palette().color(QPalette::Window);
        const QRectF row = widget.cellRect(1, 0).united(widget.cellRect(1, 2));
        const auto isGround = [&](QPointF at) { return image.pixelColor(at.toPoint()) == ground; };
        const double left = row.center().x() - 10, top = row.center().y() - widget.fontMetrics().height() / 2.0 + 1;
        QVERIFY(isGround({left, top}));
        QVERIFY(isGround({left + 1, top}));
        const auto isHatched = [&](double x) {
            for (int y = int(row.top()) + 2; y < int(row.bottom()) - 2; ++y)
                if (!isGround({x, double(y)})) return true;
            return false;
        };
        QVERIFY(isHatched(row.left() + 20));
    }

    void everyCellIsDrawnInTheColourOfItsValue()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), QStringLiteral("\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac"), 0.5);
        const QImage image = drawn(widget);
        for (const auto& [layer, expert, value] : {std::tuple(0, 0, 0.1), {0, 1, 0.2}, {0, 2, 0.3}, {2, 0, 0.3}, {2, 1, 0.4}}) {
            const QColor colour = widget.cellColour(layer, expert);
            QCOMPARE(std::uint32_t(colour.rgb() & 0xFFFFFF), sequentialColour(value / 0.5));
            const int pixels = pixelsOf(image, colour);
            QVERIFY2(pixels > 2000,
                     qPrintable(QStringLiteral("layer %1, expert %2: %3 pixels").arg(layer).arg(expert).arg(pixels)));
        }
    }

    void layersGoUpAndExpertsGoRight()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        const QImage image = drawn(widget);
        const QPointF bottomLeft = middleOf(image, widget.cellColour(0, 0)), bottom = middleOf(image, widget.cellColour(0, 1));
        const QPointF top = middleOf(image, widget.cellColour(2, 1));
        QVERIFY(bottomLeft.x() > 0 && bottom.x() > 0 && top.x() > 0);
        QVERIFY2(bottom.x() - bottomLeft.x() > 80, "expert 1 stands right of expert 0");
        QVERIFY2(std::abs(bottom.y() - bottomLeft.y()) < 20, "experts of a layer stand side by side");
        QVERIFY2(bottom.y() - top.y() > 80, "layer 2 stands above layer 0");
        QVERIFY2(std::abs(bottom.x() - top.x()) < 20, "the same expert stands in one column");
    }

    void newValuesAloneAreDrawnInTheirColours()
    {
        RoutingMapWidget widget;
        RoutingMap map = drawnMap();
        widget.setMap(map, {}, 0.5);
        drawn(widget);
        map.values[0][2] = 0.45;
        widget.setMap(map, {}, 0.5);
        const QImage image = drawn(widget);
        QVERIFY(pixelsOf(image, widget.cellColour(0, 2)) > 2000);
        QCOMPARE(std::uint32_t(widget.cellColour(0, 2).rgb() & 0xFFFFFF), sequentialColour(0.9));
    }

    void aMapThatIsSeenIsPaintedAgainAndAHiddenOneIsNot()
    {
        RoutingMapWidget widget;
        RoutingMap map = drawnMap();
        widget.setMap(map, {}, 0.5);
        drawn(widget);
        QTest::qWait(50);
        PaintCount paints;
        widget.findChild<QWidget*>()->installEventFilter(&paints);
        const auto painted = [&](const QString& title) {
            paints.count = 0;
            map.values[0][0] += 0.01;
            widget.setMap(map, title, 0.5);
            QTest::qWait(50);
            return paints.count > 0;
        };
        QVERIFY2(painted({}), "other values");
        QVERIFY2(painted(QStringLiteral("another title")), "another title");
        widget.hide();
        QVERIFY2(!painted(QStringLiteral("hidden")), "hidden");
    }

    void whatWasSetWhileItWasHiddenIsDrawnWhenItIsShown()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        drawn(widget);
        widget.hide();
        RoutingMap map = drawnMap();
        map.values.push_back({0.5, 0.45});
        map.counts.push_back({1, 1});
        widget.setMap(map, QStringLiteral("four layers"), 0.5);
        const QImage image = drawn(widget);
        QVERIFY(pixelsOf(image, widget.cellColour(3, 1)) > 2000);
        QVERIFY(pixelsOf(image, widget.cellColour(0, 0)) > 2000);
    }

    void layersWithoutARouterHaveNoColour()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        QVERIFY(!widget.cellColour(1, 0).isValid());
        QVERIFY(!widget.cellColour(2, 2).isValid());
        QCOMPARE(widget.readout(1, 0), QStringLiteral("layer 1: dense, no router"));
        QVERIFY(pixelsOf(drawn(widget), colourOfZero()) < 200);
    }

    void readoutNamesValueAndCount()
    {
        QLocale::setDefault(QLocale::c());
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        QCOMPARE(widget.readout(2, 1),
                 QStringLiteral("layer 2, expert 1: mean score 0.4000, in the top-K of 301 of 1000 tokens"));
        QVERIFY(widget.readout(3, 0).isEmpty());
        QVERIFY(widget.readout(0, -1).isEmpty());
    }

    void pointerOverACellIsTold()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        drawn(widget);
        QSignalSpy told(&widget, &RoutingMapWidget::readoutChanged);
        QWidget* plot = widget.findChild<QWidget*>();
        QTest::mouseMove(plot, plot->rect().center() - QPoint(40, 0));
        QTRY_VERIFY(!told.isEmpty());
        QVERIFY2(told.last().first().toString().startsWith(QStringLiteral("layer 1")),
                 qPrintable(told.last().first().toString()));
    }

    void csvHoldsEveryValueAtFullPrecision()
    {
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), {}, 0.5);
        const QStringList lines = widget.csv().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 1 + 5);
        QCOMPARE(lines.first(), QStringLiteral("layer,expert,value,count,tokens"));
        QCOMPARE(lines.last(), QStringLiteral("2,1,0.4,301,1000"));
    }

    void savedFilesAreOfTheirKind_data()
    {
        QTest::addColumn<QString>("ending");
        QTest::addColumn<QByteArray>("beginning");
        QTest::newRow("png") << "png" << QByteArray("\x89PNG");
        QTest::newRow("svg") << "svg" << QByteArray("<?xml");
        QTest::newRow("pdf") << "pdf" << QByteArray("%PDF");
        QTest::newRow("csv") << "csv" << QByteArray("layer,expert");
    }

    void savedFilesAreOfTheirKind()
    {
        QFETCH(QString, ending);
        QFETCH(QByteArray, beginning);
        QTemporaryDir folder;
        RoutingMapWidget widget;
        widget.setMap(drawnMap(), QStringLiteral("\u0939\u093f\u0928\u094d\u0926\u0940"), 0.5);
        drawn(widget);
        QFile file(folder.filePath("map." + ending));
        const Status saved = widget.exportMenu().save(file.fileName());
        QVERIFY2(saved.ok(), saved.ok() ? "" : saved.error().message.c_str());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        QVERIFY2(content.startsWith(beginning), content.left(20).constData());
        QVERIFY(content.size() > 80);
        if (ending == "svg") QVERIFY(content.contains("#ffffff"));
    }

    void unknownEndingsAndForbiddenPlacesAreErrors()
    {
        RoutingMapWidget widget;
        QVERIFY(!widget.exportMenu().save(QStringLiteral("map.doc")).ok());
        QVERIFY(!widget.exportMenu().save(QStringLiteral("/nowhere/at/all/map.csv")).ok());
    }

    void darkPalettesGiveDarkPlots()
    {
        RoutingMapWidget widget;
        QPalette dark;
        dark.setColor(QPalette::Window, QColor(0x16, 0x19, 0x1f));
        dark.setColor(QPalette::WindowText, QColor(0xe6, 0xe9, 0xee));
        widget.setMap(drawnMap(), QStringLiteral("title"), 0.5);
        widget.setPalette(dark);
        const QImage image = drawn(widget);
        QVERIFY(image.pixelColor(2, 2).lightness() < 60);
    }

    void mapsBesideOneAnotherAreAlignedWhateverTheScriptOfTheirTitles()
    {
        RoutingMapGrid grid;
        grid.setMaps({drawnMap(), drawnMap(), drawnMap()},
                     {"English", QString::fromUtf8("العربية"), QString::fromUtf8("हिन्दी")}, ValueScale{0, 1});
        grid.resize(900, 300);
        grid.show();
        QCoreApplication::processEvents();
        QSet<int> tops;
        for (const auto* plot : grid.findChildren<QCustomPlot*>()) tops << plot->axisRect()->top();
        QCOMPARE(tops.size(), 1);
    }

    void withoutMapsItSaysWhy()
    {
        RoutingMapGrid grid;
        grid.clear("Every layer is dense.");
        grid.resize(600, 300);
        grid.show();
        const auto* sentence = grid.widget()->findChild<QLabel*>(QString(), Qt::FindDirectChildrenOnly);
        QVERIFY(sentence->isVisible() && sentence->text() == "Every layer is dense." && sentence->height() > 200);
        grid.setMaps({drawnMap()}, {"English"}, ValueScale{0, 1});
        QVERIFY(!sentence->isVisible() && grid.at(0).isVisible());
    }

    void theColourKeyIsWholeInAMirroredWindow()
    {
        QList<QImage> keys;
        for (const Qt::LayoutDirection direction : {Qt::LeftToRight, Qt::RightToLeft}) {
            RoutingMapGrid grid;
            grid.setLayoutDirection(direction);
            grid.setMaps({drawnMap(), drawnMap()}, {"English", "Greek"}, ValueScale{0, 1});
            grid.resize(700, 300);
            grid.show();
            QCoreApplication::processEvents();
            for (QWidget* widget : grid.widget()->findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
                if (widget->accessibleName() == "Colour scale of the maps") keys << widget->grab().toImage();
        }
        QCOMPARE(keys.size(), 2);
        QCOMPARE(keys[0], keys[1]);
    }

    void aTitleThatIsTooLongEndsInAnEllipsis()
    {
        const auto drawnTitle = [](const QString& title) {
            RoutingMapWidget widget;
            widget.setMap(drawnMap(), title, ValueScale{0, 1});
            return drawn(widget).copy(0, 0, 600, 30);
        };
        const QString many = QString("m").repeated(500);
        QCOMPARE(drawnTitle(many), drawnTitle(many + "x"));
        QVERIFY(drawnTitle(many) != drawnTitle(QString("m").repeated(20)));
        const QImage title = drawnTitle(many);
        QCOMPARE(pixelsOf(title.copy(592, 0, 8, 30), title.pixelColor(0, 0)), 8 * 30);  // nothing runs over the edge
    }

    void namesOfColumnsStandOnEndWhereTheyWouldRunIntoOneAnother()
    {
        HeatMapWidget widget;
        HeatMap names;
        names.values = {std::vector<double>(18, 0.5)};
        for (int i = 0; i < 18; ++i) names.columnNames << QStringLiteral("zh-C%1").arg(i);
        widget.setHeatMap(names);
        widget.resize(400, 300);
        widget.show();
        const auto* axis = widget.findChild<QCustomPlot*>()->xAxis;
        QTRY_COMPARE(axis->tickLabelRotation(), -90.0);
        widget.resize(1900, 300);
        QTRY_COMPARE(axis->tickLabelRotation(), 0.0);
    }

private:
    static QColor colourOfZero() { return QColor::fromRgb(0xFF000000u | sequentialColour(0)); }
};

QTEST_MAIN(RoutingMapTest)
#include "routing_map_test.moc"
