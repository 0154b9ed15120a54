// Experiments that wait for their turn, in order; kept in queue.json of the project.
#pragma once

#include <QAbstractListModel>
#include <QDateTime>
#include <vector>

#include "app/workbench/control/worker_launcher.h"

namespace moebel
{

enum class QueueState { Waiting, Starting, Failed };

/// One run to come. Its description is the text at the time it was queued; later changes of the file do not reach it.
struct QueueEntry {
    QString id;
    QString title;
    LaunchRequest request;
    qint64 queuedAt = 0;  ///< milliseconds since 1970
    QueueState state = QueueState::Waiting;
    QString message;  ///< why it failed

    bool operator==(const QueueEntry&) const = default;
};

class RunQueueModel : public QAbstractListModel
{
    Q_OBJECT

public:
    /// DisplayRole: the title; ToolTipRole: file, time and what went wrong.
    enum Role { IdRole = Qt::UserRole, StateRole, StateTextRole, MessageRole, FileRole, QueuedAtRole };

    using QAbstractListModel::QAbstractListModel;

    /// The queue of this project; what is wrong with its file is the answer, and then the queue is empty and the file is left
    /// alone until something is queued.
    QString load(const QString& projectFolder);
    /// Reads the file again when another window changed it.
    void reloadIfChanged();
    QString projectFolder() const { return m_folder; }

    const std::vector<QueueEntry>& entries() const { return m_entries; }
    int rowOf(const QString& id) const;
    bool paused() const { return m_paused; }

    void append(QueueEntry entry);
    void remove(int row);
    /// To stand before the row `before`, counted while it still stands at `row`; rowCount() = to the end.
    void move(int row, int before);
    void setState(int row, QueueState state, const QString& message = {});
    void setPaused(bool paused);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;
    /// Rows can be dragged to another place.
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column, const QModelIndex& parent) override;

Q_SIGNALS:
    /// Anything about the queue: its rows, their states, whether it is paused.
    void changed();
    /// The file could not be written: one sentence.
    void saveFailed(const QString& sentence);

private:
    QString file() const;
    bool read(QString* problem);
    void save();

    QString m_folder;
    QDateTime m_fileTime;
    std::vector<QueueEntry> m_entries;
    bool m_paused = false;
};

}  // namespace moebel
