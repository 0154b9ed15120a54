// Any text through every kind of tokenizer: ids inside the vocabulary, offsets inside the text and in order, decodable.
// The first byte chooses the tokenizer.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "engine/text/tokenizer.h"

namespace
{

std::vector<std::unique_ptr<moebel::Tokenizer>> openAll()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(MOEBEL_SOURCE_DIR "/tests/golden/tokenizers"))
        if (const auto stem = entry.path().stem(); stem.extension() != ".golden" && stem != "texts")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::unique_ptr<moebel::Tokenizer>> all;
    for (const auto& file : files)
        if (auto tokenizer = moebel::openTokenizer(file)) all.push_back(std::move(*tokenizer));
    if (all.empty()) std::abort();
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const auto tokenizers = openAll();
    if (size == 0) return 0;
    const moebel::Tokenizer& tokenizer = *tokenizers[bytes[0] % tokenizers.size()];
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const moebel::Encoding encoding = tokenizer.encodeWithOffsets(text);
    if (encoding.ids != tokenizer.encode(text) || encoding.ids.size() != encoding.offsets.size()) std::abort();
    std::int64_t last = 0;
    for (const auto& [begin, end] : encoding.offsets) {
        if (begin < 0 || end < begin || end > std::int64_t(text.size()) || begin < last) std::abort();
        last = begin;
    }
    if (!tokenizer.decode(encoding.ids, true)) std::abort();
    return 0;
}
