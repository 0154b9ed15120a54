// One menu on every plot and table: what it offers, and what is written and copied by it.
#include "widgets/support/export_menu.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QToolButton>
#include <QXmlStreamReader>
#include <QtTest>

#include "tests/support/comparison_fixture.h"
#include "widgets/plot/routing_map_grid.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/qcustomplot.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;

namespace
{

const QStringList kPictures = {"copyImage", "save.png", "save.svg", "save.pdf", "save.csv", "copyData"};

QStringList namesIn(ExportMenu& exports)
{
    QMenu menu;
    exports.fill(menu);
    QStringList names;
    for (const QAction* action : menu.actions())
        if (!action->isSeparator()) names << action->objectName();
    return names;
}

QByteArray contentOf(const QString& file)
{
    QFile read(file);
    return read.open(QIODevice::ReadOnly) ? read.readAll() : QByteArray();
}

QString copied() { return QGuiApplication::clipboard()->text(); }

bool isXml(const QByteArray& text)
{
    QXmlStreamReader reader(text);
    while (!reader.atEnd()) reader.readNext();
    return !reader.hasError();
}

/// Rows of three, two and three cells; none is like another, so that swapped or mirrored ones are seen.
HeatMap raggedMap()
{
    return {"a map", "layer", "expert", "share", {}, {}, {{0.0, 0.1, 0.9}, {1.0, 0.4}, {0.2, 0.7, 1.0 / 3}}, {0, 1}, false};
}

struct Curve {
    SeriesPlot plot;

    Curve()
    {
        auto points = std::make_shared<SeriesColumn>();
        points->append(0, 1.0 / 3);
        points->append(100, 2.5);
        plot.setRows({PlotRow{"Loss", "nats", 1, {PlotSeries{"loss/el", "el", {0, 0xFFFFFF}, false, {}, {}, points}}}});
        plot.resize(500, 300);
        plot.show();
        QCoreApplication::processEvents();
    }
};

}  // namespace

class ExportMenuTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPlotAndTableOffersWhatItHas();
    void theMenuOpensByTheKeyAndByTheMouse();
    void aRightDragZoomsAndARightClickOpensTheMenu();
    void everyEndingGivesAFileOfItsKind_data();
    void everyEndingGivesAFileOfItsKind();
    void picturesAreTwiceAsLargeAsOnScreen();
    void picturesAreLightAndCarryALegendInADarkWindow();
    void theCellsOfAHeatMapAreWhereTheyBelongInAnSvg();
    void anUnknownEndingAndAFolderThatIsNotThereAreToldInOneSentence();
    void aFileIsReplacedAsAWholeOrNotAtAll();
    void numbersAreCopiedAsTheyAreStored();
    void theCommandIsAskedForWhenItIsCopied();
    void theDialogOffersTheKindAndStopsNobody();
    void theButtonShowsTheMenuOfWhatIsShown();
    void aPictureIsCopiedTogetherWithItsSvg();
};

void ExportMenuTest::everyPlotAndTableOffersWhatItHas()
{
    Curve curve;
    HeatMapWidget map;
    RoutingMapGrid grid;
    ComparisonView table;
    for (ExportMenu* exports : {&curve.plot.exportMenu(), &map.exportMenu(), &grid.exportMenu()}) {
        QCOMPARE(namesIn(*exports), kPictures);
        exports->setCommand([] { return QStringLiteral("moebel show x"); });
        QCOMPARE(namesIn(*exports), kPictures + QStringList{"copyCommand"});
    }
    QCOMPARE(namesIn(table.exportMenu()), kPictures + QStringList{"copyLatex"});
}

