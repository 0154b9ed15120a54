// The numbers a model computes with: fp32, or bf16 for the products while routers, norms, softmax and losses stay in fp32.
#pragma once

#include <memory>
#include <string>

#include "engine/model/decoder.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// Whether a CPU with these features (DeviceProfile::features) computes in this precision at a sensible speed: bf16 needs
/// avx512_bf16 or amx_bf16. Error of kind InvalidInput, at compute.precision.
Status checkPrecision(Precision precision, const std::string& features);

/// The type in which tensors of this group are held for computing. Routers and norms: fp32, whatever the precision.
torch::ScalarType computeType(ParameterGroup group, Precision precision);

/// The same model for evaluation in this precision. What has the right type already is shared, not copied.
std::unique_ptr<Decoder> inPrecision(const Decoder& decoder, Precision precision);

}  // namespace moebel
