// Small seeded models for tests of the engine.
#pragma once

#include <memory>

#include "engine/expansion/upcycle.h"
#include "engine/model/decoder.h"
#include "moebel/base/random.h"

namespace moebel::test {

inline ModelShape smallShape()
{
    ModelShape shape;
    shape.layers = 3;
    shape.width = 32;
    shape.heads = 4;
    shape.keyValueHeads = 2;
    shape.headSize = 8;
    shape.feedForwardWidth = 48;
    shape.vocabulary = 101;
    shape.contextLength = 32;
    return shape;
}

inline std::unique_ptr<Decoder> denseModel(ModelShape shape = smallShape(), Seed seed = Seed{1})
{
    auto decoder = std::make_unique<Decoder>(shape, ExpertAllocation{});
    initialiseDecoder(*decoder, 0.3, 0.2, seed);
    return decoder;
}

inline std::unique_ptr<Decoder> upcycled(const Decoder& dense, std::vector<std::int64_t> experts, std::int64_t topK = 2,
                                         Seed seed = Seed{2}, ExpertOrigin origin = ExpertOrigin::Copy,
                                         bool renormaliseTopOne = true)
{
    return upcycle(dense, planUpcycle(dense.shape(), {std::move(experts), topK, renormaliseTopOne}, origin, seed));
}

inline torch::Tensor randomIds(std::int64_t sequences, std::int64_t length, std::int64_t vocabulary, Seed seed = Seed{3})
{
    torch::Tensor ids_BS = torch::empty({sequences, length}, torch::kInt64);
    const CounterRandom random(seed);
    for (std::int64_t i = 0; i < ids_BS.numel(); ++i)
        ids_BS.mutable_data_ptr<std::int64_t>()[i] = std::int64_t(random.below(std::uint64_t(i), std::uint64_t(vocabulary)));
    return ids_BS;
}

/// Normal numbers, the same for the same seed, whatever LibTorch's generators do.
inline torch::Tensor randomTensor(std::vector<std::int64_t> sizes, Seed seed, double deviation = 1.0)
{
    torch::Tensor tensor = torch::empty(sizes);
    const CounterRandom random(seed);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.mutable_data_ptr<float>()[i] = float(deviation * random.normal(std::uint64_t(i)));
    return tensor;
}

inline double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

}  // namespace moebel::test
