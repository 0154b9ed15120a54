// The rotary embedding in a GGUF file: rope.* of the architecture, and rope_freqs.weight.
#pragma once

#include "gguf_fields.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

/// Sets ropeTheta and ropeScaling; kinds that are not supported are faults by name. Precondition: shape.headSize is read.
void readGgufRope(const GgufHeader& header, GgufFields& fields, ModelShape& shape);

}  // namespace moebel
