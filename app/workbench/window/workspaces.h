// The named arrangements of the window: page, docks, geometry, and the look of the pages.
#pragma once

#include <QMap>
#include <QObject>

#include "app/workbench/settings/window_memory.h"

namespace moebel
{

/// The window as an arrangement sees it.
class Arrangeable
{
public:
    virtual ~Arrangeable() = default;
    virtual WorkspaceMemory arrangement() const = 0;
    virtual void arrange(const WorkspaceMemory& arrangement) = 0;
    /// How a workspace looks before anybody changed it.
    virtual WorkspaceMemory standard(const QString& workspace) const = 0;
};

class Workspaces : public QObject
{
    Q_OBJECT

public:
    explicit Workspaces(Arrangeable& window, QObject* parent = nullptr) : QObject(parent), m_window(window) {}

    const QString& current() const { return m_current; }
    /// Keeps how the window looks now under the current name and arranges it as it was left under the new one.
    void change(const QString& name);
    /// The current one as it looks before anybody changed it.
    void reset();

    /// At start: takes what was remembered and arranges the window as `name`, or as it was left when that is empty.
    void restore(const QMap<QString, WorkspaceMemory>& remembered, const QString& name);
    /// At the end: all of them, the current one as it is now.
    QMap<QString, WorkspaceMemory> all() const;

Q_SIGNALS:
    void changed();

private:
    WorkspaceMemory of(const QString& name) const;

    Arrangeable& m_window;
    QString m_current;
    QMap<QString, WorkspaceMemory> m_left;
};

}  // namespace moebel
