// Listeners of a run in its own process: a progress bar on the terminal, the log of the run, event lines on stdout.
#pragma once

#include <memory>

#include "event_text.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"

namespace spdlog {
class logger;
}

namespace moebel {

/// On a terminal one line that is redrawn in place, with the notable events scrolling above it; otherwise plain lines, about
/// every five seconds for steps. Colours only on a terminal and without NO_COLOR.
class ConsoleSink : public RunSink {
public:
    ConsoleSink();
    ~ConsoleSink() override;
    void receive(const RunEvent& event) override;

private:
    void draw();
    void clear();

    TrainingProgress m_progress;
    bool m_terminal = false;
    bool m_colour = false;
    bool m_drawn = false;
    double m_lastDrawn = 0;
};

/// Appends to log.txt through spdlog; errors are marked "[error]".
class LogSink : public RunSink {
public:
    explicit LogSink(const RunFolder& run);
    ~LogSink() override;
    void receive(const RunEvent& event) override;
    /// What is no event of the run.
    void note(const std::string& message);
    void error(const std::string& message);

private:
    std::shared_ptr<spdlog::logger> m_log;  ///< none when the file cannot be written
    TrainingProgress m_progress;
    double m_lastStep = -1e9;
};

/// One JSON line an event on stdout (`--events -`).
class EventLineSink : public RunSink {
public:
    void receive(const RunEvent& event) override;
};

}  // namespace moebel
