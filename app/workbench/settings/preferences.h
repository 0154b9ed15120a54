// What the user prefers, everywhere: an INI file. Layout and recent projects are state (window_memory.h), not preferences.
#pragma once

#include <QString>

#include "app/workbench/application/options.h"

namespace moebel
{

class Preferences
{
public:
    /// Without a file nothing is read and nothing written.
    explicit Preferences(QString file = {}) : m_file(std::move(file)) {}

    ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);
    /// See TextSize; 100 where nothing was chosen.
    int textPercent() const;
    void setTextPercent(int percent);

private:
    QString m_file;
};

}  // namespace moebel
