#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "local_socket.h"
#include "moebel/worker/control.h"

namespace moebel {
namespace {

constexpr std::size_t kLongestCommand = 64 * 1024;
constexpr std::size_t kFullOutput = 256 * 1024;  ///< above it a client counts as slow and gets the newest of each kind
constexpr std::size_t kFullQueue = 1024;
constexpr auto kFarewell = std::chrono::milliseconds(500);

struct Line {
    std::uint64_t number = 0;
    std::string text;
};
/// Newest line of each kind.
using NewestLines = std::map<std::string, Line, std::less<>>;

struct Client {
    Descriptor socket;
    std::string input;
    std::string output;
    NewestLines waiting;
    bool gone = false;

    void offer(std::string_view kind, const Line& line)
    {
        if (waiting.empty() && output.size() < kFullOutput) {
            output += line.text;
        } else {
            waiting[std::string(kind)] = line;
        }
    }
    void takeWaiting()
    {
        if (waiting.empty() || output.size() >= kFullOutput) return;
        std::vector<Line> lines;
        for (auto& [kind, line] : waiting) lines.push_back(std::move(line));
        waiting.clear();
        std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.number < b.number; });
        for (const Line& line : lines) output += line.text;
    }
    void send()
    {
        takeWaiting();
        if (!sendSome(socket.get(), output)) gone = true;
    }
    bool hasOutput() const { return !output.empty() || !waiting.empty(); }
};

struct QueuedEvent {
    double time = 0;
    RunEvent event;
};

double unixSeconds()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What a status answer says, gathered from the events.
struct Progressed {
    bool paused = false;
    std::string reason;  ///< of the pause
    std::int64_t stage = -1;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::int64_t baseStep = 0;  ///< of the base's pretraining
    std::int64_t baseSteps = 0;

    void note(const RunEvent& event)
    {
        if (const auto* started = std::get_if<RunStarted>(&event)) totalSteps = started->totalSteps, step = started->firstStep;
        if (const auto* stageStarted = std::get_if<StageStarted>(&event)) note(*stageStarted);
        if (const auto* finished = std::get_if<StepFinished>(&event)) {
            stage = finished->stage;
            (stage < 0 ? baseStep : step) = finished->step;
        }
        if (const auto* pause = std::get_if<RunPaused>(&event)) paused = true, reason = pause->reason;
        if (std::holds_alternative<RunResumed>(event)) paused = false, reason.clear();
    }
    void note(const StageStarted& started)
    {
        stage = started.stage;
        if (stage < 0) baseStep = started.stepsDone, baseSteps = started.steps;
    }
};

}  // namespace

struct EventServer::State {
    RunFolder run;
    RunControl* control = nullptr;
    Descriptor listener;
    Descriptor wake;
    std::mutex mutex;
    std::list<QueuedEvent> queue;
    bool ending = false;
    // Only of the thread:
    std::list<Client> clients;
    NewestLines newest;
    Progressed progressed;
    std::uint64_t count = 0;
    std::thread thread;

    void ring() const
    {
        const std::uint64_t one = 1;
        if (::write(wake.get(), &one, sizeof(one)) < 0) return;  // the counter is full: the thread is awake anyway
    }

    bool takeQueue()
    {
        std::list<QueuedEvent> taken;
        bool end = false;
        {
            const std::lock_guard lock(mutex);
            taken.swap(queue);
            end = ending;
        }
        for (const QueuedEvent& entry : taken) hand(entry);
        return end;
    }

    void hand(const QueuedEvent& entry)
    {
        progressed.note(entry.event);
        const std::string_view kind = kindName(entry.event);
        const Line line{++count, toJsonLine(entry.event, entry.time) + "\n"};
        for (Client& client : clients) client.offer(kind, line);
        newest[std::string(kind)] = line;
    }

