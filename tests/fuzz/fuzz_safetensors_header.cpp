// The header of a safetensors file: what is accepted lies inside the file, whole and without overlap.
#include <cstdlib>
#include <string_view>

#include "engine/model/checkpoint/safetensors_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto header = moebel::parseSafetensorsHeader(text, size, "fuzz");
    if (!header) return 0;
    std::uint64_t at = 0;
    for (const moebel::StoredTensor& tensor : header->tensors) {
        if (tensor.begin != at || tensor.end < tensor.begin) std::abort();
        at = tensor.end;
    }
    if (header->dataBegin + at != size) std::abort();
    return 0;
}
