// The socket of a live run: commands in, events out.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/live_run.h"

using namespace moebel;
using namespace moebel::test;

class ControlEventsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void commandsSetTheWishesAndAreAnswered()
    {
        LiveRun live;
        QVERIFY(live.server);
        live.server->receive(RunStarted{live.run.id(), false, 0, 40, 2});
        const auto state = [&](RunCommand command) {
            const auto answer = sendCommand(live.run, command);
            return answer ? json::parse(*answer)["state"].get<std::string>() : answer.error().message;
        };
        QCOMPARE(state(RunCommand::AskStatus), std::string("running"));
        QVERIFY(!live.control.stop && !live.control.pause && !live.control.save);
        QCOMPARE(state(RunCommand::Pause), std::string("paused"));
        QVERIFY(live.control.pause);
        QCOMPARE(state(RunCommand::Resume), std::string("running"));
        QVERIFY(!live.control.pause);
        QCOMPARE(state(RunCommand::Save), std::string("running"));
        QVERIFY(live.control.save);
        QCOMPARE(state(RunCommand::Stop), std::string("stopping"));
        QVERIFY(live.control.stop);
    }

    void statusTellsWhereTheRunIs()
    {
        LiveRun live;
        live.server->receive(RunStarted{live.run.id(), false, 0, 40, 2});
        live.server->receive(step(7));
        Listener listener(live.run);
        waitFor(listener, 2);
        const json answer = json::parse(*sendCommand(live.run, RunCommand::AskStatus));
        QCOMPARE(answer["step"].get<int>(), 7);
        QCOMPARE(answer["total_steps"].get<int>(), 40);
        QCOMPARE(answer["run"].get<std::string>(), live.run.id());
    }

    void aRunThatIsNotLiveIsSaidToBe()
    {
        LiveRun live;
        live.server.reset();
        const auto answer = sendCommand(live.run, RunCommand::Stop);
        QVERIFY(!answer.ok());
        QCOMPARE(answer.error().code, std::string("not-running"));
        QCOMPARE(int(answer.error().kind), int(ErrorKind::InvalidInput));
        QVERIFY(!std::filesystem::exists(socketPath(live.run)));
    }

    void theSocketIsForThisUserOnly()
    {
        LiveRun live;
        struct stat status {};
        QCOMPARE(::stat(socketPath(live.run).c_str(), &status), 0);
        QCOMPARE(int(status.st_mode & 07777), 0600);
    }

    void aSecondServerIsRefusedAndTheFirstGoesOn()
    {
        LiveRun live;
        RunControl other;
        const auto second = EventServer::start(live.run, other);
        QVERIFY(!second.ok());
        QCOMPARE(second.error().code, std::string("run-locked"));
        QVERIFY(sendCommand(live.run, RunCommand::Save).ok());
        QVERIFY(live.control.save && !other.save);
    }

    void aLeftoverSocketIsReplaced()
    {
        LiveRun live;
        live.server.reset();
        const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = socketPath(live.run).string();
        path.copy(address.sun_path, sizeof(address.sun_path) - 1);
        QCOMPARE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        ::close(descriptor);
        QVERIFY(EventServer::start(live.run, live.control).ok());
    }

    void twoClientsBothGetEveryStep()
    {
        LiveRun live;
        live.server->receive(RunStarted{live.run.id(), false, 0, 100, 2});
        Listener first(live.run);
        Listener second(live.run);
        waitFor(first, 1);
        waitFor(second, 1);
        for (std::int64_t number = 1; number <= 100; ++number) live.server->receive(step(number));
        live.server.reset();  // hands out what is queued, then closes
        std::vector<std::int64_t> expected(100);
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = std::int64_t(i) + 1;
        QCOMPARE(stepsIn(first.untilTheEnd()), expected);
        QCOMPARE(stepsIn(second.untilTheEnd()), expected);
    }

    void aLateClientGetsTheNewestOfEachKindFirst()
    {
        LiveRun live;
        live.server->receive(RunStarted{live.run.id(), false, 0, 100, 2});
        for (std::int64_t number = 1; number <= 5; ++number) live.server->receive(step(number));
        Listener early(live.run);
        waitFor(early, 2);
        Listener late(live.run);
        waitFor(late, 2);
        live.server->receive(step(6));
        live.server.reset();
        const auto lines = late.untilTheEnd();
        QCOMPARE(lines[0]["kind"].get<std::string>(), std::string("run-started"));
        QCOMPARE(stepsIn(lines), (std::vector<std::int64_t>{5, 6}));
    }

    void aClientThatNeverReadsBlocksNobody()
    {
        LiveRun live;
        const int stuck = connectRaw(live.run);
        QVERIFY(stuck >= 0);
        live.server->receive(RunStarted{live.run.id(), false, 0, 0, 2});
        Listener reader(live.run);
        waitFor(reader, 1);
        StepFinished wide = step(1);
        for (int i = 0; i < 500; ++i) wide.metrics.push_back({"loss", "nats/token", "el", 0.25});
        constexpr std::int64_t kSteps = 400;  // far more than the socket's buffers hold
        for (wide.step = 1; wide.step <= kSteps; ++wide.step) {
            live.server->receive(wide);
            if (wide.step % 20 == 0) waitForStep(reader, wide.step);
        }
        live.server.reset();
        QCOMPARE(stepsIn(reader.untilTheEnd()).back(), kSteps);
        ::close(stuck);
    }

    void aSlowClientGetsTheNewestOfEachKind()
    {
        LiveRun live;
        const int slow = connectRaw(live.run);
        live.server->receive(RunStarted{live.run.id(), false, 0, 0, 2});
        Listener reader(live.run);
        waitFor(reader, 1);
        StepFinished wide = step(1);
        for (int i = 0; i < 500; ++i) wide.metrics.push_back({"loss", "nats/token", "el", 0.25});
        constexpr std::int64_t kSteps = 400;
        for (wide.step = 1; wide.step <= kSteps; ++wide.step) {
            live.server->receive(wide);
            if (wide.step % 20 == 0) waitForStep(reader, wide.step);
        }
        live.server->receive(Warned{kSteps, "behind"});
        std::string text;
        char bytes[65536];
        while (text.find("behind") == std::string::npos) {
            const ssize_t count = ::read(slow, bytes, sizeof(bytes));
            QVERIFY(count > 0);
            text.append(bytes, std::size_t(count));
        }
        std::int64_t steps = 0, last = 0;
        for (const QByteArray& line : QByteArray::fromStdString(text).split('\n')) {
            const json value = json::parse(line.toStdString(), nullptr, false);
            if (!value.is_object() || value["kind"] != "step") continue;
            QVERIFY(value["step"].get<std::int64_t>() > last);
            last = value["step"];
            ++steps;
        }
        QCOMPARE(last, kSteps);
        QVERIFY(steps < kSteps);
        ::close(slow);
    }

    void rubbishIsAnsweredAndChangesNothing()
    {
        LiveRun live;
        const int client = connectRaw(live.run);
        const std::string rubbish = "{\"do\": \"explode\"}\n[[[[\n\x01\xff\n{\"do\": 3}\n";
        QCOMPARE(::write(client, rubbish.data(), rubbish.size()), ssize_t(rubbish.size()));
        std::string text;
        char bytes[4096];
        while (std::count(text.begin(), text.end(), '\n') < 4) {
            const ssize_t count = ::read(client, bytes, sizeof(bytes));
            QVERIFY(count > 0);
            text.append(bytes, std::size_t(count));
        }
        QVERIFY(!json::parse(text.substr(0, text.find('\n')))["ok"].get<bool>());
        QVERIFY(!live.control.stop && !live.control.pause && !live.control.save);
        ::close(client);
    }

    void anEndlessLineClosesItsClientOnly()
    {
        LiveRun live;
        const int client = connectRaw(live.run);
        const std::string endless(200 * 1024, 'x');
        std::size_t sent = 0;
        while (sent < endless.size()) {
            const ssize_t count = ::send(client, endless.data() + sent, endless.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) break;
            sent += std::size_t(count);
        }
        char byte = 0;
        QVERIFY(::read(client, &byte, 1) <= 0);
        ::close(client);
        QVERIFY(sendCommand(live.run, RunCommand::AskStatus).ok());
    }
};

QTEST_GUILESS_MAIN(ControlEventsTest)
#include "control_events_test.moc"
