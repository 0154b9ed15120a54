// The rotary embedding in config.json: rope_parameters (transformers 5), or rope_theta and rope_scaling (4).
#pragma once

#include "json_fields.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

inline constexpr std::int64_t kLongestContext = 1 << 24;

/// Sets ropeTheta and ropeScaling; kinds that are not supported are faults by name. Where a file has both objects, rope_scaling
/// counts, as in transformers. `where`: of the config, for sentences. `theta`: the family's, for a file that says none.
void readRope(JsonFields& config, const std::string& where, double theta, ModelShape& shape);

}  // namespace moebel
