// The plan of the experiment: four numbers at a glance, parameters by group, the stages.
#pragma once

#include <QWidget>
#include <functional>

#include "app/workbench/page/plan_table.h"

class QLabel;

namespace moebel
{

class PlanEstimate;
struct Plan;

/// "1.3 M", "405 MB", "2 min 12 s": amounts as the plan shows them.
QString parameterText(std::int64_t number);
QString byteText(std::int64_t bytes);
QString durationText(double seconds);

class PlanView : public QWidget
{
    Q_OBJECT

public:
    explicit PlanView(const PlanEstimate& estimate, QWidget* parent = nullptr);

    /// The line that starts the planned run.
    void setCommand(const std::function<QString()>& command);

Q_SIGNALS:
    /// See ExportMenu::told.
    void told(bool ok, const QString& sentence);

private:
    struct Card {
        QLabel* value;
        QLabel* note;
    };
    Card makeCard(const QString& title, const QString& name);
    void refresh();
    void showCards();

    const PlanEstimate& m_estimate;
    Card m_parameters{}, m_memory{}, m_disk{}, m_time{};
    PlanTable* m_groups;
    PlanTable* m_stages;
    QLabel* m_note;
};

PlanRows groupRows(const Plan& plan);
PlanRows stageRows(const Plan& plan);

}  // namespace moebel
