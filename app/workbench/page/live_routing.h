// The live routing maps: what the routers do, as the newest capture or an earlier one shows it.
#pragma once

#include <QWidget>
#include <optional>

#include "app/workbench/control/routing_picture.h"
#include "app/workbench/control/run_feed.h"

class QComboBox;

namespace moebel
{

class ExportMenu;
class RoutingViews;
class StepPlayer;

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
    /// All that the views have.
    RoutingViews& views() const { return *m_views; }
    /// What tells the same numbers in a terminal.
    QString command() const;
    /// Another run.
    void reset();

Q_SIGNALS:
    void languageChosen(const QString& code);
    void cellChosen(int layer, int expert);

private:
    void build();
    void fillLanguages();
    void takeCaptures();
    void read(const RoutingCapture& capture);
    void take(const RoutingCapture& capture, RoutingReading reading);
    void showMap();
    QString title(const RoutingCapture& capture) const;

    RunFeed& m_feed;
    Jobs& m_jobs;
    QComboBox* m_map;
    QComboBox* m_language;
    QComboBox* m_measure;
    StepPlayer* m_player;
    RoutingViews* m_views;
    QString m_preferred;
    std::vector<Language> m_languages;
    std::vector<RoutingCapture> m_captures;  ///< those of the player
    SharedPicture m_picture;
    std::optional<RoutingCapture> m_shown;
    std::optional<RoutingCapture> m_asked;  ///< is being read
    quint64 m_request = 0;
};

}  // namespace moebel
