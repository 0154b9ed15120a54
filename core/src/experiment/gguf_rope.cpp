#include "gguf_rope.h"

#include <numbers>

#include "rope_fields.h"

namespace moebel
{
namespace
{

/// Divisors [C/2] that stand for the values of config.json's "llama3": every divisor must follow from them. The two band
/// factors are those of all published models; what remains is found from the divisors. None where they do not fit.
std::optional<RopeScaling> llama3Scaling(const std::vector<float>& divisors, const ModelShape& shape)
{
    const double largest = *std::max_element(divisors.begin(), divisors.end());
    RopeScaling scaling{RopeScalingKind::Llama3, largest, 1, 4, 0};
    const double low = scaling.lowFrequencyFactor, high = scaling.highFrequencyFactor;
    const auto turnsPerToken = [&](std::size_t pair) {
        return std::pow(shape.ropeTheta, -2.0 * double(pair) / double(shape.headSize)) / (2 * std::numbers::pi);
    };
    double farthest = 0;  // of a blended divisor from the ends of its band
    for (std::size_t pair = 0; pair < divisors.size(); ++pair) {
        const double kept = (1 / double(divisors[pair]) - 1 / largest) / (1 - 1 / largest);
        const double inside = std::min(kept, 1 - kept), context = (low + (high - low) * kept) / turnsPerToken(pair);
        if (!(inside > farthest) || !(context < double(kLongestContext))) continue;
        farthest = inside;
        scaling.originalContext = std::llround(context);
    }
    if (!(largest > 1) || scaling.originalContext < 1) return std::nullopt;
    for (std::size_t pair = 0; pair < divisors.size(); ++pair) {
        const double turns = double(scaling.originalContext) * turnsPerToken(pair);
        const double kept = std::clamp((turns - low) / (high - low), 0.0, 1.0);
        const double expected = 1 / ((1 - kept) / largest + kept);
        if (!(std::abs(double(divisors[pair]) - expected) <= 1e-5 * expected)) return std::nullopt;
    }
    return scaling;
}

void readDivisors(const GgufHeader& header, GgufFields& fields, ModelShape& shape)
{
    constexpr const char* kName = "rope_freqs.weight";
    const GgufTensor* tensor = fields.tensor(kName);
    if (tensor == nullptr) return;
    if (fields.architecture() != "llama" || shape.ropeScaling.kind != RopeScalingKind::None)
        return fields.fault(std::string(kName) + " is supported in the architecture llama without rope.scaling only");
    if (tensor->type != GgufType::F32 || tensor->shape != std::vector<std::int64_t>{shape.headSize / 2})
        return fields.fault(std::string(kName) + " is not F32 with " + std::to_string(shape.headSize / 2) +
                            " numbers, one for each pair of numbers of a head");
    const auto divisors = readGgufFloats(header, *tensor);
    if (!divisors) return fields.fault(divisors.error());
    if (std::all_of(divisors->begin(), divisors->end(), [](float divisor) { return divisor == 1; })) return;
    const auto scaling = llama3Scaling(*divisors, shape);
    if (!scaling)
        return fields.fault(
            std::string(kName) +
            " does not hold the angles of Llama 3.1 and later (low_freq_factor 1, high_freq_factor 4), others are "
            "not supported in GGUF files; use the safetensors files");
    shape.ropeScaling = *scaling;
}

}  // namespace

void readGgufRope(const GgufHeader& header, GgufFields& fields, ModelShape& shape)
{
    shape.ropeTheta = fields.positive("rope.freq_base", 10000.0);
    const std::string scaling = fields.has("rope.scaling.type") ? fields.word("rope.scaling.type") : "linear";
    const char* key = fields.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";  // the older name
    const double factor = fields.positive(key, 1);
    if (scaling == "linear" && factor != 1)
        shape.ropeScaling = {RopeScalingKind::Linear, factor, 1, 4, 0};
    else if (scaling != "linear" && scaling != "none")
        fields.fault("the rope scaling \"" + scaling + "\" is not supported; \"none\" and \"linear\" are");
    if (fields.has("rope.dimension_count") && fields.integer("rope.dimension_count", 65'536) != shape.headSize)
        fields.fault("a rotary embedding of a part of the head is not supported");
    if (!fields.error()) readDivisors(header, fields, shape);
}

}  // namespace moebel
