// A GGUF file: head, config and vocabulary. Every tensor that is accepted lies inside the file.
#include <cstdlib>

#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const moebel::MemoryFile file(bytes, size);
    const auto header = moebel::readGgufHeader(file.path());
    if (!header) return 0;
    for (const moebel::GgufTensor& tensor : header->tensors)
        if (tensor.offset > size || tensor.bytes > size - tensor.offset) std::abort();
    (void)moebel::ggufConfig(*header).ok();
    if (const auto tokenizer = moebel::readGgufTokenizer(file.path()))
        (void)moebel::readTokenizerJson(tokenizer->json, "/nowhere/tokenizer.json").ok();
    return 0;
}
