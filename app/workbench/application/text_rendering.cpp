#include "app/workbench/application/text_rendering.h"

#include <QtGlobal>

namespace moebel
{

namespace
{

constexpr const char* kProperties = "FREETYPE_PROPERTIES";

// Pairs of stem width and thickening, in thousandths of a pixel.
const char* darkening(ThemeChoice theme)
{
    switch (theme) {
        case ThemeChoice::Dark:
            return "cff:darkening-parameters=500,0,1000,0,1667,0,2333,0";
        case ThemeChoice::System:
            return "cff:darkening-parameters=500,100,1000,100,1667,100,2333,0";
        case ThemeChoice::Light:
            break;
    }
    return nullptr;
}

}  // namespace

void prepareTextRendering(ThemeChoice theme)
{
    if (const char* wanted = darkening(theme); wanted && !qEnvironmentVariableIsSet(kProperties)) qputenv(kProperties, wanted);
}

}  // namespace moebel
