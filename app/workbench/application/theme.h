// Dark and light: palettes from resources/themes, icons in the palette's colour.
#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace moebel
{

QPalette themePalette(bool dark);
/// ThemeStyle with this palette, for the whole application.
void applyTheme(const QPalette& palette);
/// resources/icons/<name>.svg with currentColor replaced.
QIcon themedIcon(const QString& name, const QPalette& palette);

}  // namespace moebel
