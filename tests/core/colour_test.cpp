// Colours that mean something.
#include <QtTest>
#include <cmath>
#include <set>

#include "moebel/analysis/colour.h"
#include "moebel/analysis/routing_map.h"

using namespace moebel;

class ColourTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void languagesAreReadableOnBothGrounds()
    {
        for (const char* code : {"en", "de", "es", "fr", "zh-CN", "el", "hu", "fi", "tr", "kk", "hi", "bn",
                                 "fa", "ru", "uk", "cs", "ar",    "he", "ja", "ko", "ta", "vi", "xx", "synthetic-3"}) {
            const ColourPair colour = languageColour(code);
            QVERIFY2(contrast(colour.light, 0xFFFFFF) >= 3, code);
            QVERIFY2(contrast(colour.dark, 0x16191F) >= 3, code);
        }
    }

    void languagesOfThePapersHaveColoursOfTheirOwn()
    {
        std::set<std::uint32_t> light, dark;
        for (const char* code : {"en", "es", "zh-CN", "el", "hu", "tr", "bn", "hi", "ne", "ar", "ru", "ja"}) {
            light.insert(languageColour(code).light);
            dark.insert(languageColour(code).dark);
        }
        QCOMPARE(light.size(), std::size_t(12));
        QCOMPARE(dark.size(), std::size_t(12));
    }

    void regionsShareTheColourOfTheirLanguage() { QCOMPARE(languageColour("es-MX").light, languageColour("es").light); }

    void sequenceBrightensInEvenSteps()
    {
        // L* follows the luminance; equal steps of the share should be near-equal steps of it.
        const auto lightness = [](double share) {
            const double y = (contrast(sequentialColour(share), 0x000000) * 0.05) - 0.05;
            return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
        };
        const double whole = lightness(1) - lightness(0);
        QVERIFY2(whole > 70, qPrintable(QString::number(whole)));
        for (int i = 0; i < 20; ++i) {
            const double step = lightness((i + 1) / 20.0) - lightness(i / 20.0);
            QVERIFY2(step > 0.6 * whole / 20 && step < 1.4 * whole / 20, qPrintable(QStringLiteral("%1: %2").arg(i).arg(step)));
        }
        QCOMPARE(sequentialColour(-1), sequentialColour(0));
        QCOMPARE(sequentialColour(7), sequentialColour(1));
    }

    void inkReadsOnEveryCell()
    {
        for (int i = 0; i <= 100; ++i) {
            const std::uint32_t cell = sequentialColour(i / 100.0);
            QVERIFY2(contrast(inkOn(cell), cell) >= 4.5, qPrintable(QString::number(i)));
        }
    }

    void scaleEndsAreRound()
    {
        QCOMPARE(scaleEnd(0), 1.0);
        QCOMPARE(scaleEnd(0.7), 1.0);
        QCOMPARE(scaleEnd(0.31), 0.5);
        QCOMPARE(scaleEnd(0.02), 0.02);
        QCOMPARE(scaleEnd(0.013), 0.02);
    }
};

QTEST_GUILESS_MAIN(ColourTest)
#include "colour_test.moc"