void ExportMenuTest::theMenuOpensByTheKeyAndByTheMouse()
{
    ComparisonView table;
    table.setTable(test::scores());
    HeatMapWidget map;
    map.setHeatMap(raggedMap());
    Curve curve;
    for (QWidget* widget : std::initializer_list<QWidget*>{table.viewport(), &map, &curve.plot}) {
        widget->show();
        QContextMenuEvent key(QContextMenuEvent::Keyboard, {20, 20}, widget->mapToGlobal(QPoint(20, 20)));
        QCoreApplication::sendEvent(widget, &key);
        QTRY_VERIFY(qobject_cast<QMenu*>(QApplication::activePopupWidget()));
        QCOMPARE(QApplication::activePopupWidget()->objectName(), "exportMenu");
        QApplication::activePopupWidget()->close();
    }
    QWidget* inside = map.findChild<QCustomPlot*>();
    QContextMenuEvent mouse(QContextMenuEvent::Mouse, {20, 20}, inside->mapToGlobal(QPoint(20, 20)));
    QCoreApplication::sendEvent(inside, &mouse);
    QTRY_VERIFY(QApplication::activePopupWidget());
    QApplication::activePopupWidget()->close();
}

void ExportMenuTest::aRightDragZoomsAndARightClickOpensTheMenu()
{
    Curve curve;
    QWidget* inside = curve.plot.findChild<QCustomPlot*>();
    const QPoint at = inside->rect().center();
    const auto before = curve.plot.xRange();
    QTest::mousePress(inside, Qt::RightButton, {}, at);
    QContextMenuEvent onPress(QContextMenuEvent::Mouse, at, inside->mapToGlobal(at));
    QCoreApplication::sendEvent(inside, &onPress);
    QVERIFY(!QApplication::activePopupWidget());
    QTest::mouseMove(inside, at + QPoint(80, 40));
    QTest::mouseRelease(inside, Qt::RightButton, {}, at + QPoint(80, 40));
    QVERIFY(!QApplication::activePopupWidget());
    QTRY_VERIFY(curve.plot.xRange() != before);
    QTest::mouseClick(inside, Qt::RightButton, {}, at);
    QVERIFY(QApplication::activePopupWidget());
    QApplication::activePopupWidget()->close();
}

void ExportMenuTest::everyEndingGivesAFileOfItsKind_data()
{
    QTest::addColumn<QString>("ending");
    QTest::addColumn<QByteArray>("beginning");
    QTest::newRow("png") << "png" << QByteArray("\x89PNG");
    QTest::newRow("svg") << "svg" << QByteArray("<?xml");
    QTest::newRow("pdf") << "pdf" << QByteArray("%PDF");
    QTest::newRow("csv") << "csv" << QByteArray();
    QTest::newRow("capitals") << "SVG" << QByteArray("<?xml");
}

void ExportMenuTest::everyEndingGivesAFileOfItsKind()
{
    QFETCH(QString, ending);
    QFETCH(QByteArray, beginning);
    const QTemporaryDir folder;
    const QDir place(qEnvironmentVariable("MOEBEL_TEST_PICTURES", folder.path()));  // for eyes
    Curve curve;
    HeatMapWidget map;
    map.setHeatMap(raggedMap());
    map.resize(500, 360);
    map.show();
    RoutingMapGrid grid;
    grid.setMaps({{}, {}}, {"one", "two"}, {0, 1});
    grid.resize(500, 260);
    grid.show();
    ComparisonView table;
    table.setTable(test::scores());
    table.resize(500, 160);
    table.show();
    QCoreApplication::processEvents();
    int number = 0;
    for (ExportMenu* exports : {&curve.plot.exportMenu(), &map.exportMenu(), &grid.exportMenu(), &table.exportMenu()}) {
        QSignalSpy told(exports, &ExportMenu::told);
        const QString file = place.filePath(QStringLiteral("%1.%2").arg(number++).arg(ending));
        QVERIFY(exports->save(file).ok());
        const QByteArray content = contentOf(file);
        QVERIFY2(content.startsWith(beginning) && content.size() > 20, content.left(40).constData());
        if (ending.toLower() == "svg") QVERIFY(isXml(content));
        QCOMPARE(told.count(), 1);
        QVERIFY(told[0][0].toBool() && told[0][1].toString().contains(file));
    }
}

