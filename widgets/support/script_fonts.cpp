#include "widgets/support/script_fonts.h"

#include <QCoreApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QLocale>
#include <algorithm>

namespace moebel
{

namespace
{

struct Script {
    QChar::Script script;
    const char* name;
};
// Those that resources/defaults/languages.json writes in.
constexpr Script kScripts[] = {
    {QChar::Script_Arabic, QT_TRANSLATE_NOOP("Scripts", "Arabic")},
    {QChar::Script_Armenian, QT_TRANSLATE_NOOP("Scripts", "Armenian")},
    {QChar::Script_Bengali, QT_TRANSLATE_NOOP("Scripts", "Bengali")},
    {QChar::Script_Cyrillic, QT_TRANSLATE_NOOP("Scripts", "Cyrillic")},
    {QChar::Script_Devanagari, QT_TRANSLATE_NOOP("Scripts", "Devanagari")},
    {QChar::Script_Ethiopic, QT_TRANSLATE_NOOP("Scripts", "Ethiopic")},
    {QChar::Script_Georgian, QT_TRANSLATE_NOOP("Scripts", "Georgian")},
    {QChar::Script_Greek, QT_TRANSLATE_NOOP("Scripts", "Greek")},
    {QChar::Script_Gujarati, QT_TRANSLATE_NOOP("Scripts", "Gujarati")},
    {QChar::Script_Gurmukhi, QT_TRANSLATE_NOOP("Scripts", "Gurmukhi")},
    {QChar::Script_Han, QT_TRANSLATE_NOOP("Scripts", "Chinese")},
    {QChar::Script_Hangul, QT_TRANSLATE_NOOP("Scripts", "Korean")},
    {QChar::Script_Hebrew, QT_TRANSLATE_NOOP("Scripts", "Hebrew")},
    {QChar::Script_Hiragana, QT_TRANSLATE_NOOP("Scripts", "Japanese")},
    {QChar::Script_Kannada, QT_TRANSLATE_NOOP("Scripts", "Kannada")},
    {QChar::Script_Katakana, QT_TRANSLATE_NOOP("Scripts", "Japanese")},
    {QChar::Script_Khmer, QT_TRANSLATE_NOOP("Scripts", "Khmer")},
    {QChar::Script_Lao, QT_TRANSLATE_NOOP("Scripts", "Lao")},
    {QChar::Script_Latin, QT_TRANSLATE_NOOP("Scripts", "Latin")},
    {QChar::Script_Malayalam, QT_TRANSLATE_NOOP("Scripts", "Malayalam")},
    {QChar::Script_Mongolian, QT_TRANSLATE_NOOP("Scripts", "Mongolian")},
    {QChar::Script_Myanmar, QT_TRANSLATE_NOOP("Scripts", "Burmese")},
    {QChar::Script_Oriya, QT_TRANSLATE_NOOP("Scripts", "Odia")},
    {QChar::Script_Sinhala, QT_TRANSLATE_NOOP("Scripts", "Sinhala")},
    {QChar::Script_Tamil, QT_TRANSLATE_NOOP("Scripts", "Tamil")},
    {QChar::Script_Telugu, QT_TRANSLATE_NOOP("Scripts", "Telugu")},
    {QChar::Script_Thai, QT_TRANSLATE_NOOP("Scripts", "Thai")},
    {QChar::Script_Tibetan, QT_TRANSLATE_NOOP("Scripts", "Tibetan")},
};

constexpr const char* kFamilies[] = {"Arabic",   "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian",  "Gujarati",
                                     "Gurmukhi", "Hebrew",   "Kannada", "Khmer",      "Lao",      "Malayalam", "Mongolian",
                                     "Myanmar",  "Oriya",    "Sinhala", "Tamil",      "Telugu",   "Thai"};

bool isOfEastAsia(QChar::Script script)
{
    return script == QChar::Script_Han || script == QChar::Script_Hiragana || script == QChar::Script_Katakana ||
           script == QChar::Script_Hangul || script == QChar::Script_Bopomofo;
}

// Noto's name for how the language writes Han characters.
QString hanVariant(const QString& language)
{
    const QString tag = language.isEmpty() ? QLocale().bcp47Name() : language;
    const auto is = [&tag](const char* code) {
        return tag == QLatin1String(code) || tag.startsWith(QLatin1String(code) + QLatin1Char('-'));
    };
    if (is("ja")) return QStringLiteral("JP");
    if (is("ko")) return QStringLiteral("KR");
    if (is("zh-HK") || is("zh-Hant-HK") || is("yue")) return QStringLiteral("HK");
    if (is("zh-TW") || is("zh-Hant")) return QStringLiteral("TC");
    return QStringLiteral("SC");
}

QStringList familiesOfScripts()
{
    QStringList families;
    for (const char* script : kFamilies) families << QStringLiteral("Noto Sans ") + QLatin1String(script);
    families.removeIf([](const QString& family) { return !QFontDatabase::hasFamily(family); });
    return families;
}

MissingScript described(char32_t character)
{
    const QChar::Script script = QChar::script(character);
    const QString package = isOfEastAsia(script) ? QStringLiteral("fonts-noto-cjk") : QStringLiteral("fonts-noto-core");
    for (const Script& known : kScripts)
        if (known.script == script) return {QCoreApplication::translate("Scripts", known.name), package};
    return {QStringLiteral("U+%1").arg(uint(character), 4, 16, QLatin1Char('0')).toUpper(), package};
}

}  // namespace

QFont withScripts(QFont font, const QString& language)
{
    static const QStringList kOfScripts = familiesOfScripts();
    // "monospace" is no family but a wish; in a list of families it would be passed over.
    const QString own = QFontDatabase::hasFamily(font.family()) ? font.family() : QFontInfo(font).family();
    const QString noto = QStringLiteral("Noto Sans"), han = QStringLiteral("Noto Sans CJK ") + hanVariant(language);
    // Twice: in a run of Devanagari, Qt takes its font as the first and asks the second and those behind it for what that
    // lacks.
    QStringList families = {own, own};
    if (own != noto && QFontDatabase::hasFamily(noto)) families << noto;
    if (QFontDatabase::hasFamily(han)) families << han;  // before the others, which have some of its signs as well
    font.setFamilies(families + kOfScripts);
    return font;
}

std::vector<MissingScript> missingScripts(const QString& text, const std::function<bool(char32_t)>& isShown)
{
    std::vector<MissingScript> missing;
    for (const uint character : text.toUcs4()) {
        const QChar::Script script = QChar::script(character);
        const bool ofAScript = script > QChar::Script_Common;  // signs and spaces are everywhere
        if (!ofAScript || !QChar::isPrint(character) || QChar::isMark(character) || isShown(character)) continue;
        const MissingScript found = described(character);
        if (std::find(missing.begin(), missing.end(), found) == missing.end()) missing.push_back(found);
    }
    return missing;
}

}  // namespace moebel
