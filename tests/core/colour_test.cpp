// Colours that mean something.
#include "moebel/analysis/colour.h"

#include <QtTest>
#include <cmath>

#include "moebel/analysis/routing_map.h"
#include "moebel/experiment/language.h"

using namespace moebel;

class ColourTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void languagesAreReadableOnBothGrounds()
    {
        std::vector<std::string> codes = {"xx", "synthetic-3"};
        for (const LanguageFacts& language : knownLanguages()) codes.push_back(language.code);
        for (const std::string& code : codes) {
            const ColourPair colour = languageColour(code);
            QVERIFY2(contrast(colour.light, 0xFFFFFF) >= 3, code.c_str());
            QVERIFY2(contrast(colour.dark, 0x16191F) >= 3, code.c_str());
        }
    }

    void languagesOfThePapersAreToldApart_data()
    {
        QTest::addColumn<QString>("codes");
        QTest::addColumn<double>("least");
        QTest::newRow("MoE-LPR and LayerMoE") << "en es zh-CN el hu tr bn hi ne ar ru ja" << 0.065;
        QTest::newRow("DMoE") << "ar bn de fr hi id it ja ko nl ru ta te th uk ur vi zh-CN" << 0.05;
        QTest::newRow("DMoE on GNOME's text") << "en fr es pt ca de nl sv ru uk sr cs pl hr mr gu as ja ko zh-CN" << 0.04;
    }

    void languagesOfThePapersAreToldApart()
    {
        QFETCH(QString, codes);
        QFETCH(double, least);
        const QStringList languages = codes.split(' ');
        for (const QString& one : languages)
            for (const QString& other : languages) {
                if (one == other) continue;
                const ColourPair a = languageColour(one.toStdString()), b = languageColour(other.toStdString());
                const QByteArray words = (one + ' ' + other).toUtf8();
                QVERIFY2(colourDistance(a.light, b.light) >= least, words);
                QVERIFY2(colourDistance(a.dark, b.dark) >= least, words);
            }
        std::vector<std::string> list;
        for (const QString& code : languages) list.push_back(code.toStdString());
        for (const CurveLook& look : languageLooks(list)) QCOMPARE(look.marker, 0);
    }

    void nobodyOfAHundredAndTwentyEightLooksLikeAnother()
    {
        std::vector<std::string> codes;
        for (const LanguageFacts& language : knownLanguages()) codes.push_back(language.code);
        while (codes.size() < 128) codes.push_back("made-up-" + std::to_string(codes.size()));
        const std::vector<CurveLook> looks = languageLooks(codes);
        int most = 0;
        for (std::size_t i = 0; i < looks.size(); ++i) {
            most = std::max(most, looks[i].marker);
            for (std::size_t k = 0; k < i; ++k) {
                if (looks[i].marker != looks[k].marker) continue;
                const ColourPair a = looks[i].colour, b = looks[k].colour;
                QVERIFY2(std::min(colourDistance(a.light, b.light), colourDistance(a.dark, b.dark)) >= 0.025,
                         (codes[i] + " " + codes[k]).c_str());
            }
        }
        QVERIFY2(most <= kMarkerShapes, qPrintable(QString::number(most)));
    }

    void distanceIsThatOfTheEyeThatSeesLeast()
    {
        QCOMPARE(colourDistance(0x123456, 0x123456), 0.0);
        QVERIFY(std::abs(colourDistance(0x000000, 0xFFFFFF) - 1) < 1e-3);
        QVERIFY(colourDistance(0xD0021B, 0x7A6A00) < 0.2);  // red and olive, which red-blind eyes confuse
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
