#include "engine/runner/numerics.h"

#include <torch/version.h>
#include "moebel/store/run_folder.h"

namespace moebel {

std::string libtorchVersion()
{
    return TORCH_VERSION;
}

std::string engineVersion()
{
    return MOEBEL_VERSION;
}

std::string numericsIdentity(int threads, Precision precision, const torch::Device& device)
{
    return "numerics " + std::to_string(kNumericsVersion) + ", libtorch " + libtorchVersion() + ", " + thisMachine().features + ", " +
           std::to_string(threads) + " threads, " + std::string(name(precision)) +
           (device.is_cpu() ? "" : ", " + c10::DeviceTypeName(device.type(), /*lower_case=*/true));
}

}  // namespace moebel
