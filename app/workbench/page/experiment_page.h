// The experiment that is being written: form, text, plan and problems side by side.
#pragma once

#include <QWidget>
#include <functional>

#include "app/workbench/control/experiment_document.h"
#include "app/workbench/control/experiment_recovery.h"
#include "app/workbench/control/plan_estimate.h"
#include "app/workbench/page/page_context.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace moebel
{

class ExperimentForm;
class ExperimentStarter;
class ProblemList;
class TomlEditor;

class ExperimentPage : public QWidget
{
    Q_OBJECT

public:
    explicit ExperimentPage(PageContext& context, QWidget* parent = nullptr);

    ExperimentDocument& document() { return m_document; }

public Q_SLOTS:
    /// Reads the file and shows it; asks first when there are unsaved changes. The description of a run is opened as a copy. A
    /// file that is no experiment is one sentence in the window, and nothing changes.
    void openExperiment(const QString& path);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    QWidget* buildHead();
    QWidget* buildPanes();
    void addActions();
    void connectAll();
    void take(const LoadedExperiment& loaded);
    void recover();
    void offerBases();
    void openProject();
    void newFromPreset(const QString& preset);
    void copyOfRun();
    /// The project's experiment.toml while there is none, else the user is asked.
    void giveFile(const std::function<void()>& then);
    void saveAs(const std::function<void()>& then);
    void saveTo(const QString& file, const std::function<void()>& then);
    void whenReplaceable(const std::function<void()>& then);
    void refresh();
    void showName();
    void jumpTo(const Problem& problem);
    void showState(const QString& sentence);

    PageContext& m_context;
    ExperimentDocument m_document;
    ExperimentRecovery m_recovery;
    PlanEstimate m_estimate;
    ExperimentStarter* m_starter;
    ExperimentForm* m_form;
    TomlEditor* m_editor;
    ProblemList* m_problems;
    QLabel* m_name;
    QLabel* m_state;
    QLabel* m_stale;  ///< over the form while the text is no TOML
    QList<QAction*> m_actions;
    QString m_project;
    quint64 m_request = 0;   ///< of the file that is read now; another one makes it outdated
    bool m_asked = false;    ///< somebody asked for that file; it is not the one that comes with the project
    bool m_refusal = false;  ///< the line of state tells of an edit that could not be made
    bool m_closing = false;  ///< the user has said that changes may go
};

}  // namespace moebel
