// How the headings of every table look: flat, from the palette, so that they follow the theme.
#pragma once

class QHeaderView;

namespace moebel
{

/// `air`: pixels beside a heading, as many as the cells below it have.
void applyHeaderStyle(QHeaderView& header, int air = 3);

}  // namespace moebel
