// What the palette offers.
#pragma once

#include <vector>

#include "app/workbench/page/page_context.h"
#include "app/workbench/window/opener.h"
#include "app/workbench/window/palette_list.h"

namespace moebel
{

/// Runs of the project, and languages of the chosen run.
std::vector<PaletteItem> jumpItems(PageContext& context);
/// Every action that can be done now, the recent projects, and the above.
std::vector<PaletteItem> commandItems(PageContext& context, Opener& opener);

}  // namespace moebel
