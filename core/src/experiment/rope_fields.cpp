#include "rope_fields.h"

namespace moebel
{
namespace
{

void readRopeScaling(JsonFields& rope, RopeScaling& scaling)
{
    const std::string kind = rope.word("rope_type", rope.word("type", "default"));
    if (kind == "default") return;
    if (kind != "linear" && kind != "llama3") {
        rope.fault("the rope kind is \"" + kind + "\", which is not supported; \"default\", \"linear\" and \"llama3\" are");
        return;
    }
    scaling.kind = kind == "linear" ? RopeScalingKind::Linear : RopeScalingKind::Llama3;
    scaling.factor = rope.positive("factor", 1);
    if (scaling.kind == RopeScalingKind::Linear) return;
    scaling.lowFrequencyFactor = rope.positive("low_freq_factor", 1);
    scaling.highFrequencyFactor = rope.positive("high_freq_factor", 4);
    scaling.originalContext = rope.integer("original_max_position_embeddings", 1, kLongestContext);
    if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor)
        rope.fault("high_freq_factor is not larger than low_freq_factor");
}

}  // namespace

void readRope(JsonFields& config, const std::string& where, double theta, ModelShape& shape)
{
    shape.ropeTheta = config.positive("rope_theta", theta);
    const char* key = config.has("rope_scaling") && !config["rope_scaling"].empty() ? "rope_scaling" : "rope_parameters";
    if (!config.has(key)) return;
    if (!config[key].is_object()) return config.fault(std::string(key) + " is not an object");
    JsonFields rope(config[key], where + ", " + key);
    for (const char* layers : {"full_attention", "sliding_attention"})
        if (rope.has(layers)) rope.fault("angles that differ by kind of layer are not supported");
    rope.expect("partial_rotary_factor", 1.0);
    shape.ropeTheta = rope.positive("rope_theta", shape.ropeTheta);
    readRopeScaling(rope, shape.ropeScaling);
    if (shape.ropeScaling.kind == RopeScalingKind::Llama3)
        config.expect("original_max_position_embeddings", shape.ropeScaling.originalContext);
    if (rope.error()) config.fault(rope.error()->message);
}

}  // namespace moebel
