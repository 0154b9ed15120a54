#include "app/workbench/settings/preferences.h"

#include <QSettings>

namespace moebel
{

namespace
{

const QString kTheme = QStringLiteral("appearance/theme"), kText = QStringLiteral("appearance/text_percent");

QString word(ThemeChoice choice)
{
    switch (choice) {
        case ThemeChoice::System:
            return QStringLiteral("system");
        case ThemeChoice::Dark:
            return QStringLiteral("dark");
        case ThemeChoice::Light:
            return QStringLiteral("light");
    }
    return {};
}

}  // namespace

ThemeChoice Preferences::theme() const
{
    if (m_file.isEmpty()) return ThemeChoice::System;
    const QString found = QSettings(m_file, QSettings::IniFormat).value(kTheme).toString();
    for (ThemeChoice choice : {ThemeChoice::Dark, ThemeChoice::Light})
        if (found == word(choice)) return choice;
    return ThemeChoice::System;
}

void Preferences::setTheme(ThemeChoice choice)
{
    if (!m_file.isEmpty()) QSettings(m_file, QSettings::IniFormat).setValue(kTheme, word(choice));
}

int Preferences::textPercent() const
{
    bool number = false;
    const int percent = m_file.isEmpty() ? 100 : QSettings(m_file, QSettings::IniFormat).value(kText, 100).toInt(&number);
    return number ? percent : 100;
}

void Preferences::setTextPercent(int percent)
{
    if (!m_file.isEmpty()) QSettings(m_file, QSettings::IniFormat).setValue(kText, percent);
}

}  // namespace moebel
