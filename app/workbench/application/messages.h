// What Qt itself has to say.
#pragma once

namespace moebel
{

/// Keeps from the terminal what is no fault: that a family of a list has not the script of a text, which is what the list is
/// for. `onlyFaults`: of everything else only what is critical, for pictures made by scripts.
void quietMessages(bool onlyFaults);

}  // namespace moebel
