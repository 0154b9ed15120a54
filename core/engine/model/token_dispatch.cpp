#include "engine/model/token_dispatch.h"

#include "engine/model/device_kernels.h"

namespace moebel
{

TokenOrder orderByExpert(const torch::Tensor& expert_ids_TK, std::int64_t experts)
{
    const torch::Tensor ids = expert_ids_TK.contiguous();
    const DeviceKernels device = kernelsFor(ids);
    const auto ofDevice = [&](std::int64_t size, torch::ScalarType type) {
        return torch::empty({size}, ids.options().dtype(type));
    };
    TokenOrder order{ofDevice(ids.numel(), torch::kInt64), ofDevice(ids.numel(), torch::kInt64), {}, ids.size(1)};
    const torch::Tensor offsets = ofDevice(experts + 1, torch::kInt64);
    const torch::Tensor workspace = ofDevice(device.table.sortWorkspace(ids.size(0), ids.size(1), experts), torch::kInt32);
    device.run(device.table.sortByExpert, ids.const_data_ptr<std::int64_t>(), ids.size(0), ids.size(1), experts,
               order.slotOfRow.mutable_data_ptr<std::int64_t>(), order.rowOfSlot.mutable_data_ptr<std::int64_t>(),
               offsets.mutable_data_ptr<std::int64_t>(), nullptr, workspace.mutable_data_ptr<std::int32_t>());
    const torch::Tensor ofHost = offsets.cpu();
    order.offsets.assign(ofHost.const_data_ptr<std::int64_t>(), ofHost.const_data_ptr<std::int64_t>() + experts + 1);
    return order;
}

}  // namespace moebel
