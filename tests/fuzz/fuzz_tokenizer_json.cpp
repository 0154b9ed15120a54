// tokenizer.json from a stranger: refused with a sentence, or able to encode and decode.
#include <cstdlib>

#include "engine/text/tokenizer/tokenizer_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    auto pipeline =
        moebel::readTokenizerJson(std::string(reinterpret_cast<const char*>(bytes), size), "/nowhere/tokenizer.json");
    if (!pipeline) return 0;
    const auto tokenizer = moebel::makeTokenizer(std::move(*pipeline));
    const moebel::Encoding encoding = tokenizer->encodeWithOffsets("Hello, \u00fcber 12 \u4e16\u754c \xff <s>");
    if (encoding.ids.size() != encoding.offsets.size()) std::abort();
    (void)tokenizer->decode(encoding.ids, true).ok();
    return 0;
}