void ExportMenuTest::picturesAreTwiceAsLargeAsOnScreen()
{
    QTemporaryDir folder;
    Curve curve;
    QVERIFY(curve.plot.exportMenu().save(folder.filePath("curve.png")).ok());
    const QSize whole = curve.plot.exportMenu().exports().size();
    QCOMPARE(whole.width(), 500);
    QVERIFY(whole.height() > 300 + 10 && whole.height() < 340);  // the legend below the plot
    QCOMPARE(QImage(folder.filePath("curve.png")).size(), 2 * whole);
    QCOMPARE(QSvgRenderer(svgOf(curve.plot.exportMenu().exports())).viewBoxF(), QRectF(QPointF(), whole));
}

void ExportMenuTest::picturesAreLightAndCarryALegendInADarkWindow()
{
    QTemporaryDir folder;
    Curve curve;
    QPalette dark;
    dark.setColor(QPalette::Window, QColor(30, 30, 30));
    dark.setColor(QPalette::WindowText, Qt::white);
    curve.plot.setPalette(dark);
    QVERIFY(curve.plot.exportMenu().save(folder.filePath("curve.png")).ok());
    QCOMPARE(QImage(folder.filePath("curve.png")).pixelColor(2, 2), QColor(Qt::white));
    QVERIFY(svgOf(curve.plot.exportMenu().exports()).contains(">el</text>"));
    curve.plot.setHidden("loss/el", true);
    QVERIFY(!svgOf(curve.plot.exportMenu().exports()).contains(">el</text>"));
}

// The corner pixels of a cell have its colour too: it is neither blurred nor moved.
void ExportMenuTest::theCellsOfAHeatMapAreWhereTheyBelongInAnSvg()
{
    for (const bool firstRowOnTop : {false, true}) {
        HeatMapWidget widget;
        HeatMap map = raggedMap();
        map.firstRowOnTop = firstRowOnTop;
        widget.setHeatMap(map);
        widget.resize(640, 480);
        widget.show();
        QCoreApplication::processEvents();
        QSvgRenderer renderer(svgOf(widget.exportMenu().exports()));
        QVERIFY(renderer.isValid());
        QImage drawn(widget.size() * 3, QImage::Format_RGB32);
        drawn.fill(Qt::white);
        QPainter painter(&drawn);
        renderer.render(&painter);
        painter.end();
        for (int row = 0; row < map.rows(); ++row)
            for (int column = 0; column < map.columns(); ++column) {
                const QColor expected = widget.cellColour(row, column);
                if (!expected.isValid()) continue;
                const QRectF cell = widget.cellRect(row, column);
                for (const QPointF corner : {cell.topLeft() + QPointF(3, 3), cell.topRight() + QPointF(-3, 3),
                                             cell.bottomLeft() + QPointF(3, -3), cell.bottomRight() + QPointF(-3, -3)}) {
                    const QColor seen = drawn.pixelColor((corner * 3).toPoint());
                    const int far = std::abs(seen.red() - expected.red()) + std::abs(seen.green() - expected.green()) +
                                    std::abs(seen.blue() - expected.blue());
                    QVERIFY2(far < 12, qPrintable(QStringLiteral("row %1, column %2 is %3, not %4")
                                                      .arg(row)
                                                      .arg(column)
                                                      .arg(seen.name(), expected.name())));
                }
            }
    }
}

void ExportMenuTest::anUnknownEndingAndAFolderThatIsNotThereAreToldInOneSentence()
{
    QTemporaryDir folder;
    Curve curve;
    ExportMenu& exports = curve.plot.exportMenu();
    QSignalSpy told(&exports, &ExportMenu::told);
    QCOMPARE(exports.save(folder.filePath("curve.xyz")).error().code, std::string("unknown-ending"));
    QCOMPARE(exports.save("/nowhere/at/all/curve.svg").error().code, std::string("cannot-write"));
    QVERIFY(!told[0][0].toBool() && told[0][1].toString().contains("expected .png, .svg, .pdf or .csv"));
    QVERIFY(!told[1][0].toBool() && told[1][1].toString().contains("/nowhere/at/all/curve.svg"));
    QVERIFY(!QFile::exists(folder.filePath("curve.xyz")));
    for (const char* ending : {"png", "svg", "pdf", "csv"})  // nobody can write there, root neither
        QCOMPARE(exports.save(QStringLiteral("/proc/curve.%1").arg(ending)).error().code, std::string("cannot-write"));
}

