// The trained weights in fp32, beside the copies that a model computes with.
#pragma once

#include <vector>

#include "engine/model/decoder.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// In Float32 the masters are the decoder's own tensors. In BFloat16 the decoder holds bf16 copies of the trained weights, and
/// frozen weights in bf16 only; routers and norms are fp32 in both. One at a time for a decoder, which outlives it.
class MasterWeights {
public:
    /// Freezes what the set does not train, and puts the decoder into the precision.
    MasterWeights(Decoder& decoder, TrainableSet trainable, Precision precision);
    /// The decoder gets the masters: what was trained is fp32 again, what was frozen keeps its rounding.
    ~MasterWeights();
    MasterWeights(const MasterWeights&) = delete;
    MasterWeights& operator=(const MasterWeights&) = delete;

    /// fp32, in the decoder's order: what the optimizer changes and a checkpoint stores.
    const std::vector<NamedParameter>& masters() const { return m_masters; }
    /// Adds the gradients of the copies to those of the masters and drops them: after every backward pass.
    void collectGradients();
    /// Drops the gradients of the copies that were not collected.
    void dropGradients();
    /// Rounds the masters into the copies: after every change of the masters.
    void refreshCopies();

private:
    std::vector<NamedParameter> m_masters;
    std::vector<torch::Tensor> m_copies;  ///< of the same index; undefined where the master is the decoder's own tensor
};

}  // namespace moebel
