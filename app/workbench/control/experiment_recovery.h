// The experiment that is being written survives a window that ends badly: what is not saved is kept in the state folder.
#pragma once

#include <QLockFile>
#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>

#include "app/workbench/control/experiment_document.h"

namespace moebel
{

/// What was not saved: the file it belongs to (empty = none yet), and the text.
struct UnsavedExperiment {
    QString file;
    QString text;
};

/// Every window keeps a file of its own as long as its document has changes, and takes it away when it ends in order.
class ExperimentRecovery : public QObject
{
    Q_OBJECT

public:
    /// `folder`: empty = nothing is kept.
    ExperimentRecovery(ExperimentDocument& document, QString folder, QObject* parent = nullptr);
    ~ExperimentRecovery() override;

    /// The newest that a window left behind which is no longer there; it is this window's from now on. To be called once.
    std::optional<UnsavedExperiment> takeOver();

private:
    bool claim(const QString& file);
    void keep();

    ExperimentDocument& m_document;
    QString m_folder;
    QString m_file;
    std::unique_ptr<QLockFile> m_lock;
    QTimer m_timer;
};

}  // namespace moebel
