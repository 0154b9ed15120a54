// Routing of one moment less that of another: of two runs, or of two stages of one run.
#pragma once

#include <QWidget>

#include "app/workbench/control/compared_run.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/routing_picture.h"
#include "app/workbench/page/when_seen.h"

class QComboBox;

namespace moebel
{

class ExportMenu;
class RoutingViews;

class CompareRouting : public QWidget
{
    Q_OBJECT

public:
    explicit CompareRouting(Jobs& jobs, QWidget* parent = nullptr);

    /// The first is the baseline. What was chosen stays, where it is still there; else the newest moment of the last run less
    /// that of the baseline, or of a single run the newest less the one before.
    void setRuns(const std::vector<ComparedRun>& runs);
    RoutingViews& views() const { return *m_views; }
    ExportMenu& exportMenu() const;
    /// Where the shown run has it.
    void chooseLanguage(const QString& code);

Q_SIGNALS:
    void languageChosen(const QString& code);

private:
    struct Moment {
        std::size_t run = 0;
        RoutingCapture capture;
    };
    void build();
    void fillMoments();
    void fillLanguages();
    void choose(QComboBox& box, const QString& before, int otherwise);
    void read();
    void showMaps();
    const Moment* moment(const QComboBox& box) const;
    QString command() const;

    Jobs& m_jobs;
    WhenSeen* m_reading;  ///< nothing is read while nobody looks
    quint64 m_request = 0;
    std::vector<ComparedRun> m_runs;
    std::vector<Moment> m_moments;
    SharedPicture m_picture;
    QString m_problem;
    QComboBox* m_shown;
    QComboBox* m_reference;
    QComboBox* m_language;
    QComboBox* m_measure;
    RoutingViews* m_views;
};

}  // namespace moebel
