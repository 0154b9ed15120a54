#include "app/workbench/application/theme_control.h"

#include <QGuiApplication>

#include "app/workbench/application/theme.h"

namespace moebel
{

ThemeControl::ThemeControl(ThemeChoice choice, QObject* parent)
    : QObject(parent), m_choice(choice), m_atStart(QGuiApplication::palette())
{
    connect(&m_desktop, &DesktopColours::changed, this, &ThemeControl::apply);
    apply();
}

void ThemeControl::choose(ThemeChoice choice)
{
    m_choice = choice;
    apply();
}

void ThemeControl::apply()
{
    const bool systemDark = m_desktop.dark().value_or(m_atStart.color(QPalette::Window).lightness() < 128);
    applyTheme(themePalette(m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && systemDark)));
}

}  // namespace moebel
