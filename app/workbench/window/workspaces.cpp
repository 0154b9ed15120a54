#include "app/workbench/window/workspaces.h"

namespace moebel
{

WorkspaceMemory Workspaces::of(const QString& name) const
{
    const auto left = m_left.find(name);
    return left != m_left.end() ? *left : m_window.standard(name);
}

void Workspaces::change(const QString& name)
{
    if (name == m_current) return;
    if (!m_current.isEmpty()) m_left.insert(m_current, m_window.arrangement());
    m_current = name;
    m_window.arrange(of(name));
    Q_EMIT changed();
}

void Workspaces::reset()
{
    m_left.remove(m_current);
    m_window.arrange(m_window.standard(m_current));
}

void Workspaces::restore(const QMap<QString, WorkspaceMemory>& remembered, const QString& name)
{
    m_left = remembered;
    m_current = name;
    m_window.arrange(of(name));
    Q_EMIT changed();
}

QMap<QString, WorkspaceMemory> Workspaces::all() const
{
    QMap<QString, WorkspaceMemory> all = m_left;
    if (!m_current.isEmpty()) all.insert(m_current, m_window.arrangement());
    return all;
}

}  // namespace moebel
