#include "app/workbench/application/single_instance.h"

#include <unistd.h>

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QStandardPaths>

namespace moebel
{

namespace
{

constexpr int kConnectMilliseconds = 500, kAnswerMilliseconds = 2000;
constexpr qint64 kLongestRequest = 1 << 20;
const QByteArray kDone = "done\n";
const QString kPaths = QStringLiteral("paths"), kWorkspace = QStringLiteral("workspace"),
              kActivation = QStringLiteral("activation");

// The same folder by another way is the same subject. A socket's path may have a hundred bytes: hence the hash.
QString socketOf(const QString& subject)
{
    const QString canonical = QFileInfo(subject).canonicalFilePath();
    const QByteArray hash =
        QCryptographicHash::hash((canonical.isEmpty() ? subject : canonical).toUtf8(), QCryptographicHash::Sha256)
            .toHex()
            .left(16);
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    const QString folder =
        QFileInfo(runtime).isDir() ? runtime : QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    return QStringLiteral("%1/moebel-window-%2-%3").arg(folder).arg(getuid()).arg(QString::fromLatin1(hash));
}

QByteArray lineOf(const Request& request)
{
    return QJsonDocument(QJsonObject{{kPaths, QJsonArray::fromStringList(request.paths)},
                                     {kWorkspace, request.workspace},
                                     {kActivation, QString::fromLatin1(request.activation)}})
               .toJson(QJsonDocument::Compact) +
           '\n';
}

std::optional<Request> requestOf(const QByteArray& line)
{
    const QJsonDocument json = QJsonDocument::fromJson(line);
    if (!json.isObject()) return std::nullopt;
    Request request{{}, json[kWorkspace].toString(), json[kActivation].toString().toLatin1()};
    for (const QJsonValue& path : json[kPaths].toArray()) request.paths << path.toString();
    return request;
}

}  // namespace

bool SingleInstance::serve(const QString& subject)
{
    if (subject == m_subject && m_server) return true;
    m_server.reset();
    m_lock.reset();
    m_subject = subject;
    if (subject.isEmpty()) return true;
    const QString socket = socketOf(subject);
    auto lock = std::make_unique<QLockFile>(socket + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);  // it is held as long as its window lives
    if (!lock->tryLock(0)) return false;
    QLocalServer::removeServer(socket);  // nobody listens there: the lock was free
    auto server = std::make_unique<QLocalServer>();
    server->setSocketOptions(QLocalServer::UserAccessOption);
    if (!server->listen(socket)) return false;
    connect(server.get(), &QLocalServer::newConnection, this, &SingleInstance::answer);
    m_lock = std::move(lock);
    m_server = std::move(server);
    return true;
}

void SingleInstance::answer()
{
    while (QLocalSocket* socket = m_server->nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        const auto read = [this, socket] {
            if (!socket->canReadLine()) return socket->bytesAvailable() > kLongestRequest ? socket->abort() : void();
            const auto request = requestOf(socket->readLine());
            if (!request) return socket->abort();
            socket->write(kDone);
            socket->disconnectFromServer();
            Q_EMIT asked(*request);
        };
        connect(socket, &QLocalSocket::readyRead, this, read);
        read();
    }
}

bool SingleInstance::ask(const QString& subject, const Request& request)
{
    QLocalSocket socket;
    socket.connectToServer(socketOf(subject));
    if (!socket.waitForConnected(kConnectMilliseconds)) return false;
    socket.write(lineOf(request));
    while (socket.bytesAvailable() < kDone.size())
        if (!socket.waitForReadyRead(kAnswerMilliseconds)) break;
    return socket.readAll() == kDone;
}

}  // namespace moebel
