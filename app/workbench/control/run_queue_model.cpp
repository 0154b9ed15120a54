#include "app/workbench/control/run_queue_model.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QMimeData>
#include <QSaveFile>
#include <algorithm>

namespace moebel
{

namespace
{

const QString kMimeType = QStringLiteral("application/x-moebel-queue-row");

QJsonObject toJson(const QueueEntry& entry)
{
    return {{"id", entry.id},
            {"title", entry.title},
            {"experiment_file", entry.request.experimentFile},
            {"text", entry.request.text},
            {"set", QJsonArray::fromStringList(entry.request.overrides)},
            {"runs_folder", entry.request.runsFolder},
            {"name", entry.request.name},
            {"queued_at", entry.queuedAt},
            {"failed", entry.state == QueueState::Failed},
            {"message", entry.message}};
}

QueueEntry entryOf(const QJsonObject& json)
{
    QueueEntry entry;
    entry.id = json["id"].toString();
    entry.title = json["title"].toString();
    entry.request.experimentFile = json["experiment_file"].toString();
    entry.request.text = json["text"].toString();
    for (const QJsonValue& change : json["set"].toArray()) entry.request.overrides << change.toString();
    entry.request.runsFolder = json["runs_folder"].toString();
    entry.request.name = json["name"].toString();
    entry.queuedAt = json["queued_at"].toInteger();
    if (json["failed"].toBool()) entry.state = QueueState::Failed;  // what was starting when the window closed waits again
    entry.message = json["message"].toString();
    return entry;
}

QString stateWord(QueueState state)
{
    switch (state) {
        case QueueState::Waiting:
            return RunQueueModel::tr("waiting");
        case QueueState::Starting:
            return RunQueueModel::tr("starting");
        case QueueState::Failed:
            return RunQueueModel::tr("could not start");
    }
    return {};
}

}  // namespace

QString RunQueueModel::file() const { return QDir(m_folder).filePath(QStringLiteral("queue.json")); }

QString RunQueueModel::load(const QString& projectFolder)
{
    m_folder = projectFolder;
    QString problem;
    beginResetModel();
    m_entries.clear();
    m_paused = false;
    read(&problem);
    endResetModel();
    Q_EMIT changed();
    return problem;
}

void RunQueueModel::reloadIfChanged()
{
    if (m_folder.isEmpty() || QFileInfo(file()).lastModified() == m_fileTime) return;
    beginResetModel();
    QString problem;
    read(&problem);
    endResetModel();
    Q_EMIT changed();
}

bool RunQueueModel::read(QString* problem)
{
    m_fileTime = QFileInfo(file()).lastModified();
    QFile source(file());
    if (!source.exists()) {
        m_entries.clear();
        return true;
    }
    const QJsonDocument document =
        source.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(source.readAll()) : QJsonDocument();
    if (!document.isObject() || document["version"].toInt() != 1) {
        *problem = tr("\u2068%1\u2069 is no queue of version 1; it is left alone, and the queue begins empty.").arg(file());
        return false;
    }
    m_paused = document["paused"].toBool();
    m_entries.clear();
    for (const QJsonValue& entry : document["entries"].toArray()) m_entries.push_back(entryOf(entry.toObject()));
    return true;
}

void RunQueueModel::save()
{
    QJsonArray entries;
    for (const QueueEntry& entry : m_entries) entries.append(toJson(entry));
    QSaveFile target(file());
    const QByteArray text = QJsonDocument(QJsonObject{{"version", 1}, {"paused", m_paused}, {"entries", entries}}).toJson();
    if (!target.open(QIODevice::WriteOnly) || target.write(text) != text.size() || !target.commit())
        Q_EMIT saveFailed(tr("The queue could not be written to \u2068%1\u2069: %2; it is lost when the window closes.")
                              .arg(file(), target.errorString()));
    m_fileTime = QFileInfo(file()).lastModified();
    Q_EMIT changed();
}

int RunQueueModel::rowOf(const QString& id) const
{
    const auto found =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const QueueEntry& entry) { return entry.id == id; });
    return found == m_entries.end() ? -1 : int(found - m_entries.begin());
}

