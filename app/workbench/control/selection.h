// The project that is open and the run that is chosen: what all pages listen to.
#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/readers.h"

namespace moebel
{

/// What of the run is looked at.
struct Focus {
    std::string language;     ///< code; empty = none
    std::int64_t stage = -1;  ///< of the step; -1 = not told
    std::int64_t step = -1;   ///< -1 = the newest
    int layer = -1;
    int expert = -1;
    bool operator==(const Focus&) const = default;
};

class Selection : public QObject
{
    Q_OBJECT

public:
    explicit Selection(Jobs& jobs, QObject* parent = nullptr);

    /// Reads the project; `run` is chosen when it is there, the newest one otherwise.
    void openProject(const std::filesystem::path& folder, const std::string& run = {});
    /// Reads the same project again; what is chosen stays chosen.
    void refresh();
    void chooseRun(const std::string& id);

    const ProjectContents& project() const { return *m_project; }
    /// The same, to be kept: it never changes, a refresh makes a new one.
    std::shared_ptr<const ProjectContents> shared() const { return m_project; }
    /// The project is being read; another refresh now would only come to the same.
    bool reading() const { return m_outstanding > 0; }
    /// The chosen run; null when the project has none.
    const RunSummary* run() const;
    bool isOpen() const { return !m_folder.empty(); }

    const Focus& focus() const { return m_focus; }
    void focusOnLanguage(const QString& code);
    void focusOnStep(std::int64_t step, std::int64_t stage = -1);
    void focusOnCell(int layer, int expert);

Q_SIGNALS:
    /// The project was read, or for the first time a part of its runs; shared() is another object only when something in it is different from before.
    void projectChanged();
    /// Another run was chosen, or what is known of the chosen one has changed.
    void runChanged();
    void focusChanged();

private:
    void setFocus(const Focus& focus);
    void take(std::shared_ptr<const ProjectContents> contents);
    void takePart(std::shared_ptr<const ProjectContents> contents);
    void chooseNewest();
    void tellRun();

    Jobs& m_jobs;
    std::filesystem::path m_folder;
    std::string m_run;
    std::shared_ptr<const ProjectContents> m_project = std::make_shared<ProjectContents>();
    std::optional<RunSummary> m_told;  ///< the chosen run as it was told last
    bool m_opened = false;             ///< nothing of this project was told yet
    int m_outstanding = 0;
    Focus m_focus;
    quint64 m_request = 0;  ///< answers to older requests are outdated
};

}  // namespace moebel
