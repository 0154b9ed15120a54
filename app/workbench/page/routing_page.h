// Which experts a language uses: maps over languages, layers and steps, and their differences.
#pragma once

#include <QWidget>
#include <optional>

#include "app/workbench/page/page_context.h"
#include "app/workbench/page/routing_views.h"
#include "app/workbench/page/when_seen.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace moebel
{

class StepPlayer;
class EmptyState;

class RoutingPage : public QWidget
{
    Q_OBJECT

public:
    explicit RoutingPage(PageContext& context, QWidget* parent = nullptr);

    /// What is shown; none before it was read.
    const SharedPicture& picture() const { return m_picture; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void connectAll();
    void addActions(PageContext& context);
    void readRun();
    void showRun(RunRouting routing);
    void showEmpty();
    void fillLanguages();
    void fillSteps();
    void fillReferences();
    void readStep();
    void showPicture();
    void followFocus();
    QString command() const;
    QString stepText(const RoutingCapture& capture) const;
    RoutingMeasure measure() const;

    Selection& m_selection;
    Jobs& m_jobs;
    Navigator& m_navigator;
    RunRouting m_run;
    std::vector<RoutingCapture> m_steps;  ///< of the chosen text
    SharedPicture m_picture;
    QString m_problem;
    QString m_preferred;  ///< the language to begin with, when the run has it
    WhenSeen* m_readRun;  ///< a hidden page reads nothing
    quint64 m_runRequest = 0;
    quint64 m_request = 0;   ///< of a step
    bool m_follows = false;  ///< the focus, as soon as the run was read
    bool m_reading = false;

    QLabel* m_title;
    QComboBox* m_language;
    QComboBox* m_measure;
    QComboBox* m_split;
    QComboBox* m_reference;
    StepPlayer* m_player;
    RoutingViews* m_views;
    QLabel* m_readout;
    QWidget* m_body;  ///< everything below the title
    EmptyState* m_empty;
    QToolButton* m_export;
};

}  // namespace moebel
