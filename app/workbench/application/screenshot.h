// Draws a page into a file and ends the program.
#pragma once

#include "app/workbench/application/options.h"

namespace moebel {

class MainWindow;

/// Waits until everything is read and drawn, saves the picture and leaves the event loop: 0, or 1 with one sentence on stderr.
void takeScreenshot(MainWindow& window, const Screenshot& screenshot);

}  // namespace moebel
