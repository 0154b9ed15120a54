#include "app/workbench/control/glyph_watch.h"

#include <QFontMetrics>

#include "app/workbench/control/navigator.h"
#include "widgets/support/script_fonts.h"

namespace moebel
{

void GlyphWatch::look(const QString& text, const QFont& font)
{
    constexpr char32_t kLastOfLatin = 0x24F;  // every font of an interface has these
    const QFontMetrics metrics(font);
    const auto isShown = [&](char32_t character) {
        if (character <= kLastOfLatin || m_seen.contains(uint(character))) return true;
        m_seen.insert(uint(character));
        return metrics.inFontUcs4(uint(character));
    };
    for (const MissingScript& script : missingScripts(text, isShown)) {
        if (m_told.contains(script.name)) continue;
        m_told.insert(script.name);
        m_navigator.tell(MessageKind::Warning,
                         tr("No font shows the script %1, letters of it are missing; install the package %2.")
                             .arg(QStringLiteral("\u2068%1\u2069").arg(script.name), script.package));
    }
}

}  // namespace moebel