void RunQueueModel::append(QueueEntry entry)
{
    const int row = int(m_entries.size());
    beginInsertRows({}, row, row);
    m_entries.push_back(std::move(entry));
    endInsertRows();
    save();
}

void RunQueueModel::remove(int row)
{
    if (row < 0 || row >= rowCount()) return;
    beginRemoveRows({}, row, row);
    m_entries.erase(m_entries.begin() + row);
    endRemoveRows();
    save();
}

void RunQueueModel::move(int row, int before)
{
    if (row < 0 || row >= rowCount() || before < 0 || before > rowCount()) return;
    if (!beginMoveRows({}, row, row, {}, before)) return;
    const auto begin = m_entries.begin();
    if (before > row)
        std::rotate(begin + row, begin + row + 1, begin + before);
    else
        std::rotate(begin + before, begin + row, begin + row + 1);
    endMoveRows();
    save();
}

void RunQueueModel::setState(int row, QueueState state, const QString& message)
{
    if (row < 0 || row >= rowCount()) return;
    QueueEntry& entry = m_entries[std::size_t(row)];
    entry.state = state;
    entry.message = message;
    Q_EMIT dataChanged(index(row), index(row));
    save();
}

void RunQueueModel::setPaused(bool paused)
{
    if (paused == m_paused) return;
    m_paused = paused;
    save();
}

int RunQueueModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_entries.size()); }

QVariant RunQueueModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const QueueEntry& entry = m_entries[std::size_t(index.row())];
    const QDateTime queued = QDateTime::fromMSecsSinceEpoch(entry.queuedAt);
    switch (role) {
        case Qt::DisplayRole:
            return entry.title;
        case Qt::ToolTipRole: {
            const QString when = tr("Queued %1 from \u2068%2\u2069")
                                     .arg(QLocale().toString(queued, QLocale::ShortFormat), entry.request.experimentFile);
            return entry.message.isEmpty() ? when : when + QLatin1Char('\n') + entry.message;
        }
        case Qt::AccessibleTextRole:
            return tr("%1, %2").arg(entry.title, stateWord(entry.state));
        case IdRole:
            return entry.id;
        case StateRole:
            return int(entry.state);
        case StateTextRole:
            return stateWord(entry.state);
        case MessageRole:
            return entry.message;
        case FileRole:
            return entry.request.experimentFile;
        case QueuedAtRole:
            return queued;
        default:
            return {};
    }
}

QHash<int, QByteArray> RunQueueModel::roleNames() const
{
    QHash<int, QByteArray> names = QAbstractListModel::roleNames();
    names.insert({{IdRole, "id"},
                  {StateRole, "state"},
                  {StateTextRole, "stateText"},
                  {MessageRole, "message"},
                  {FileRole, "file"},
                  {QueuedAtRole, "queuedAt"}});
    return names;
}

Qt::ItemFlags RunQueueModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags plain = QAbstractListModel::flags(index);
    return index.isValid() ? plain | Qt::ItemIsDragEnabled : plain | Qt::ItemIsDropEnabled;
}

QStringList RunQueueModel::mimeTypes() const { return {kMimeType}; }

QMimeData* RunQueueModel::mimeData(const QModelIndexList& indexes) const
{
    if (indexes.isEmpty()) return nullptr;
    auto* data = new QMimeData;
    data->setData(kMimeType, indexes.first().data(IdRole).toString().toUtf8());
    return data;
}

bool RunQueueModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int, const QModelIndex& parent)
{
    if (action != Qt::MoveAction || !data || !data->hasFormat(kMimeType)) return false;
    const int from = rowOf(QString::fromUtf8(data->data(kMimeType)));
    if (from < 0) return false;
    move(from, row >= 0 ? row : parent.isValid() ? parent.row() : rowCount());
    return false;  // moved already: the view has nothing to remove
}

}  // namespace moebel
