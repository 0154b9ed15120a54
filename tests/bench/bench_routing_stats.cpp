// What counting the routing costs, as a share of a training step of the small model, and rows a second in the store. Argument:
// threads (2).
#include "tests/bench/bench_model.h"
#include "tests/bench/pairs.h"
#include "tests/bench/routing_store.h"

using namespace moebel;

int main(int argc, char** argv)
{
    bench::prepare(argc, argv);
    const bench::BenchText text;
    const SampleStream stream = text.stream();
    for (const StageKind kind : {StageKind::PostPretraining, StageKind::Review}) {
        const auto decoder = bench::benchModel();
        const StageSpec stage = bench::benchStage(kind);
        StageTrainer trainer(*decoder, stage, text.languages(), stream);
        const Batch batch = makeBatch(stream, 0, stage.batchSequences, text.languages());
        const DecoderOutput output = decoder->forward(batch.ids_BS);
        RoutingStats sums(trainer.routing().experts(), trainer.routing().languages());
        constexpr int kRepeats = 200;
        std::int64_t step = 0;
        const auto pairs = bench::alternate(
            11,
            [&] {
                for (int i = 0; i < 5; ++i) {
                    trainer.trainStep(step++);
                }
            },
            [&] {
                for (int i = 0; i < kRepeats; ++i) {
                    countRouting(output.routing, batch.language_B, stage.sequenceLength, sums);
                }
            });
        std::printf("%s: step %.2f ms, counting %.1f us: %.3f %% of a step (%.3f to %.3f)\n", std::string(name(kind)).c_str(),
                    1e3 * pairs.first / 5, 1e6 * pairs.second / kRepeats, 100 * pairs.ratio * 5 / kRepeats,
                    100 * pairs.lowest * 5 / kRepeats, 100 * pairs.highest * 5 / kRepeats);
    }
    bench::measureRoutingStore();
    return 0;
}
