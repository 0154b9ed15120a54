// One window a project: a second start hands over what it was asked for to the window that is there.
#pragma once

#include <QLocalServer>
#include <QLockFile>
#include <QObject>
#include <QStringList>
#include <memory>
#include <optional>

namespace moebel
{

/// What a second start wants of the window that is there.
struct Request {
    QStringList paths;      ///< absolute; empty = nothing but to be seen
    QString workspace;      ///< empty = as it is
    QByteArray activation;  ///< the desktop's leave to come to the front (XDG_ACTIVATION_TOKEN); may be empty
    bool operator==(const Request&) const = default;
};

/// Listens on a local socket of this user that nobody else can open. What a killed window left behind is taken over; while
/// another window lives, this one does not listen.
class SingleInstance : public QObject
{
    Q_OBJECT

public:
    explicit SingleInstance(QObject* parent = nullptr) : QObject(parent) {}

    /// Answers for `subject` (the folder of a project, or whatever there is to be one window of) from now on instead of what it
    /// answered for before; empty: for nothing. False when another window does.
    bool serve(const QString& subject);
    /// Asks the window that answers for `subject`; false when there is none, or it does not answer within two seconds.
    static bool ask(const QString& subject, const Request& request);

Q_SIGNALS:
    void asked(const moebel::Request& request);

private:
    void answer();

    QString m_subject;
    std::unique_ptr<QLockFile> m_lock;
    std::unique_ptr<QLocalServer> m_server;
};

}  // namespace moebel
