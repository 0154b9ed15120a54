#include "tests/support/cuda_shim.h"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#else  // names of the sanitizer's calls, without the sanitizer
static void __sanitizer_start_switch_fiber(void**, const void*, std::size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*) {}
#endif

namespace shim
{
namespace
{

constexpr int kWarpSize = 32, kMostThreads = 1024;
constexpr std::size_t kStackBytes = 64 * 1024, kMostSharedBytes = 48 * 1024;

enum class State { Ready, AtBlock, AtWarp, Done };

struct Thread {
    ucontext_t context;  ///< where it starts
    jmp_buf place;       ///< where it waits; jumps are faster than switches of contexts, which call the kernel
    bool isStarted = false;
    std::unique_ptr<char[]> stack = std::make_unique_for_overwrite<char[]>(kStackBytes);
    State state = State::Done;
    std::source_location at;
    unsigned mask = 0;
    Exchange* exchange = nullptr;
    void* fakeStack = nullptr;
};

struct Machine {
    Order order = Order::Forward;
    std::mt19937_64 random{1};
    std::vector<Thread> threads;  ///< of the running block and, beyond them, stacks to be used again
    int count = 0;                ///< threads of the running block
    int current = 0;
    std::vector<unsigned char> shared;
    const std::function<void()>* body = nullptr;
    jmp_buf scheduler;
    void* schedulerFakeStack = nullptr;
    const void* schedulerStack = nullptr;
    std::size_t schedulerStackBytes = 0;
};

Machine machine;

std::string placeOf(const Thread& thread)
{
    return std::string(thread.at.file_name()) + ":" + std::to_string(thread.at.line());
}

[[noreturn]] void fail(const std::string& what)
{
    std::fprintf(stderr, "cuda_shim: block %u: %s\n", blockIdx.x, what.c_str());
    std::abort();
}

/// 0..count-1 in the machine's order.
std::vector<std::int64_t> ordered(std::int64_t count)
{
    std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
    std::iota(indices.begin(), indices.end(), 0);
    if (machine.order == Order::Reverse) std::reverse(indices.begin(), indices.end());
    if (machine.order == Order::Shuffled) std::shuffle(indices.begin(), indices.end(), machine.random);
    return indices;
}

/// Leaves the running fiber for the scheduler; comes back when it is resumed.
void leave(Thread& thread)
{
    __sanitizer_start_switch_fiber(thread.state == State::Done ? nullptr : &thread.fakeStack, machine.schedulerStack,
                                   machine.schedulerStackBytes);
    if (_setjmp(thread.place) == 0) _longjmp(machine.scheduler, 1);
    __sanitizer_finish_switch_fiber(thread.fakeStack, nullptr, nullptr);
}

void fiberMain()
{
    __sanitizer_finish_switch_fiber(nullptr, &machine.schedulerStack, &machine.schedulerStackBytes);
    (*machine.body)();
    Thread& thread = machine.threads[std::size_t(machine.current)];
    thread.state = State::Done;
    leave(thread);
}

void start(Thread& thread)
{
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = kStackBytes;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, fiberMain, 0);
    thread.state = State::Ready;
    thread.isStarted = false;
}

void resume(int index)
{
    Thread& thread = machine.threads[std::size_t(index)];
    machine.current = index;
    threadIdx.x = unsigned(index);
    __sanitizer_start_switch_fiber(&machine.schedulerFakeStack, thread.stack.get(), kStackBytes);
    if (_setjmp(machine.scheduler) == 0) {
        if (std::exchange(thread.isStarted, true)) _longjmp(thread.place, 1);
        setcontext(&thread.context);
    }
    __sanitizer_finish_switch_fiber(machine.schedulerFakeStack, nullptr, nullptr);
}

Thread* warpOf(int warp) { return machine.threads.data() + warp * kWarpSize; }

/// Runs every lane of the warp that can run until it waits.
void runLanes(int warp)
{
    std::array<int, kWarpSize> lanes;
    std::iota(lanes.begin(), lanes.end(), 0);
    if (machine.order == Order::Reverse) std::reverse(lanes.begin(), lanes.end());
    if (machine.order == Order::Shuffled) std::shuffle(lanes.begin(), lanes.end(), machine.random);
    for (const int lane : lanes)
        if (warpOf(warp)[lane].state == State::Ready) resume(warp * kWarpSize + lane);
}

/// Ends the program unless lane `other` of the group that lane `first` waits for waits with it.
void checkLane(const Thread* lanes, int first, int other)
{
    const Thread &mine = lanes[first], &theirs = lanes[other];
    if (theirs.state == State::AtWarp && theirs.mask == mine.mask && theirs.at.line() == mine.at.line()) return;
    fail("lane " + std::to_string(first) + " waits at " + placeOf(mine) + " for lane " + std::to_string(other) + ", which " +
         (theirs.state == State::Done ? "has left" : "waits elsewhere, at " + placeOf(theirs)));
}

/// Fills in what the lane receives from those of its mask.
void receive(const Thread* lanes, const Thread& lane)
{
    Exchange& mine = *lane.exchange;
    if ((lane.mask >> mine.from & 1U) == 0) fail("a lane reads from one that is not in the mask, " + placeOf(lane));
    mine.received = lanes[mine.from].exchange->given;
    if (!mine.wantsEqualLanes) return;
    for (int other = 0; other < kWarpSize; ++other)
        if ((lane.mask >> other & 1U) != 0 && lanes[other].exchange->given == mine.given) mine.equalLanes |= 1U << other;
}

/// Lets the lanes go on that wait for each other; false: there are none.
bool exchangeNumbers(int warp)
{
    Thread* lanes = warpOf(warp);
    bool released = false;
    for (int first = 0; first < kWarpSize; ++first) {
        if (lanes[first].state != State::AtWarp) continue;
        const unsigned mask = lanes[first].mask;
        if ((mask >> first & 1U) == 0) fail("a lane is not in the mask it waits with, " + placeOf(lanes[first]));
        const auto forGroup = [&](const auto& body) {
            for (int lane = 0; lane < kWarpSize; ++lane)
                if ((mask >> lane & 1U) != 0) body(lane);
        };
        forGroup([&](int lane) { checkLane(lanes, first, lane); });
        forGroup([&](int lane) { receive(lanes, lanes[lane]); });
        forGroup([&](int lane) { lanes[lane].state = State::Ready; });
        released = true;
    }
    return released;
}

bool isRunnable(int warp)
{
    return std::any_of(warpOf(warp), warpOf(warp) + kWarpSize, [](const Thread& lane) { return lane.state == State::Ready; });
}

/// Runs all warps until every thread waits at the block's barrier or has left. In order, a warp runs as far as it can before
/// the next one begins; shuffled, they take turns.
void runToBarrier()
{
    const int warps = machine.count / kWarpSize;
    for (const std::int64_t warp : ordered(warps)) {
        do {
            runLanes(int(warp));
        } while (exchangeNumbers(int(warp)) && machine.order != Order::Shuffled);
    }
    if (machine.order != Order::Shuffled) return;
    for (bool any = true; any;) {
        any = false;
        for (const std::int64_t warp : ordered(warps)) {
            if (!isRunnable(int(warp))) continue;
            any = true;
            runLanes(int(warp));
            exchangeNumbers(int(warp));
        }
    }
}

void runBlock()
{
    std::fill(machine.shared.begin(), machine.shared.end(), static_cast<unsigned char>(0xFF));
    for (int index = 0; index < machine.count; ++index) start(machine.threads[std::size_t(index)]);
    while (true) {
        runToBarrier();
        const auto begin = machine.threads.begin(), end = begin + machine.count;
        const auto isAtBarrier = [](const Thread& thread) { return thread.state == State::AtBlock; };
        const auto waiting = std::find_if(begin, end, isAtBarrier);
        if (waiting == end) return;
        for (auto thread = begin; thread != end; ++thread) {
            if (!isAtBarrier(*thread) || thread->at.line() != waiting->at.line())
                fail("thread " + std::to_string(waiting - begin) + " waits at " + placeOf(*waiting) + ", thread " +
                     std::to_string(thread - begin) + (isAtBarrier(*thread) ? " at " + placeOf(*thread) : " has left"));
            thread->state = State::Ready;
        }
    }
}

}  // namespace

