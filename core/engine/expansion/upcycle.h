// Dense -> MoE, and more experts for a mixture of an earlier round. methods.md 1.2, 2.6: every new expert is an exact, independent
// copy of the layer's original feed-forward network; routers begin anew where experts are added.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// Which layers become MoE, how many experts, where each comes from.
struct UpcyclePlan {
    ExpertAllocation allocation;
    std::vector<std::vector<ExpertOrigin>> origins;  ///< [layer][expert]; expert 0 is Original but for groups
    Seed seed;                                       ///< routers and random experts
    RouterInit routerInit = RouterInit::Xavier;
    /// DMoE's adaptation (methods.md 3.8): for each added expert of a MoE layer, the present one that it is a copy of, its router row
    /// included; the other rows stay. Empty: copies of expert 0, and routers that begin anew.
    std::vector<std::int64_t> nearest = {};
    bool operator==(const UpcyclePlan&) const = default;
};
UpcyclePlan planUpcycle(const ModelShape& shape, const ExpertAllocation& allocation, ExpertOrigin newExperts, Seed seed,
                        RouterInit routerInit = RouterInit::Xavier);

/// The plan as JSON, stored in the run.
std::string toJson(const UpcyclePlan& plan);

/// What `base` has is shared with it, not copied: a large model is in memory once. Whoever trains those tensors
/// (TrainableSet::All) trains them in both. The classifiers of an earlier round are left behind.
std::unique_ptr<Decoder> upcycle(const Decoder& base, const UpcyclePlan& plan);

/// The model that upcycle() made this one from, as long as nothing but new experts and routers was trained: shares the tensors of
/// the first experts and of all that is outside the experts. Precondition: no groups (each layer's first expert is Original).
std::unique_ptr<Decoder> originalModel(const Decoder& expanded);

/// Largest absolute difference of logits on random ids, both in the precision of `a`: 0 to rounding when experts are copies and weights
/// sum to one.
double logitDifference(const Decoder& a, const Decoder& b, Seed seed);

}  // namespace moebel