    std::string answer(const std::string& text)
    {
        const auto question = nlohmann::json::parse(text, nullptr, false);
        std::string word;
        if (question.is_object() && question.contains("do") && question["do"].is_string()) word = question["do"];
        const auto command = runCommand(word);
        if (!command) {
            return R"({"v":1,"answer":"","ok":false,"message":"expected {\"do\": \"stop\"|\"pause\"|\"resume\"|\"save\"|\"status\"}"})"
                   "\n";
        }
        apply(*command, *control);
        const bool pausing = progressed.paused || control->pause;
        const char* state = control->stop ? "stopping" : pausing ? "paused" : "running";
        return nlohmann::json{{"v", 1}, {"answer", word}, {"ok", true}, {"run", run.id()}, {"state", state},
                              {"reason", progressed.reason}, {"stage", progressed.stage}, {"step", progressed.step},
                              {"total_steps", progressed.totalSteps}, {"base_step", progressed.baseStep},
                              {"base_steps", progressed.baseSteps}}
                   .dump() + "\n";
    }

    void listenTo(Client& client)
    {
        ReadOutcome outcome = ReadOutcome::Data;
        while (outcome == ReadOutcome::Data && client.input.size() <= kLongestCommand) {
            outcome = readSome(client.socket.get(), client.input);
            while (const auto line = takeLine(client.input)) client.output += answer(*line);
        }
        if (outcome == ReadOutcome::Closed || client.input.size() > kLongestCommand) client.gone = true;
    }

    void welcome()
    {
        auto socket = acceptSameUser(listener.get());
        if (!socket) return;
        Client& client = clients.emplace_back();
        client.socket = std::move(*socket);
        client.waiting = newest;
    }

    std::vector<pollfd> watched() const
    {
        std::vector<pollfd> entries = {{wake.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
        for (const Client& client : clients) {
            const short output = client.hasOutput() ? POLLOUT : 0;
            entries.push_back({client.socket.get(), short(POLLIN | output), 0});
        }
        return entries;
    }

    void serveOnce(int milliseconds)
    {
        std::vector<pollfd> entries = watched();
        if (::poll(entries.data(), entries.size(), milliseconds) <= 0) return;
        std::uint64_t rung = 0;
        if (entries[0].revents != 0 && ::read(wake.get(), &rung, sizeof(rung)) < 0) rung = 0;
        std::size_t index = 2;
        for (Client& client : clients) {
            if ((entries[index++].revents & (POLLIN | POLLHUP | POLLERR)) != 0) listenTo(client);
        }
        if (entries[1].revents != 0) welcome();
    }

    void sendAll()
    {
        for (Client& client : clients) client.send();
        clients.remove_if([](const Client& client) { return client.gone; });
    }

    bool anyOutput() const
    {
        return std::any_of(clients.begin(), clients.end(), [](const Client& client) { return client.hasOutput(); });
    }

    void work()
    {
        bool end = false;
        while (!end) {
            serveOnce(-1);
            end = takeQueue();
            sendAll();
        }
        const auto deadline = std::chrono::steady_clock::now() + kFarewell;
        while (anyOutput() && std::chrono::steady_clock::now() < deadline) {
            serveOnce(20);
            sendAll();
        }
    }
};

Result<std::unique_ptr<EventServer>> EventServer::start(const RunFolder& run, RunControl& control)
{
    auto state = std::make_unique<State>();
    state->run = run;
    state->control = &control;
    auto listener = listenLocal(socketPath(run));
    if (!listener) return listener.error();
    state->listener = std::move(*listener);
    state->wake = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state->wake.valid()) return failed("socket", "no eventfd could be opened for run " + run.id());
    State* raw = state.get();
    state->thread = std::thread([raw] { raw->work(); });
    return std::unique_ptr<EventServer>(new EventServer(std::move(state)));
}

EventServer::EventServer(std::unique_ptr<State> state) : m_state(std::move(state))
{
}

EventServer::~EventServer()
{
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->ending = true;
    }
    m_state->ring();
    m_state->thread.join();
    ::unlink(socketPath(m_state->run).c_str());
}

void EventServer::receive(const RunEvent& event)
{
    {
        const std::lock_guard lock(m_state->mutex);
        auto& queue = m_state->queue;
        if (queue.size() >= kFullQueue) {  // never blocks: an older event of the same kind makes room, else the oldest
            const auto same = std::find_if(queue.begin(), queue.end(), [&](const QueuedEvent& entry) {
                return entry.event.index() == event.index();
            });
            queue.erase(same != queue.end() ? same : queue.begin());
        }
        queue.push_back({unixSeconds(), event});
    }
    m_state->ring();
}

}  // namespace moebel
