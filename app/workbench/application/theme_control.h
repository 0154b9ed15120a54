// The theme of the application: what was chosen, and for "as the system" what the desktop says.
#pragma once

#include <QObject>
#include <QPalette>

#include "app/workbench/application/desktop_colours.h"
#include "app/workbench/application/options.h"

namespace moebel
{

class ThemeControl : public QObject
{
    Q_OBJECT

public:
    /// Applies `choice` at once.
    explicit ThemeControl(ThemeChoice choice, QObject* parent = nullptr);

    ThemeChoice choice() const { return m_choice; }
    void choose(ThemeChoice choice);

private:
    void apply();

    ThemeChoice m_choice;
    QPalette m_atStart;  ///< what the platform gave the application
    DesktopColours m_desktop;
};

}  // namespace moebel
