// How fast a real model scores a text: bench_score MODEL TEXT [window] [threads] prints nats and scored tokens a second; half of each window
// is new. score_peer.py calls it in turns with transformers.
#include "engine/evaluation/heldout.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"
#include "tests/bench/pairs.h"

using namespace moebel;

int main(int argc, char** argv)
{
    if (argc < 3) return std::fprintf(stderr, "bench_score MODEL TEXT [window] [threads]\n"), 2;
    const std::int64_t window = argc > 3 ? std::atoll(argv[3]) : 1024;
    at::set_num_threads(argc > 4 ? std::max(1, std::atoi(argv[4])) : 2);
    const std::filesystem::path folder = argv[1];
    const auto model = readModel(folder);
    const auto tokenizer = openTokenizer(folder.extension() == ".gguf" ? folder : tokenizerFileIn(folder));
    const auto text = readFile(argv[2]);
    if (!model || !tokenizer || !text) return std::fprintf(stderr, "the model, its tokenizer or the text can't be read\n"), 2;
    const std::vector<std::int32_t> ids = (*tokenizer)->encode(*text);
    TextLikelihood found;
    const bench::Time time = bench::timeOf([&] {
        found = scoreTokens(**model, ids, std::int64_t(text->size()), (*tokenizer)->endOfDocument(), window, window / 2, LanguageId{}, nullptr);
    });
    std::printf("%.6f %.2f %lld\n", found.nll, double(found.tokens) / time.wall, (long long)found.tokens);
    return 0;
}
