// Starts `moebel run` for the window, and says what became of it; never waits for it.
#pragma once

#include <QObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

class QTemporaryFile;

namespace moebel
{

/// A run that is to be started.
struct LaunchRequest {
    QString experimentFile;  ///< absolute; relative paths of the description start in its folder
    QString text;            ///< the description as it was when the user asked; empty = what the file holds when it starts
    QStringList overrides;   ///< PATH=VALUE, as for --set
    QString runsFolder;      ///< empty = runs/ beside the file
    QString name;            ///< empty = the title

    bool operator==(const LaunchRequest&) const = default;
};

/// The words behind `moebel` that make this run: "run", FILE, "--set", ... Threads: all cores but one (at least one), because
/// the window needs one too.
QStringList runArguments(const LaunchRequest& request);
/// One line for a shell: what a person would type for the same run.
QString shellCommand(const LaunchRequest& request);
/// What makes a run of 20 steps a stage out of any other, in dry-runs/ beside runs/.
LaunchRequest dryRun(const LaunchRequest& request);

class WorkerLauncher : public QObject
{
    Q_OBJECT

public:
    explicit WorkerLauncher(QObject* parent = nullptr);
    /// What is being started goes on: it has a session and files of its own.
    ~WorkerLauncher() override;

    /// `moebel` beside this program, else on PATH; empty when there is none.
    static QString findProgram();
    /// Another program than findProgram(); tests.
    void setProgram(const QString& program) { m_program = program; }
    QString program() const { return m_program; }

    /// Starts the run detached; `started` or `failed` follows with this number, never before start() has come back.
    quint64 start(const LaunchRequest& request);
    bool busy() const { return !m_launches.empty(); }

Q_SIGNALS:
    /// The run folder exists and its worker was started.
    void started(quint64 launch, const QString& runFolder);
    /// One sentence: what was wrong and what to do. Nothing was created.
    void failed(quint64 launch, const QString& sentence);

private:
    struct Launch;
    void finish(quint64 number, int exitCode, bool crashed);
    void failLater(quint64 number, const QString& sentence);
    std::unique_ptr<Launch> take(quint64 number);

    QString m_program;
    quint64 m_last = 0;
    std::vector<std::unique_ptr<Launch>> m_launches;
};

}  // namespace moebel
