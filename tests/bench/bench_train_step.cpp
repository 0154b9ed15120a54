// Tokens a second of stage 1 and stage 2 of the small model, against a step as the published codes write it, with and without
// their activation checkpointing. The losses of both sides are compared first. Argument: threads (2).
#include <cmath>

#include "tests/bench/bench_model.h"
#include "tests/bench/pairs.h"
#include "tests/bench/reference_step.h"

using namespace moebel;

namespace {

/// Largest relative difference of the losses of six steps.
double lossDifference(const bench::BenchText& text, const SampleStream& stream, const StageSpec& stage, bool checkpointing)
{
    const auto ours = bench::benchModel(), theirs = bench::benchModel();
    StageTrainer trainer(*ours, stage, text.languages(), stream);
    bench::ReferenceTrainer reference(*theirs, stage, text.languages(), stream, checkpointing);
    double largest = 0;
    for (std::int64_t step = 0; step < 6; ++step) {
        const double a = trainer.trainStep(step).loss, b = reference.trainStep(step);
        largest = std::max(largest, std::abs(a - b) / std::abs(b));
    }
    return largest;
}

void measure(const bench::BenchText& text, const SampleStream& stream, StageKind kind, bool checkpointing)
{
    const StageSpec stage = bench::benchStage(kind);
    const auto ours = bench::benchModel(), theirs = bench::benchModel();
    StageTrainer trainer(*ours, stage, text.languages(), stream);
    bench::ReferenceTrainer reference(*theirs, stage, text.languages(), stream, checkpointing);
    constexpr int kSteps = 5;
    std::int64_t first = 0, second = 0;
    const auto pairs = bench::alternate(
        7,
        [&] {
            for (int i = 0; i < kSteps; ++i) {
                trainer.trainStep(first++);
            }
        },
        [&] {
            for (int i = 0; i < kSteps; ++i) {
                (void)reference.trainStep(second++);
            }
        });
    const double tokens = double(kSteps * stage.batchSequences * stage.sequenceLength);
    std::printf("%-17s %-22s ours %6.0f tokens/s, reference %6.0f; ratio %.2f (%.2f to %.2f), CPU time %.2f\n", std::string(name(kind)).c_str(),
                checkpointing ? "with checkpointing" : "without checkpointing", tokens / pairs.first, tokens / pairs.second,
                pairs.ratio, pairs.lowest, pairs.highest, pairs.cpuRatio);
}

}  // namespace

int main(int argc, char** argv)
{
    bench::prepare(argc, argv);
    const bench::BenchText text;
    const SampleStream stream = text.stream();
    for (const StageKind kind : {StageKind::PostPretraining, StageKind::Review}) {
        for (const bool checkpointing : {true, false}) {
            const double difference = lossDifference(text, stream, bench::benchStage(kind), checkpointing);
            if (!(difference < 1e-5)) {
                std::printf("the losses differ by %.1e: the times mean nothing\n", difference);
                return 1;
            }
            measure(text, stream, kind, checkpointing);
        }
    }
    return 0;
}
