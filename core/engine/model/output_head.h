// From the last hidden state to logits.
#pragma once

#include "engine/model/torch.h"

namespace moebel
{

struct OutputHead {
    torch::Tensor weight_VD;
    double softCap = 0;  ///< c tanh(logit / c); 0: none

    OutputHead(torch::Tensor weight, double cap = 0) : weight_VD(std::move(weight)), softCap(cap) {}
};

}  // namespace moebel
