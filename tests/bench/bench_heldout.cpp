// How fast held-out text is scored. Argument: threads (2).
#include "engine/evaluation/heldout.h"
#include "tests/bench/bench_model.h"
#include "tests/bench/pairs.h"

using namespace moebel;

int main(int argc, char** argv)
{
    bench::prepare(argc, argv);
    const bench::BenchText text;
    const auto moe = bench::benchModel(), dense = bench::benchModel(false);
    RoutingStats routing(std::vector<std::int64_t>(4, 3), 2);
    TextLikelihood likelihood;
    const auto pairs = bench::alternate(
        5, [&] { likelihood = scoreHeldout(*moe, text.shard(0), 60'000, 0, LanguageId{0}, &routing); },
        [&] { (void)scoreHeldout(*dense, text.shard(0), 60'000, 0, LanguageId{0}, nullptr); });
    std::printf("60 kB of one language, %lld tokens in %lld documents: MoE %.2f s (%.0f tokens/s), dense %.2f s\n",
                (long long)likelihood.tokens, (long long)likelihood.documents, pairs.first, double(likelihood.tokens) / pairs.first,
                pairs.second);
    return 0;
}
