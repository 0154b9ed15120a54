#include "engine/training/optimizer.h"

#include <cmath>
#include <numbers>

namespace moebel {
namespace {

std::vector<torch::Tensor> gradientsOf(const std::vector<NamedParameter>& parameters)
{
    std::vector<torch::Tensor> gradients;
    for (const NamedParameter& parameter : parameters)
        if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
    return gradients;
}

}  // namespace

bool isTrained(ParameterGroup group, TrainableSet trainable)
{
    switch (trainable) {
    case TrainableSet::NewExpertsAndRouters: return group == ParameterGroup::NewExpert || group == ParameterGroup::Router;
    case TrainableSet::Routers: return group == ParameterGroup::Router || group == ParameterGroup::Classifier;
    case TrainableSet::All: return true;
    }
    return false;
}

std::vector<NamedParameter> applyFreezePlan(Decoder& decoder, TrainableSet trainable)
{
    std::vector<NamedParameter> trained;
    for (NamedParameter& parameter : decoder.parameters()) {
        parameter.tensor.mutable_grad() = torch::Tensor();
        parameter.tensor.requires_grad_(isTrained(parameter.group, trainable));
        if (parameter.tensor.requires_grad()) trained.push_back(std::move(parameter));
    }
    return trained;
}

double scheduledLearningRate(const ScheduleSpec& schedule, double learningRate, std::int64_t step, std::int64_t steps)
{
    const double warmup = schedule.warmupFraction * double(steps);
    if (double(step) < warmup) return learningRate * double(step + 1) / std::ceil(warmup);
    const double length = double(steps) - warmup;
    const double progress = length > 0 ? (double(step) - warmup) / length : 1.0;
    const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
    return learningRate * (schedule.finalFraction + (1.0 - schedule.finalFraction) * cosine);
}

double gradientNorm(const std::vector<NamedParameter>& parameters)
{
    const std::vector<torch::Tensor> gradients = gradientsOf(parameters);
    if (gradients.empty()) return 0;
    return torch::linalg_vector_norm(torch::stack(at::_foreach_norm(gradients))).item<double>();
}

void scaleGradients(const std::vector<NamedParameter>& parameters, double factor)
{
    const std::vector<torch::Tensor> gradients = gradientsOf(parameters);
    if (!gradients.empty()) at::_foreach_mul_(gradients, factor);
}

AdamW::AdamW(std::vector<NamedParameter> parameters, double beta1, double beta2, double weightDecay)
    : m_parameters(std::move(parameters)), m_beta1(beta1), m_beta2(beta2), m_weightDecay(weightDecay)
{
    for (const NamedParameter& parameter : m_parameters) {
        m_first.push_back(torch::zeros_like(parameter.tensor).detach());
        m_second.push_back(torch::zeros_like(parameter.tensor).detach());
        m_steps.push_back(torch::zeros({}, parameter.tensor.options().dtype(torch::kFloat32).requires_grad(false)));
    }
}

void AdamW::step(double learningRate)
{
    const torch::NoGradGuard noGradient;
    std::vector<torch::Tensor> weights, gradients, first, second, steps;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        const torch::Tensor& tensor = m_parameters[i].tensor;
        if (!tensor.grad().defined()) continue;  // an expert that saw no token has nothing to learn
        weights.push_back(tensor);
        gradients.push_back(tensor.grad());
        first.push_back(m_first[i]);
        second.push_back(m_second[i]);
        steps.push_back(m_steps[i]);
    }
    if (weights.empty()) return;
    at::_foreach_add_(steps, 1.0);
    at::_fused_adamw_(weights, gradients, first, second, {}, steps, learningRate, m_beta1, m_beta2, m_weightDecay, 1e-8,
                      /*amsgrad=*/false, /*maximize=*/false);
}

void AdamW::zeroGradients()
{
    for (NamedParameter& parameter : m_parameters) parameter.tensor.mutable_grad() = torch::Tensor();
}

void AdamW::reset()
{
    const torch::NoGradGuard noGradient;
    for (const std::vector<torch::Tensor>* tensors : {&m_first, &m_second, &m_steps})
        for (const torch::Tensor& tensor : *tensors) tensor.zero_();
}

NamedTensors AdamW::state() const
{
    NamedTensors state;
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        state.emplace_back("adamw." + m_parameters[i].name + ".first", m_first[i]);
        state.emplace_back("adamw." + m_parameters[i].name + ".second", m_second[i]);
        state.emplace_back("adamw." + m_parameters[i].name + ".step", m_steps[i]);
    }
    return state;
}

Status AdamW::restore(const std::map<std::string, torch::Tensor>& state)
{
    const NamedTensors wanted = this->state();
    if (state.size() != wanted.size())
        return failed("optimizer-state", "the optimizer state holds " + std::to_string(state.size()) + " tensors, the stage trains " +
                                             std::to_string(wanted.size()) + ": it belongs to another stage or model");
    for (const auto& [name, tensor] : wanted) {
        const auto found = state.find(name);
        if (found == state.end() || found->second.sizes() != tensor.sizes())
            return failed("optimizer-state", "the optimizer state has no tensor " + name + " of the stage's shape");
    }
    const torch::NoGradGuard noGradient;
    for (const auto& [name, tensor] : wanted) torch::Tensor(tensor).copy_(state.at(name));
    return Done{};
}

}  // namespace moebel
