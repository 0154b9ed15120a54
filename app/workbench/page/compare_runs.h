// The list in which runs are chosen for a comparison: ticked ones take part, one of them is the baseline.
#pragma once

#include <QListWidget>
#include <memory>

#include "app/workbench/control/readers.h"

namespace moebel
{

/// Space ticks, B makes the current run the baseline. Damaged runs can't be ticked.
class CompareRuns : public QListWidget
{
    Q_OBJECT

public:
    explicit CompareRuns(QWidget* parent = nullptr);

    /// Keeps what is ticked, by id, and the items where the same runs come again.
    void setRuns(std::shared_ptr<const ProjectContents> project);
    /// Ticks these; the first is the baseline.
    void choose(const QStringList& ids);
    /// Ids of the ticked runs, the baseline first.
    QStringList chosen() const;

Q_SIGNALS:
    void chosenChanged();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void ticked(QListWidgetItem* item);
    void fill(QListWidgetItem& item, const RunSummary& run);
    void rebuild();
    void showBaseline();

    std::shared_ptr<const ProjectContents> m_project = std::make_shared<ProjectContents>();
    QString m_baseline;
    int m_rowHeight = 0;  ///< 0: as high as a row is by itself
};

}  // namespace moebel
