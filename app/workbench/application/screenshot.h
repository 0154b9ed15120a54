// Draws a page into a file and ends the program.
#pragma once

#include "app/workbench/application/options.h"

namespace moebel
{

class MainWindow;

/// Waits until everything is read and drawn, saves the picture and leaves the event loop: 0; with one sentence on stderr 1 (the
/// file can't be written) or 2 (the page does not fit into the size).
void takeScreenshot(MainWindow& window, const Screenshot& screenshot);

}  // namespace moebel
