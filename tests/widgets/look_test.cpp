// How the window looks in both themes: everything that is read stands out from its ground, every script has a font.
#include <QCheckBox>
#include <QFontMetrics>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QSignalSpy>
#include <QtTest>

#include "app/workbench/application/theme.h"
#include "app/workbench/control/glyph_watch.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/run_cells.h"
#include "app/workbench/page/compare_tables.h"
#include "moebel/analysis/colour.h"
#include "widgets/edit/value_field.h"
#include "widgets/support/plot_style.h"
#include "widgets/support/script_fonts.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"

using namespace moebel;

namespace
{

double contrastOf(const QColor& a, const QColor& b)
{
    return contrast(std::uint32_t(a.rgb() & 0xFFFFFF), std::uint32_t(b.rgb() & 0xFFFFFF));
}

/// Largest contrast of a pixel to the ground in a widget's left part.
double loudestPixel(QWidget& widget, const QColor& ground, const QRect& part)
{
    const QImage image = widget.grab().toImage();
    double loudest = 1;
    for (int y = part.top(); y <= part.bottom(); ++y)
        for (int x = part.left(); x <= part.right(); ++x)
            loudest = std::max(loudest, contrastOf(image.pixelColor(x, y), ground));
    return loudest;
}

/// How black a text is: the share of ink in its picture.
double inkOf(const QString& text, const QFont& font)
{
    QImage image(400, 60, QImage::Format_Grayscale8);
    image.fill(255);
    QPainter painter(&image);
    painter.setFont(font);
    painter.drawText(image.rect(), Qt::AlignCenter, text);
    painter.end();
    double ink = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) ink += 255 - qGray(image.pixel(x, y));
    return ink;
}

}  // namespace

class LookTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QGuiApplication::setFont(withScripts(QGuiApplication::font())); }
    void cleanup() { applyTheme(themePalette(false)); }

    void wordsStandOutFromTheirGround_data()
    {
        QTest::addColumn<QPalette>("palette");
        QTest::newRow("dark") << themePalette(true);
        QTest::newRow("light") << themePalette(false);
        QTest::newRow("paper") << paperPalette();
    }

    void wordsStandOutFromTheirGround()
    {
        QFETCH(QPalette, palette);
        const auto reads = [&](const char* what, const QColor& colour, std::initializer_list<QPalette::ColorRole> grounds) {
            for (QPalette::ColorRole ground : grounds) {
                const double found = contrastOf(colour, palette.color(ground));
                QVERIFY2(found >= 4.5,
                         qPrintable(QStringLiteral("%1 on role %2: %3").arg(QLatin1String(what)).arg(ground).arg(found)));
                QCOMPARE(colour.alpha(), 255);
            }
        };
        const auto everywhere = {QPalette::Window, QPalette::Base, QPalette::AlternateBase};
        reads("words", palette.color(QPalette::WindowText), everywhere);
        reads("text", palette.color(QPalette::Text), everywhere);
        reads("what is wrong", palette.color(kErrorRole), everywhere);
        reads("what to look at", palette.color(kWarningRole), everywhere);
        reads("what went well", goodColour(palette), everywhere);
        reads("what matters less", mutedText(palette), {QPalette::Window});
        reads("buttons", palette.color(QPalette::ButtonText), {QPalette::Button});
        reads("chosen rows", palette.color(QPalette::HighlightedText), {QPalette::Highlight});
        if (palette == paperPalette()) return;  // nothing is clicked there
        reads("hints", palette.color(QPalette::PlaceholderText), everywhere);
        reads("links", palette.color(QPalette::Link), everywhere);
        reads("tool tips", palette.color(QPalette::ToolTipText), {QPalette::ToolTipBase});
        for (int state = 0; state <= int(RunState::Damaged); ++state)
            reads("a state", stateColour(RunState(state), palette), everywhere);
        for (QPalette::ColorRole ground : everywhere) {
            QVERIFY(contrastOf(outlineColour(palette), palette.color(ground)) >= 3);
            QVERIFY(contrastOf(palette.color(QPalette::Disabled, QPalette::WindowText), palette.color(ground)) >= 3);
            for (std::size_t run = 0; run < 8; ++run) {
                const ColourPair colour = comparedRunColour(run);
                QVERIFY(contrastOf(colourOf(isDark(palette) ? colour.dark : colour.light), palette.color(ground)) >= 3);
            }
        }
    }

    void boxesAndFieldsHaveEdgesInBothThemes()
    {
        for (const bool dark : {true, false}) {
            applyTheme(themePalette(dark));
            const QColor ground = themePalette(dark).color(QPalette::Window);
            QCheckBox box("x");
            box.resize(60, 24);
            QVERIFY2(loudestPixel(box, ground, {0, 0, 14, 24}) >= 3, dark ? "box, dark" : "box, light");
            QLineEdit line;
            line.resize(100, 26);
            QVERIFY2(loudestPixel(line, ground, {0, 0, 3, 26}) >= 3, dark ? "field, dark" : "field, light");
        }
    }

    void aProblemInTheFormIsReadAsWellAsItsNeighbours()
    {
        for (const bool dark : {true, false}) {
            applyTheme(themePalette(dark));
            ValueFieldSpec spec;
            spec.label = QStringLiteral("MMMMMM");
            ValueField field(spec);
            field.setProblem(QStringLiteral("wrong"));
            field.resize(200, 60);
            const QColor ground = themePalette(dark).color(QPalette::Window);
            QVERIFY2(loudestPixel(field, ground, {0, 0, 90, 18}) >= 4.5, dark ? "dark" : "light");
        }
    }

    void aTitleStandsWhereTheLinesOfTheWindowBegin()
    {
        applyTheme(themePalette(false));
        const QColor ground = themePalette(false).color(QPalette::Window);
        for (const bool mirrored : {false, true}) {
            QLabel title(QStringLiteral("MMMM"));  // whatever the direction of its text
            title.setLayoutDirection(mirrored ? Qt::RightToLeft : Qt::LeftToRight);
            beTitle(title);
            title.resize(600, 40);
            QCOMPARE(loudestPixel(title, ground, {0, 0, 200, 40}) >= 4.5, !mirrored);
            QCOMPARE(loudestPixel(title, ground, {400, 0, 200, 40}) >= 4.5, mirrored);
        }
    }

    void chineseIsAsBlackInOneThemeAsInTheOther()
    {
        const QString chinese = QString::fromUtf8("简体中文每个词元经过");
        QFont bold = withScripts(QFont());
        bold.setBold(true);
        const double regular = inkOf(chinese, withScripts(QFont()));
        QVERIFY(regular > 0);
        QVERIFY2(inkOf(chinese, bold) > 1.15 * regular, "bold looks like regular");
        QVERIFY2(std::abs(inkOf(chinese, withScripts(QFont(), "zh-CN")) - regular) < 1e-9, "the same font, another weight");
    }

    void hanIsWrittenAsTheLanguageWritesIt()
    {
        QVERIFY(withScripts(QFont(), "ja").families().contains("Noto Sans CJK JP"));
        QVERIFY(withScripts(QFont(), "ko").families().contains("Noto Sans CJK KR"));
        QVERIFY(withScripts(QFont(), "zh-TW").families().contains("Noto Sans CJK TC"));
        QVERIFY(withScripts(QFont(), "zh-CN").families().contains("Noto Sans CJK SC"));
        QVERIFY(withScripts(QFont(), "el").families().contains("Noto Sans CJK SC"));
        QCOMPARE(withScripts(QFont()).families().first(), QFont().family());
    }

    void whatNoFontShowsIsNamedWithItsPackage()
    {
        const auto onlyLatin = [](char32_t character) { return character < 0x250; };
        QCOMPARE(missingScripts(QString::fromUtf8("abc, déf 12%"), onlyLatin), std::vector<MissingScript>());
        const auto found =
            missingScripts(QString::fromUtf8("हिन्दी · 日本語 かな · 𞤀 ⁨x⁩"), onlyLatin);
        QCOMPARE(found.size(), std::size_t(4));
        QCOMPARE(found[0], (MissingScript{"Devanagari", "fonts-noto-core"}));
        QCOMPARE(found[1], (MissingScript{"Chinese", "fonts-noto-cjk"}));
        QCOMPARE(found[2], (MissingScript{"Japanese", "fonts-noto-cjk"}));
        QCOMPARE(found[3].name, QString("U+1E900"));
    }

    void everyLanguageOfTheTableHasAFontHere()
    {
        Navigator navigator;
        QSignalSpy told(&navigator, &Navigator::told);
        GlyphWatch watch(navigator);
        for (const LanguageFacts& language : knownLanguages())
            watch.look(QString::fromStdString(language.nativeName), QGuiApplication::font());
        QStringList sentences;
        for (const auto& call : told) sentences << call[1].toString();
        QVERIFY2(told.isEmpty(), qPrintable(sentences.join('\n')));
        watch.look(QString::fromUcs4(U"\U00012F90", 1), QGuiApplication::font());  // Cypro-Minoan: Noto of 2020 has none
        watch.look(QString::fromUcs4(U"\U00012F90", 1), QGuiApplication::font());
        QCOMPARE(told.count(), 1);
        QVERIFY(told[0][1].toString().contains("install the package"));
    }
};

QTEST_MAIN(LookTest)
#include "look_test.moc"
