// The live routing map: a language's experts as the newest capture shows them.
#pragma once

#include <QWidget>
#include <optional>

#include "app/workbench/control/run_feed.h"

class QComboBox;

namespace moebel
{

class ExportMenu;
class RoutingMapWidget;

class LiveRouting : public QWidget
{
    Q_OBJECT

public:
    LiveRouting(RunFeed& feed, Jobs& jobs, QWidget* parent = nullptr);

    /// The language to begin with, when the run has it.
    void preferLanguage(const QString& code) { m_preferred = code; }
    /// Shows this language, when the run has it.
    void chooseLanguage(const QString& code);
    /// Frames the cell; none when it is negative or not there.
    void chooseCell(int layer, int expert);
    ExportMenu& exportMenu() const;
    /// What tells routing of this run in a terminal.
    QString command() const;
    /// Another run.
    void reset();

Q_SIGNALS:
    void languageChosen(const QString& code);
    void cellChosen(int layer, int expert);

private:
    void fillLanguages();
    void readNewest();
    void take(const RoutingCapture& capture, RoutingStats stats);
    void showMap();

    RunFeed& m_feed;
    Jobs& m_jobs;
    QComboBox* m_language;
    QComboBox* m_measure;
    RoutingMapWidget* m_map;
    QString m_preferred;
    std::vector<Language> m_languages;
    std::optional<RoutingStats> m_stats;
    RoutingCapture m_shown;     ///< what is shown
    std::int64_t m_asked = -1;  ///< of the newest capture that was read
    quint64 m_request = 0;
};

}  // namespace moebel
