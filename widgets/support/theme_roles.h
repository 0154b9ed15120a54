// Colours that mean something beside Qt's own roles of a palette.
#pragma once

#include <QColor>
#include <QPalette>

namespace moebel
{

/// What is wrong, in words: Qt leaves this role to programs, the themes fill it. Read on every ground of the theme.
inline constexpr QPalette::ColorRole kErrorRole = QPalette::BrightText;
/// What should be looked at; the same.
inline constexpr QPalette::ColorRole kWarningRole = QPalette::LinkVisited;

bool isDark(const QPalette& palette);
/// What went well.
QColor goodColour(const QPalette& palette);
/// The edge of something to be clicked or filled in, with a contrast of 3 or more to the ground it stands on.
QColor outlineColour(const QPalette& palette);

}  // namespace moebel
