#include <array>

#include "engine/model/checkpoint/safetensors_header.h"

namespace moebel
{

std::int64_t bytesPerElement(StoredType type)
{
    switch (type) {
        case StoredType::Int64:
            return 8;
        case StoredType::Float32:
        case StoredType::Int32:
            return 4;
        case StoredType::Float16:
        case StoredType::BFloat16:
            return 2;
        case StoredType::UInt8:
        case StoredType::Bool:
            return 1;
    }
    return 0;
}

std::string_view name(StoredType type)
{
    switch (type) {
        case StoredType::Float32:
            return "F32";
        case StoredType::Float16:
            return "F16";
        case StoredType::BFloat16:
            return "BF16";
        case StoredType::Int64:
            return "I64";
        case StoredType::Int32:
            return "I32";
        case StoredType::UInt8:
            return "U8";
        case StoredType::Bool:
            return "BOOL";
    }
    return {};
}

}  // namespace moebel
