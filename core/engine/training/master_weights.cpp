#include "engine/training/master_weights.h"

#include "engine/model/precision.h"
#include "engine/training/optimizer.h"

namespace moebel {

MasterWeights::MasterWeights(Decoder& decoder, TrainableSet trainable, Precision precision)
{
    applyFreezePlan(decoder, trainable);
    for (NamedParameter& parameter : decoder.parameters()) {
        const torch::ScalarType type = computeType(parameter.group, precision);
        torch::Tensor& tensor = parameter.tensor;
        if (tensor.requires_grad()) {
            const bool needsCopy = type != torch::kFloat32;
            m_copies.push_back(needsCopy ? tensor : torch::Tensor());
            if (tensor.scalar_type() != torch::kFloat32) tensor.set_data(tensor.detach().to(torch::kFloat32));
            m_masters.push_back({parameter.name, parameter.group, needsCopy ? tensor.detach() : tensor});
        }
        if (tensor.scalar_type() != type) tensor.set_data(tensor.detach().to(type));
    }
}

MasterWeights::~MasterWeights()
{
    for (std::size_t i = 0; i < m_copies.size(); ++i) {
        if (!m_copies[i].defined()) continue;
        m_copies[i].mutable_grad() = torch::Tensor();
        m_copies[i].set_data(m_masters[i].tensor);
    }
}

void MasterWeights::collectGradients()
{
    const torch::NoGradGuard noGradient;
    for (std::size_t i = 0; i < m_copies.size(); ++i) {
        if (!m_copies[i].defined() || !m_copies[i].grad().defined()) continue;
        torch::Tensor& sum = m_masters[i].tensor.mutable_grad();
        if (sum.defined())
            sum.add_(m_copies[i].grad());
        else
            sum = m_copies[i].grad().to(torch::kFloat32);
        m_copies[i].mutable_grad() = torch::Tensor();
    }
}

void MasterWeights::dropGradients()
{
    for (torch::Tensor& copy : m_copies)
        if (copy.defined()) copy.mutable_grad() = torch::Tensor();
}

void MasterWeights::refreshCopies()
{
    const torch::NoGradGuard noGradient;
    for (std::size_t i = 0; i < m_copies.size(); ++i)
        if (m_copies[i].defined()) m_copies[i].copy_(m_masters[i].tensor);
}

}  // namespace moebel
