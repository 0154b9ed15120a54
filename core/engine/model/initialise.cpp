#include <cmath>

#include "engine/model/decoder.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

void fillNormal(const torch::Tensor& tensor, double deviation, Seed seed, std::uint64_t stream)
{
    const CounterRandom random(seed, stream);
    float* values = tensor.mutable_data_ptr<float>();
    at::parallel_for(0, tensor.numel(), 4096, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) values[i] = float(deviation * random.normal(std::uint64_t(i)));
    });
}

bool isOutputProjection(const std::string& name)
{
    return name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
}

}  // namespace

void initialiseDecoder(Decoder& decoder, double embeddingStd, double linearStd, Seed seed)
{
    const torch::NoGradGuard noGradient;
    const double outputStd = linearStd / std::sqrt(2.0 * double(decoder.shape().layers));
    std::uint64_t stream = 0;
    for (const NamedParameter& parameter : decoder.parameters()) {
        ++stream;
        if (parameter.name.ends_with(".bias"))
            parameter.tensor.zero_();
        else if (parameter.group == ParameterGroup::Norm)
            parameter.tensor.fill_(decoder.shape().normPlusOne ? 0.0 : 1.0);
        else if (parameter.group == ParameterGroup::Embedding || parameter.group == ParameterGroup::Head)
            fillNormal(parameter.tensor, embeddingStd, seed, stream);
        else
            fillNormal(parameter.tensor, isOutputProjection(parameter.name) ? outputStd : linearStd, seed, stream);
    }
}

}  // namespace moebel
