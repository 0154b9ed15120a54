#include "app/workbench/control/experiment_recovery.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>
#include <filesystem>

namespace moebel
{

namespace
{

constexpr int kKeepMilliseconds = 1000;
const QFile::Permissions kOwnOnly = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
const QString kFile = QStringLiteral("file"), kText = QStringLiteral("text");

QJsonObject readObject(const QString& name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

// As a whole; on the GUI thread, therefore without waiting for the disk: a window that is killed loses nothing by that.
void replace(const QString& name, const QJsonObject& object)
{
    QFile file(name + QStringLiteral(".new"));
    if (!file.open(QIODevice::WriteOnly)) return;
    const QByteArray text = QJsonDocument(object).toJson();
    const bool whole = file.write(text) == text.size() && file.flush();
    file.close();
    std::error_code error;
    if (whole) std::filesystem::rename(file.fileName().toStdString(), name.toStdString(), error);
}

}  // namespace

ExperimentRecovery::ExperimentRecovery(ExperimentDocument& document, QString folder, QObject* parent)
    : QObject(parent), m_document(document), m_folder(std::move(folder))
{
    if (m_folder.isEmpty()) return;
    m_timer.setSingleShot(true);
    m_timer.setInterval(kKeepMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &ExperimentRecovery::keep);
    const auto later = [this] {
        if (!m_timer.isActive()) m_timer.start();
    };
    connect(&m_document, &ExperimentDocument::parsed, this, later);
    connect(&m_document, &ExperimentDocument::modifiedChanged, this, later);
}

ExperimentRecovery::~ExperimentRecovery()
{
    if (!m_file.isEmpty()) QFile::remove(m_file);
}

bool ExperimentRecovery::claim(const QString& file)
{
    auto lock = std::make_unique<QLockFile>(file + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);  // held as long as its window lives
    if (!lock->tryLock(0)) return false;
    m_lock = std::move(lock);
    m_file = file;
    return true;
}

std::optional<UnsavedExperiment> ExperimentRecovery::takeOver()
{
    if (m_folder.isEmpty()) return std::nullopt;
    for (const QFileInfo& left : QDir(m_folder).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Time)) {
        if (!claim(left.absoluteFilePath())) continue;
        const QJsonObject json = readObject(m_file);
        if (const QString text = json.value(kText).toString(); !text.isEmpty())
            return UnsavedExperiment{json.value(kFile).toString(), text};
    }
    return std::nullopt;
}

void ExperimentRecovery::keep()
{
    if (!m_document.isModified()) {
        if (!m_file.isEmpty()) QFile::remove(m_file);
        return;
    }
    if (m_file.isEmpty()) {
        if (QDir().mkpath(m_folder)) QFile::setPermissions(m_folder, kOwnOnly);
        if (!claim(m_folder + QLatin1Char('/') + QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".json")))
            return;
    }
    replace(m_file, {{kFile, m_document.file()}, {kText, m_document.text()}});
}

}  // namespace moebel
