// Dark and light: palettes from resources/themes, icons in the palette's colour.
#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

#include "app/workbench/application/options.h"

namespace moebel {

/// System follows the palette that the desktop gave the application at its start.
QPalette themePalette(ThemeChoice choice, const QPalette& system);
/// Fusion style with this palette, for the whole application.
void applyTheme(const QPalette& palette);
/// resources/icons/<name>.svg with currentColor replaced.
QIcon themedIcon(const QString& name, const QPalette& palette);

}  // namespace moebel
