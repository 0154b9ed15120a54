// The actions of the frame itself.
#pragma once

#include <QStringList>

#include "app/workbench/application/page_id.h"
#include "app/workbench/application/text_size.h"
#include "app/workbench/application/theme_control.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/settings/preferences.h"
#include "app/workbench/window/opener.h"
#include "app/workbench/window/workspaces.h"

class QMainWindow;
class QWidget;

namespace moebel
{

class CommandPalette;

/// What the actions act on.
struct Frame {
    QMainWindow& window;
    PageContext& context;
    Opener& opener;
    Workspaces& workspaces;
    ThemeControl& theme;
    TextSize& text;
    Preferences& preferences;
    CommandPalette& palette;
};
void addWindowActions(const Frame& frame);

/// Ids in the table of actions.
QString pageAction(PageId page);
QString workspaceAction(const QString& name);
/// The workspaces side by side, for the corner of the menu bar.
QWidget* workspaceSwitch(const ActionTable& actions, QWidget* parent);

/// How a workspace looks before anybody changed it.
PageId standardPage(const QString& workspace);
QStringList standardDocks(const QString& workspace);

}  // namespace moebel
