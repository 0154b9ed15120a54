// What can be asked of the chosen run, from any page: buttons, menus, palette and keys say and do the same.
#pragma once

#include <optional>

#include "app/workbench/application/action_table.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/run_requests.h"
#include "app/workbench/control/selection.h"
#include "app/workbench/control/worker_launcher.h"

namespace moebel
{

class RunControls : public QObject
{
    Q_OBJECT

public:
    RunControls(Jobs& jobs, Selection& selection, Navigator& navigator, WorkerLauncher& launcher, QObject* parent = nullptr);

    /// Pause, Continue, Save, Stop and Resume; enabled as the chosen run allows.
    void addActions(ActionTable& actions);
    const RunChoices& choices() const { return m_choices; }
    /// A page that follows a run knows more of it than the project's last reading; it shows the answers itself.
    void watch(const RunFolder& run, const RunStatus& status, bool attached);
    void unwatch();

    /// Asks the chosen run's worker; `answered` follows.
    void ask(RunCommand command);
    /// Starts a worker for the chosen run again.
    void resume();

Q_SIGNALS:
    void choicesChanged();
    /// One sentence for the user.
    void answered(bool ok, const QString& sentence);

private:
    struct Watched {
        RunFolder run;
        RunStatus status;
        bool attached = false;
    };
    void update();
    void showChoices();

    Selection& m_selection;
    Navigator& m_navigator;
    WorkerLauncher& m_launcher;
    RunRequests m_requests;
    RunChoices m_choices;
    std::optional<Watched> m_watched;
    QList<std::pair<QAction*, bool RunChoices::*>> m_actions;
};

}  // namespace moebel
