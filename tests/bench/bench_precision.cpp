// Training steps in bf16 against the same in fp32, for models of several widths. Argument: threads (2).
#include <string>

#include "engine/model/precision.h"
#include "engine/training/step_probe.h"
#include "moebel/store/run_folder.h"
#include "tests/bench/bench_model.h"
#include "tests/bench/pairs.h"

using namespace moebel;

namespace {

ModelShape shapeOf(std::int64_t width)
{
    ModelShape shape;
    shape.width = width;
    shape.headSize = 64;
    shape.heads = width / shape.headSize;
    shape.keyValueHeads = shape.heads;
    shape.feedForwardWidth = width * 5 / 2;
    return shape;
}

void measure(std::int64_t width, StageKind kind)
{
    const ModelShape shape = shapeOf(width);
    const ExpertAllocation allocation{std::vector<std::int64_t>(std::size_t(shape.layers), 3), 2, true};
    const StageSpec stage = bench::benchStage(kind);
    const ProbeSize size{shape.layers, stage.batchSequences, stage.sequenceLength};
    StepProbe rounded(shape, allocation, stage, size, Precision::BFloat16);
    StepProbe exact(shape, allocation, stage, size, Precision::Float32);
    const auto pairs = bench::alternate(5, [&] { (void)rounded.secondsOfStep(); }, [&] { (void)exact.secondsOfStep(); });
    const double tokens = double(size.tokens());
    std::printf("width %4lld, %-17s bf16 %6.0f tokens/s, fp32 %6.0f; ratio %.2f (%.2f to %.2f), CPU time %.2f\n",
                static_cast<long long>(width), std::string(name(kind)).c_str(), tokens / pairs.first, tokens / pairs.second,
                pairs.ratio, pairs.lowest, pairs.highest, pairs.cpuRatio);
}

}  // namespace

int main(int argc, char** argv)
{
    bench::prepare(argc, argv);
    if (const Status possible = checkPrecision(Precision::BFloat16, thisMachine().features); !possible) {
        std::printf("not measured: %s\n", possible.error().message.c_str());
        return 0;
    }
    for (const std::int64_t width : {128, 256, 512, 1024}) {
        for (const StageKind kind : {StageKind::PostPretraining, StageKind::Review}) {
            measure(width, kind);
        }
    }
    return 0;
}
