// The bars of experts per layer: what dragging, keys and pointer ask for, and what they say and give away.
#include "widgets/plot/allocation_bars.h"

#include <QSignalSpy>
#include <QtTest>

#include "app/workbench/application/theme.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;

namespace
{

AllocationPicture picture(int layers)
{
    AllocationPicture made;
    LayerCurve curve{"mean", "mean", {0x00795A, 0x2CC9A0}, false, {}};
    for (int layer = 0; layer < layers; ++layer) {
        made.experts.push_back(2 + (layer * 7) % 4);
        made.present.push_back(layer == 1 ? 2 : 1);
        made.marks.push_back(3);
        curve.values.push_back(layer == 2 ? std::nan("") : 0.05 + 0.01 * (layer % 9));
    }
    made.marksName = "ceiling";
    made.classifierLayers = {2};
    made.curveTitle = "Similarity";
    made.curves << curve;
    return made;
}

struct Shown {
    AllocationBars bars;
    QSignalSpy experts{&bars, &AllocationBars::expertsWanted};
    QSignalSpy classifier{&bars, &AllocationBars::classifierWanted};

    explicit Shown(int layers = 4)
    {
        bars.resize(700, 340);
        bars.setPicture(picture(layers));
        bars.show();
        bars.activateWindow();
        if (!QTest::qWaitForWindowActive(&bars)) qFatal("the window has no focus");
        bars.findChild<QCustomPlot*>()->replot();
    }
    QWidget* plot() { return bars.findChild<QCustomPlot*>(); }
    /// What is wanted last: layer, experts, gesture.
    QList<qint64> last()
    {
        if (experts.isEmpty()) return {};
        const QVariantList call = experts.last();
        return {call[0].toLongLong(), qint64(call[1].value<std::int64_t>()), call[2].toLongLong()};
    }
};

}  // namespace

class AllocationBarsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBarIsDraggedByWholeExperts()
    {
        Shown shown;
        const QPoint top = shown.bars.topOf(0);
        const int one = int(std::lround(shown.bars.pixelsOfOne()));
        QTest::mousePress(shown.plot(), Qt::LeftButton, {}, top + QPoint(0, 8));
        QCOMPARE(shown.bars.currentLayer(), 0);
        QCOMPARE(shown.experts.count(), 0);  // pressing alone changes nothing
        QTest::mouseMove(shown.plot(), top + QPoint(0, 8 - one));
        QTest::mouseMove(shown.plot(), top + QPoint(0, 8 - one - 2));
        QCOMPARE(shown.experts.count(), 1);
        QCOMPARE(shown.last().first(2), (QList<qint64>{0, 3}));
        const qint64 gesture = shown.last()[2];
        QTest::mouseMove(shown.plot(), top + QPoint(0, 8 + 3 * one));  // below what is there
        QCOMPARE(shown.last(), (QList<qint64>{0, 1, gesture}));
        QTest::mouseRelease(shown.plot(), Qt::LeftButton, {}, top);
        QTest::mouseMove(shown.plot(), top);
        QCOMPARE(shown.experts.count(), 2);
        QTest::mousePress(shown.plot(), Qt::LeftButton, {}, shown.bars.topOf(1) + QPoint(0, 4));
        QTest::mouseMove(shown.plot(), shown.bars.topOf(1) + QPoint(0, 4 + 3 * one));
        QCOMPARE(shown.last()[1], 2);  // those of earlier rounds stay
        QVERIFY(shown.last()[2] != gesture);
        QTest::mouseRelease(shown.plot(), Qt::LeftButton);
    }

    void keysMoveBetweenLayersAndChangeThem()
    {
        Shown shown;
        shown.bars.setFocus(Qt::TabFocusReason);
        QCOMPARE(shown.bars.currentLayer(), 0);
        QTest::keyClick(&shown.bars, Qt::Key_Right);
        QTest::keyClick(&shown.bars, Qt::Key_Right);
        QCOMPARE(shown.bars.currentLayer(), 2);
        QTest::keyClick(&shown.bars, Qt::Key_Up);
        QCOMPARE(shown.last().first(2), (QList<qint64>{2, picture(4).experts[2] + 1}));
        const qint64 gesture = shown.last()[2];
        QTest::keyClick(&shown.bars, Qt::Key_Minus);
        QCOMPARE(shown.last()[2], gesture);  // keys in one layer belong together
        QTest::keyClick(&shown.bars, Qt::Key_7);
        QCOMPARE(shown.last()[1], 7);
        QTest::keyClick(&shown.bars, Qt::Key_End);
        QCOMPARE(shown.bars.currentLayer(), 3);
        QTest::keyClick(&shown.bars, Qt::Key_Right);
        QCOMPARE(shown.bars.currentLayer(), 3);
        QTest::keyClick(&shown.bars, Qt::Key_Home);
        QTest::keyClick(&shown.bars, Qt::Key_C);
        QCOMPARE(shown.classifier.last(), (QVariantList{0, true}));
        shown.bars.setCurrentLayer(2);
        QTest::keyClick(&shown.bars, Qt::Key_C);
        QCOMPARE(shown.classifier.last(), (QVariantList{2, false}));
    }

    void whatIsSeenIsSaidInWords()
    {
        Shown shown;
        shown.bars.setCurrentLayer(-1);
        QVERIFY2(shown.bars.accessibleDescription().startsWith("4 layers, "), qPrintable(shown.bars.accessibleDescription()));
        shown.bars.setCurrentLayer(2);
        const QString words = shown.bars.accessibleDescription();
        QVERIFY2(words.startsWith("layer 2: ") && words.contains("language classifier") && words.contains("ceiling 3"),
                 qPrintable(words));
        QVERIFY(!shown.bars.readout(2).contains("mean"));  // there is no value
        QVERIFY(shown.bars.readout(3).contains("mean 0.080"));
        QCOMPARE(shown.bars.readout(4), QString());
        AllocationPicture dense = picture(4);
        dense.experts[3] = 1;
        shown.bars.setPicture(dense);
        QVERIFY(shown.bars.readout(3).contains("dense"));
    }

    void theNumbersAreExported()
    {
        Shown shown;
        const QStringList lines = shown.bars.csv().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines[0], QString("layer,experts,present,marks,classifier,mean"));
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines[3], QString("2,%1,1,3,1,").arg(picture(4).experts[2]));
        QTemporaryDir folder;
        for (const char* ending : {"png", "svg", "pdf", "csv"})
            QVERIFY(shown.bars.exportMenu().save(folder.filePath(QString("bars.") + ending)).ok());
    }

    void anotherModelForgetsTheLayer()
    {
        Shown shown(32);
        shown.bars.setCurrentLayer(31);
        shown.bars.setPicture(picture(4));
        QCOMPARE(shown.bars.currentLayer(), -1);
        QTest::keyClick(&shown.bars, Qt::Key_Up);
        QCOMPARE(shown.experts.count(), 0);
    }
};

QTEST_MAIN(AllocationBarsTest)
#include "allocation_bars_test.moc"
