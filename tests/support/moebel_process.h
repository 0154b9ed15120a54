// Drives the real program: starts verbs, waits, kills supervisor and worker, reads what they printed.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"

namespace moebel::test {

inline QString program()
{
    return QStringLiteral(MOEBEL_BIN_DIR "/moebel");
}

struct Ended {
    int code = -1;
    QByteArray out;
    QByteArray err;
    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

/// Runs a verb to its end; `input` is what it finds on stdin.
inline Ended call(const QStringList& arguments, const QByteArray& input = {})
{
    QProcess process;
    process.start(program(), arguments);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(-1);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

/// The run folders below `runs`, by name.
inline std::vector<RunFolder> runsIn(const std::filesystem::path& runs)
{
    std::vector<std::filesystem::path> folders;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(runs, none)) {
        if (entry.is_directory() && entry.path().filename().string().front() != '.') {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    std::vector<RunFolder> found;
    for (const auto& folder : folders) {
        found.push_back({folder});
    }
    return found;
}

inline std::vector<pid_t> childrenOf(pid_t parent)
{
    const std::string process = "/proc/" + std::to_string(parent);
    std::ifstream file(process + "/task/" + std::to_string(parent) + "/children");
    return {std::istream_iterator<pid_t>(file), std::istream_iterator<pid_t>()};
}

/// False for a process that has ended, collected by its parent or not.
inline bool isRunning(pid_t process)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto name = text.rfind(") ");
    return name != std::string::npos && text[name + 2] != 'Z' && text[name + 2] != 'X';
}

/// A verb that trains, while it runs.
class Training {
public:
    explicit Training(const QStringList& arguments) { m_process.start(program(), arguments); }
    ~Training()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished(-1);
        }
    }

    bool running() { return m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(0); }
    int waitForEnd()
    {
        m_process.waitForFinished(-1);
        return m_process.exitCode();
    }
    QByteArray err() { return m_process.readAllStandardError(); }

    /// SIGKILL to supervisor and worker in one moment: the supervisor is halted first, so that it can neither start a worker nor
    /// note anything. False when they had ended before.
    bool killBoth(const RunFolder& run)
    {
        const auto supervisor = pid_t(m_process.processId());
        if (supervisor <= 1) {
            return false;
        }
        ::kill(supervisor, SIGSTOP);
        const std::vector<pid_t> workers = childrenOf(supervisor);
        for (const pid_t worker : workers) {
            ::kill(worker, SIGKILL);
        }
        m_process.kill();
        m_process.waitForFinished(-1);
        for (const pid_t worker : workers) {
            while (isRunning(worker) || liveWorker(run)) {  // its other threads may hold the lock a moment longer
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
        return !workers.empty();
    }

private:
    QProcess m_process;
};

/// The kind of an event; steps of the base's pretraining are "base-step".
inline std::string kindOf(const QJsonObject& event)
{
    const std::string kind = event["kind"].toString().toStdString();
    return kind == "step" && event["stage"].toInt() < 0 ? "base-step" : kind;
}

/// Follows a live run until an event of `kind` has a number `key` of at least `value`; false when the run ends before.
inline bool waitForEvent(const RunFolder& run, const std::string& kind, const QString& key, double value,
                         const std::function<bool()>& isAlive)
{
    bool found = false;
    while (!found && isAlive()) {
        (void)followEvents(
            run,
            [&](std::string_view line) {
                const QJsonObject event = QJsonDocument::fromJson(QByteArray(line.data(), qsizetype(line.size()))).object();
                found = found || (kindOf(event) == kind && event[key].toDouble() >= value);
            },
            [&] { return !found && isAlive(); })
            .ok();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return found;
}

}  // namespace moebel::test
