// Which experts a language uses: one routing map, with a choice of language, measure and step.
#pragma once

#include <QWidget>
#include <optional>

#include "app/workbench/control/selection.h"
#include "moebel/analysis/routing_map.h"

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace moebel
{

class RoutingMapWidget;

class RoutingPage : public QWidget
{
    Q_OBJECT

public:
    RoutingPage(Selection& selection, Jobs& jobs, QWidget* parent = nullptr);

    /// The language to begin with, when the run has it.
    void preferLanguage(const QString& code);

private:
    void build();
    void connectAll();
    void readRun();
    void showRun(RunRouting routing);
    void fillLanguages();
    void fillSteps();
    void readStep();
    void showMap();
    void save();
    QString stepText(const RoutingCapture& capture) const;
    RoutingMeasure measure() const;

    Selection& m_selection;
    Jobs& m_jobs;
    RunRouting m_run;
    std::vector<RoutingCapture> m_steps;  ///< of the chosen text
    std::optional<CaptureRouting> m_shown;
    QString m_preferred;
    quint64 m_request = 0;

    QLabel* m_title;
    QComboBox* m_language;
    QComboBox* m_measure;
    QComboBox* m_split;
    QSlider* m_step;
    QLabel* m_stepText;
    RoutingMapWidget* m_map;
    QLabel* m_readout;
    QToolButton* m_save;
};

}  // namespace moebel