void ExportMenuTest::aFileIsReplacedAsAWholeOrNotAtAll()
{
    QTemporaryDir folder;
    const QString file = folder.filePath("curve.csv");
    Curve curve;
    QVERIFY(curve.plot.exportMenu().save(file).ok());
    const QByteArray first = contentOf(file);
    QVERIFY(curve.plot.exportMenu().save(file).ok());
    QCOMPARE(contentOf(file), first);
    QVERIFY(QDir().mkdir(folder.filePath("taken.csv")));
    QVERIFY(!curve.plot.exportMenu().save(folder.filePath("taken.csv")).ok());
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             (QStringList{"curve.csv", "taken.csv"}));
}

void ExportMenuTest::numbersAreCopiedAsTheyAreStored()
{
    Curve curve;
    curve.plot.exportMenu().copyData();
    QCOMPARE(copied(), "series,step,value\nloss/el,0,0.3333333333333333\nloss/el,100,2.5\n");
    HeatMapWidget map;
    HeatMap named = raggedMap();
    named.rowNames = QStringList{"Greek, el", QStringLiteral("\u2068el\u2069"), "x"};
    map.setHeatMap(named);
    map.exportMenu().copyData();
    QCOMPARE(copied().section('\n', 0, 1), "row,column,value\n\"Greek, el\",0,0");
    QVERIFY(copied().contains("\nel,1,0.4\n") && copied().endsWith("x,2,0.3333333333333333\n"));
}

void ExportMenuTest::theCommandIsAskedForWhenItIsCopied()
{
    Curve curve;
    int run = 1;
    curve.plot.exportMenu().setCommand([&run] { return QStringLiteral("moebel show %1").arg(run); });
    run = 2;
    QSignalSpy told(&curve.plot.exportMenu(), &ExportMenu::told);
    curve.plot.exportMenu().copyCommand();
    QCOMPARE(copied(), "moebel show 2");
    QVERIFY(told[0][1].toString().contains("moebel show 2"));
}

void ExportMenuTest::theDialogOffersTheKindAndStopsNobody()
{
    Curve curve;
    curve.plot.exportMenu().askForFile("svg");
    auto* dialog = curve.plot.findChild<QFileDialog*>("exportDialog");
    QVERIFY(dialog && dialog->isVisible());
    QCOMPARE(dialog->defaultSuffix(), "svg");
    QVERIFY(dialog->selectedNameFilter().contains("*.svg"));
    QTemporaryDir folder;
    Q_EMIT dialog->fileSelected(folder.filePath("curve.svg"));
    QVERIFY(isXml(contentOf(folder.filePath("curve.svg"))));
    dialog->reject();
}

void ExportMenuTest::theButtonShowsTheMenuOfWhatIsShown()
{
    HeatMapWidget map;
    ComparisonView table;
    ExportMenu* shown = &map.exportMenu();
    const std::unique_ptr<QToolButton> button(exportButton([&shown] { return shown; }, nullptr));
    Q_EMIT button->menu()->aboutToShow();
    QVERIFY(!button->menu()->findChild<QAction*>("copyLatex"));
    shown = &table.exportMenu();
    Q_EMIT button->menu()->aboutToShow();
    QVERIFY(button->menu()->findChild<QAction*>("copyLatex"));
}

void ExportMenuTest::aPictureIsCopiedTogetherWithItsSvg()
{
    Curve curve;
    curve.plot.exportMenu().copyImage();
    const QMimeData* mime = QGuiApplication::clipboard()->mimeData();
    QCOMPARE(qvariant_cast<QImage>(mime->imageData()).size(), 2 * curve.plot.exportMenu().exports().size());
    QCOMPARE(qvariant_cast<QImage>(mime->imageData()).pixelColor(2, 2), QColor(Qt::white));
    QVERIFY(isXml(mime->data("image/svg+xml")));
}

QTEST_MAIN(ExportMenuTest)
#include "export_menu_test.moc"
