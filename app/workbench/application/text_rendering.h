// How text is drawn, before the first of it is.
#pragma once

#include "app/workbench/application/options.h"

namespace moebel
{

/// Fonts with cubic outlines (Noto's Chinese, Japanese and Korean) are thickened by FreeType and blended with gamma by Qt, all
/// other fonts are not: dark on light both even out, light on dark they add up and the text looks bold. The thickening is set
/// for the theme that the program starts with, half of it where the desktop is going to say which; what FREETYPE_PROPERTIES
/// says goes before. To be called before the application object is made.
void prepareTextRendering(ThemeChoice theme);

}  // namespace moebel
