#include "moebel/base/gguf.h"

namespace moebel
{

GgufBlock blockOf(GgufType type)
{
    switch (type) {
        case GgufType::F32:
            return {1, 4};
        case GgufType::F16:
        case GgufType::BF16:
            return {1, 2};
        case GgufType::Q4_0:
            return {32, 18};
        case GgufType::Q4_1:
            return {32, 20};
        case GgufType::Q5_0:
            return {32, 22};
        case GgufType::Q5_1:
            return {32, 24};
        case GgufType::Q8_0:
            return {32, 34};
        case GgufType::Q4_K:
            return {256, 144};
        case GgufType::Q5_K:
            return {256, 176};
        case GgufType::Q6_K:
            return {256, 210};
    }
    return {};
}

std::string_view name(GgufType type)
{
    switch (type) {
        case GgufType::F32:
            return "F32";
        case GgufType::F16:
            return "F16";
        case GgufType::Q4_0:
            return "Q4_0";
        case GgufType::Q4_1:
            return "Q4_1";
        case GgufType::Q5_0:
            return "Q5_0";
        case GgufType::Q5_1:
            return "Q5_1";
        case GgufType::Q8_0:
            return "Q8_0";
        case GgufType::Q4_K:
            return "Q4_K";
        case GgufType::Q5_K:
            return "Q5_K";
        case GgufType::Q6_K:
            return "Q6_K";
        case GgufType::BF16:
            return "BF16";
    }
    return {};
}

}  // namespace moebel
