// Which project is open: enters the one of a folder, which is made where there is none.
#pragma once

#include <QObject>
#include <QString>
#include <functional>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/selection.h"

namespace moebel
{

class ProjectHome : public QObject
{
    Q_OBJECT

public:
    ProjectHome(Jobs& jobs, Selection& selection, Navigator& navigator, QObject* parent = nullptr)
        : QObject(parent), m_jobs(jobs), m_selection(selection), m_navigator(navigator)
    {
    }

    /// Opens the folder's project unless it is open already, and chooses a run (its id; empty = the newest) in it; `then` is
    /// called once it was read. `title` is that of a project that is made. What is in the way is told in one sentence.
    void enter(const QString& folder, const QString& title, const std::string& run = {},
               const std::function<void()>& then = {});
    /// The same with a project of made-up languages, which needs nothing but this program; what is in the folder already stays.
    void enterExample(const QString& folder, const std::function<void()>& then = {});

private:
    struct Wanted {
        QString folder, title;
        std::string run, experiment;
    };
    struct Entered {
        QString problem;
        std::filesystem::path folder;
        bool made = false;
    };
    static Entered make(const Wanted& wanted);
    bool isOpen(const QString& folder) const;
    void enter(const Wanted& wanted, const std::function<void()>& then);
    void open(const std::filesystem::path& folder, const std::string& run, const std::function<void()>& then);

    Jobs& m_jobs;
    Selection& m_selection;
    Navigator& m_navigator;
};

}  // namespace moebel
