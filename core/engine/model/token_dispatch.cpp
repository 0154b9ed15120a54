#include "engine/model/token_dispatch.h"

#include "kernels/token_dispatch.h"

namespace moebel
{

TokenOrder orderByExpert(const torch::Tensor& expert_ids_TK, std::int64_t experts)
{
    const torch::Tensor ids = expert_ids_TK.contiguous();
    TokenOrder order{torch::empty({ids.numel()}, torch::kInt64), torch::empty({ids.numel()}, torch::kInt64),
                     std::vector<std::int64_t>(std::size_t(experts + 1)), ids.size(1)};
    kernels::sortByExpert(ids.const_data_ptr<std::int64_t>(), ids.size(0), ids.size(1), experts,
                          order.slotOfRow.mutable_data_ptr<std::int64_t>(), order.rowOfSlot.mutable_data_ptr<std::int64_t>(),
                          order.offsets.data());
    return order;
}

}  // namespace moebel
