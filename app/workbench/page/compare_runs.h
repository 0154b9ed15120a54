// The list in which runs are chosen for a comparison: ticked ones take part, one of them is the baseline.
#pragma once

#include <QListWidget>
#include <vector>

#include "moebel/store/project.h"

namespace moebel
{

/// Space ticks, B makes the current run the baseline. Damaged runs can't be ticked.
class CompareRuns : public QListWidget
{
    Q_OBJECT

public:
    explicit CompareRuns(QWidget* parent = nullptr);

    /// Keeps what is ticked, by id.
    void setRuns(const std::vector<RunSummary>& runs);
    /// Ticks these; the first is the baseline.
    void choose(const QStringList& ids);
    /// Ids of the ticked runs, the baseline first.
    QStringList chosen() const;

Q_SIGNALS:
    void chosenChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void ticked(QListWidgetItem* item);
    void showBaseline();

    QString m_baseline;
};

}  // namespace moebel
