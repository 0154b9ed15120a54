#include "sinks.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

namespace moebel {
namespace {

constexpr double kRedraw = 0.1;  ///< seconds between two pictures of the bar
constexpr double kPlain = 5.0;   ///< seconds between two plain lines about steps
constexpr std::size_t kBar = 12;

double steadySeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double unixSeconds()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::size_t terminalWidth()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double fraction)
{
    const auto filled = std::size_t(std::clamp(fraction, 0.0, 1.0) * double(kBar));
    return "[" + std::string(filled, '#') + std::string(kBar - filled, '.') + "] ";
}

bool showsProgress(const RunEvent& event)
{
    return std::holds_alternative<StepFinished>(event) || std::holds_alternative<Progress>(event);
}

}  // namespace

ConsoleSink::ConsoleSink() : m_terminal(::isatty(STDERR_FILENO) == 1)
{
    const char* noColour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool dumb = terminal == nullptr || std::string(terminal) == "dumb";
    if (dumb) m_terminal = false;
    m_lastDrawn = m_terminal ? 0 : steadySeconds();  // work that takes less than a plain line's interval needs none
    m_colour = m_terminal && (noColour == nullptr || *noColour == '\0');
}

ConsoleSink::~ConsoleSink()
{
    clear();
}

void ConsoleSink::receive(const RunEvent& event)
{
    const double now = steadySeconds();
    m_progress.note(event, now);
    if (const auto text = eventText(event, m_progress)) {
        clear();
        std::cerr << *text << std::endl;
    }
    if (!showsProgress(event) || now - m_lastDrawn < (m_terminal ? kRedraw : kPlain)) return;
    m_lastDrawn = now;
    if (m_terminal) {
        draw();
    } else {
        std::cerr << m_progress.text() << std::endl;
    }
}

void ConsoleSink::draw()
{
    std::string line = bar(m_progress.fraction()) + m_progress.text();
    line.resize(std::min(line.size(), terminalWidth() - 1));
    if (m_colour) line = "\033[36m" + line.substr(0, kBar + 2) + "\033[0m" + line.substr(std::min(line.size(), kBar + 2));
    std::cerr << "\r\033[K" << line << std::flush;
    m_drawn = true;
}

void ConsoleSink::clear()
{
    if (m_drawn) std::cerr << "\r\033[K" << std::flush;
    m_drawn = false;
}

LogSink::LogSink(const RunFolder& run)
{
    try {
        auto file = std::make_shared<spdlog::sinks::basic_file_sink_st>(run.logFile().string(), false);
        m_log = std::make_shared<spdlog::logger>("run", std::move(file));
        m_log->set_pattern("[%Y-%m-%d %H:%M:%S] [%l] %v");
        m_log->flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex& error) {
        std::cerr << "moebel: the log cannot be written: " << error.what() << std::endl;
    }
}

LogSink::~LogSink() = default;

void LogSink::receive(const RunEvent& event)
{
    if (!m_log) return;
    const double now = steadySeconds();
    m_progress.note(event, now);
    if (const auto text = eventText(event, m_progress)) {
        const bool warning = std::holds_alternative<Warned>(event);
        m_log->log(warning ? spdlog::level::warn : spdlog::level::info, "{}", *text);
    } else if (showsProgress(event) && now - m_lastStep >= kPlain) {
        m_lastStep = now;
        m_log->info("{}", m_progress.text());
    }
}

void LogSink::note(const std::string& message)
{
    if (m_log) m_log->info("{}", message);
}

void LogSink::error(const std::string& message)
{
    if (m_log) m_log->error("{}", message);
}

void EventLineSink::receive(const RunEvent& event)
{
    std::cout << toJsonLine(event, unixSeconds()) << std::endl;
}

}  // namespace moebel
