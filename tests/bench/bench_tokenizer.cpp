// How fast a tokenizer encodes: bench_tokenizer TOKENIZER TEXT [repetitions] prints MB a second, line by line, one thread.
// tokenizer_peer.py calls it in turns with Hugging Face's tokenizers.
#include <cstdlib>

#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"
#include "tests/bench/times.h"

using namespace moebel;

int main(int argc, char** argv)
{
    if (argc < 3) return std::fprintf(stderr, "bench_tokenizer TOKENIZER TEXT [repetitions]\n"), 2;
    const auto tokenizer = openTokenizer(argv[1]);
    const auto text = readFile(argv[2]);
    if (!tokenizer || !text)
        return std::fprintf(stderr, "%s\n", (!tokenizer ? tokenizer.error() : text.error()).message.c_str()), 2;
    for (int repetition = 0; repetition < (argc > 3 ? std::atoi(argv[3]) : 3); ++repetition) {
        std::size_t tokens = 0;
        const bench::Stopwatch watch;
        for (std::size_t begin = 0, end = 0; begin < text->size(); begin = end) {
            end = std::min(text->size(), text->find('\n', begin)) + 1;
            end = std::min(end, text->size());
            tokens += (*tokenizer)->encode(std::string_view(*text).substr(begin, end - begin)).size();
        }
        const double seconds = watch.spent().processor / 1e3;
        std::printf("%.2f MB/s, %zu tokens\n", double(text->size()) / 1e6 / seconds, tokens);
    }
    return 0;
}