void setOrder(Order order, std::uint64_t seed)
{
    machine.order = order;
    machine.random.seed(seed);
}

void runGrid(std::int64_t blocks, int threads, std::size_t sharedBytes, const std::function<void()>& thread)
{
    if (blocks < 0 || blocks > 0x7FFFFFFF || threads < kWarpSize || threads > kMostThreads || threads % kWarpSize != 0 ||
        sharedBytes > kMostSharedBytes)
        fail("a grid of " + std::to_string(blocks) + " blocks of " + std::to_string(threads) + " threads with " +
             std::to_string(sharedBytes) + " bytes of shared memory can't be launched");
    if (machine.threads.size() < std::size_t(threads)) machine.threads.resize(std::size_t(threads));
    machine.count = threads;
    machine.body = &thread;
    machine.shared = std::vector<unsigned char>(sharedBytes);
    machine.shared.shrink_to_fit();
    gridDim = {unsigned(blocks), 1, 1};
    blockDim = {unsigned(threads), 1, 1};
    for (const std::int64_t block : ordered(blocks)) {
        blockIdx = {unsigned(block), 0, 0};
        runBlock();
    }
}

void* sharedMemory() { return machine.shared.data(); }

void waitForBlock(const std::source_location& at)
{
    Thread& thread = machine.threads[std::size_t(machine.current)];
    thread.at = at;
    thread.state = State::AtBlock;
    leave(thread);
}

void waitForWarp(unsigned mask, Exchange& exchange, const std::source_location& at)
{
    Thread& thread = machine.threads[std::size_t(machine.current)];
    thread.at = at;
    thread.mask = mask;
    thread.exchange = &exchange;
    thread.state = State::AtWarp;
    leave(thread);
}

}  // namespace shim
