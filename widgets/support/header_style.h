// How the headings of every table look: flat, from the palette, so that they follow the theme.
#pragma once

class QHeaderView;
class QTableView;

namespace moebel
{

/// `air`: pixels beside a heading, as many as the cells below it have.
void applyHeaderStyle(QHeaderView& header, int air = 3);
/// Rows as high as a line of text and `air` pixels, also when the font changes.
void setRowAir(QTableView& table, int air);

}  // namespace moebel
