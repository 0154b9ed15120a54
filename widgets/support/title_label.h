// Labels as wide as their page: titles, and lines that tell what is seen.
#pragma once

class QLabel;

namespace moebel
{

/// Where a line of the window begins, whatever the direction of its text.
void beginWithLine(QLabel& label);
/// Large, bold, plain text.
void beTitle(QLabel& label);

}  // namespace moebel
