// The fused AdamW against LibTorch's own, and its state.
#include <torch/optim/adamw.h>

#include <QTest>

#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class OptimizerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { torch::manual_seed(2); }
    void takesTheStepsOfLibTorchsAdamW();
    void weightDecayIsDecoupledFromTheGradient();
    void parameterWithoutGradientStays();
    void restoredStateGoesOnBitByBit();
    void refusesTheStateOfAnotherStage();
    void gradientNormIsThatOfAllGradientsTogether();
    void scaledGradientsHaveTheScaledNorm();
};

namespace {

std::vector<NamedParameter> threeParameters()
{
    torch::manual_seed(3);
    std::vector<NamedParameter> parameters;
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{17, 33}, {5}, {64, 64}})
        parameters.push_back({std::string("p") + std::to_string(parameters.size()), ParameterGroup::Router, torch::randn(shape).requires_grad_()});
    return parameters;
}

std::vector<torch::Tensor> tensorsOf(const std::vector<NamedParameter>& parameters)
{
    std::vector<torch::Tensor> tensors;
    for (const NamedParameter& parameter : parameters)
        tensors.push_back(parameter.tensor);
    return tensors;
}

void giveGradients(const std::vector<torch::Tensor>& tensors, std::uint64_t seed)
{
    torch::manual_seed(seed);
    for (torch::Tensor tensor : tensors)
        tensor.mutable_grad() = torch::randn_like(tensor) * 0.1;
}

}  // namespace

void OptimizerTest::takesTheStepsOfLibTorchsAdamW()
{
    const auto ours = threeParameters(), theirs = threeParameters();
    AdamW optimizer(ours, 0.9, 0.95, 0.1);
    torch::optim::AdamW reference(tensorsOf(theirs),
                                  torch::optim::AdamWOptions(1e-2).betas({0.9, 0.95}).eps(1e-8).weight_decay(0.1));
    for (std::uint64_t step = 0; step < 25; ++step) {
        giveGradients(tensorsOf(ours), step);
        giveGradients(tensorsOf(theirs), step);
        optimizer.step(1e-2);
        reference.step();
    }
    for (std::size_t i = 0; i < ours.size(); ++i)
        QVERIFY(difference(ours[i].tensor, theirs[i].tensor) < 2e-6);
}

void OptimizerTest::weightDecayIsDecoupledFromTheGradient()
{
    const auto parameters = threeParameters();
    AdamW optimizer(parameters, 0.9, 0.95, 0.1);
    for (const NamedParameter& parameter : parameters) {
        torch::Tensor tensor = parameter.tensor;
        tensor.mutable_grad() = torch::zeros_like(tensor);
    }
    const torch::Tensor before = parameters[0].tensor.detach().clone();
    optimizer.step(0.5);
    QVERIFY(difference(parameters[0].tensor, before * (1 - 0.5 * 0.1)) < 1e-6);
}

void OptimizerTest::parameterWithoutGradientStays()
{
    auto parameters = threeParameters();
    AdamW optimizer(parameters, 0.9, 0.95, 0.1);
    giveGradients(tensorsOf(parameters), 1);
    parameters[1].tensor.mutable_grad() = torch::Tensor();
    const torch::Tensor before = parameters[1].tensor.detach().clone();
    optimizer.step(1e-2);
    QVERIFY(parameters[1].tensor.equal(before));
    optimizer.zeroGradients();
    optimizer.step(1e-2);  // nothing to do is no error
}

void OptimizerTest::restoredStateGoesOnBitByBit()
{
    const auto whole = threeParameters(), cut = threeParameters();
    AdamW one(whole, 0.9, 0.95, 0.01), first(cut, 0.9, 0.95, 0.01), second(cut, 0.9, 0.95, 0.01);
    for (std::uint64_t step = 0; step < 10; ++step) {
        giveGradients(tensorsOf(whole), step);
        one.step(1e-2);
        if (step == 5) {
            std::map<std::string, torch::Tensor> saved;
            for (const auto& [name, tensor] : first.state())
                saved[name] = tensor.clone();
            QVERIFY(second.restore(saved).ok());
        }
        giveGradients(tensorsOf(cut), step);
        (step < 5 ? first : second).step(1e-2);
    }
    for (std::size_t i = 0; i < whole.size(); ++i)
        QVERIFY(whole[i].tensor.equal(cut[i].tensor));
}

void OptimizerTest::refusesTheStateOfAnotherStage()
{
    const auto parameters = threeParameters();
    AdamW optimizer(parameters, 0.9, 0.95, 0.0);
    std::map<std::string, torch::Tensor> saved;
    for (const auto& [name, tensor] : optimizer.state())
        saved[name] = torch::ones_like(tensor);
    auto fewer = saved;
    fewer.erase(fewer.begin());
    QVERIFY(!optimizer.restore(fewer));
    auto otherShape = saved;
    otherShape["adamw.p0.first"] = torch::ones({17, 34});
    QVERIFY(!optimizer.restore(otherShape));
    auto otherName = fewer;
    otherName["adamw.q.first"] = torch::ones({17, 33});
    QVERIFY(!optimizer.restore(otherName));
    for (const auto& [name, tensor] : optimizer.state())
        QVERIFY2(largest(tensor) == 0.0, name.c_str());  // a refused state changes nothing
}

void OptimizerTest::gradientNormIsThatOfAllGradientsTogether()
{
    auto parameters = threeParameters();
    QCOMPARE(gradientNorm(parameters), 0.0);
    for (NamedParameter& parameter : parameters)
        parameter.tensor.mutable_grad() = torch::zeros_like(parameter.tensor);
    parameters[0].tensor.mutable_grad()[3][4] = 3.0;
    parameters[2].tensor.mutable_grad()[0][1] = -4.0;
    QCOMPARE(gradientNorm(parameters), 5.0);
    parameters[1].tensor.mutable_grad()[2] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(std::isnan(gradientNorm(parameters)));
}

void OptimizerTest::scaledGradientsHaveTheScaledNorm()
{
    const auto parameters = threeParameters();
    giveGradients(tensorsOf(parameters), 4);
    const double norm = gradientNorm(parameters);
    scaleGradients(parameters, 1.0 / norm);
    QVERIFY(std::abs(gradientNorm(parameters) - 1.0) < 1e-6);
}

QTEST_GUILESS_MAIN(OptimizerTest)
#include "optimizer_test.moc"
