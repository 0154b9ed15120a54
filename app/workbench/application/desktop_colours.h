// Whether the desktop wants dark or light: the portal's org.freedesktop.appearance color-scheme. Qt 6.4 does not ask for it.
#pragma once

#include <QObject>
#include <optional>

class QDBusVariant;

namespace moebel
{

/// Without one libdbus would try to start a bus of its own.
bool hasSessionBus();

class DesktopColours : public QObject
{
    Q_OBJECT

public:
    /// Asks without waiting; where there is no session bus or no portal nothing ever comes.
    explicit DesktopColours(QObject* parent = nullptr);

    /// None as long as the desktop did not say.
    std::optional<bool> dark() const { return m_dark; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void take(const QString& group, const QString& key, const QDBusVariant& value);

private:
    std::optional<bool> m_dark;
};

}  // namespace moebel
