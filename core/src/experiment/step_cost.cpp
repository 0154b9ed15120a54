#include "moebel/experiment/step_cost.h"

#include <algorithm>

namespace moebel
{
namespace
{

constexpr double kFloat = 4;  ///< bytes

/// A product of one token with some weights.
struct Product {
    double weights = 0;            ///< that it may read
    double size = 0;               ///< multiply-adds
    bool passesGradients = false;  ///< to its input
    double trainedShare = 0;       ///< of its rows, those whose weights learn
};

/// Multiply-adds of one token and weights that are read, summed product by product from the bottom of the model to its top.
struct TokenProducts {
    double forward = 0;
    double inputGradients = 0;
    double weightGradients = 0;
    double attentionForward = 0;
    double attentionBackward = 0;
    double weightsForward = 0;
    double weightsBackward = 0;

    void add(const Product& product)
    {
        forward += product.size;
        inputGradients += product.passesGradients ? product.size : 0;
        weightGradients += product.size * product.trainedShare;
        weightsForward += product.weights;
        weightsBackward += product.passesGradients ? product.weights : 0;
    }
};

/// Tokens that a token sees, itself included, on average over a sequence.
double seenTokens(std::int64_t length, std::int64_t window)
{
    const double open = double(window > 0 ? std::min(window, length) : length);  // tokens that see all before them
    return (open * (open + 1) / 2 + (double(length) - open) * open) / double(length);
}

class Counter
{
public:
    Counter(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage)
        : m_shape(shape),
          m_allocation(allocation),
          m_stage(stage),
          m_trainsAll(stage.trainable == TrainableSet::All),
          m_reached(m_trainsAll)
    {
        for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
            addAttention(layer);
            if (allocation.isMoe(layer))
                addExperts(layer);
            else
                addNetwork(shape.feedForwardWidth);
            m_reached = m_reached || allocation.isMoe(layer);  // its routers learn in every stage
        }
    }

    const TokenProducts& products() const { return m_products; }
    /// Whether gradients come as far as the head.
    bool anyGradient() const { return m_reached; }

private:
    /// Every token passes through all of it.
    void addMatrix(double weights, bool passesGradients, double trainedShare)
    {
        m_products.add({weights, weights, passesGradients, trainedShare});
    }

    void addAttention(std::int64_t layer)
    {
        const double width = double(m_shape.width), queries = double(m_shape.heads * m_shape.headSize);
        const double keys = double(m_shape.keyValueHeads * m_shape.headSize), share = m_trainsAll ? 1 : 0;
        addMatrix(width * (queries + 2 * keys), m_reached, share);
        addMatrix(queries * width, m_reached, share);
        const std::int64_t window = m_shape.windows.empty() ? 0 : m_shape.windows[std::size_t(layer)];
        const double pairs = 2 * queries * seenTokens(m_stage.sequenceLength, window);  // scores, and the mix of values
        m_products.attentionForward += pairs;
        m_products.attentionBackward += m_reached ? 2 * pairs : 0;  // two products for each
    }

    void addNetwork(std::int64_t hidden)
    {
        const double size = double(m_shape.width * hidden), share = m_trainsAll ? 1 : 0;
        addMatrix(size * inputMatrices(), m_reached, share);
        addMatrix(size, m_reached, share);
    }

    void addExperts(std::int64_t layer)
    {
        const std::int64_t experts = m_allocation.experts[std::size_t(layer)];
        const bool isHard = isHardRouted(m_stage.kind);
        const double width = double(m_shape.width), slots = isHard ? 1 : double(std::min(m_allocation.topK, experts));
        const double matrix = width * double(widthOfExperts(m_shape)), share = trainedShare(layer, experts);
        const double weights = double(experts) * matrix, size = slots * matrix;
        m_products.add({weights * inputMatrices(), size * inputMatrices(), m_reached, share});
        m_products.add({weights, size, true, share});  // the router learns from it, too
        const bool routerLearns = !isHard || m_stage.routerWeight > 0;
        addMatrix(width * double(experts), m_reached && routerLearns, routerLearns ? 1 : 0);
        if (m_shape.sharedExpertWidth > 0) addNetwork(m_shape.sharedExpertWidth);
        const auto& classifiers = m_allocation.classifierLayers;
        const bool learns = m_stage.classifierWeight > 0;
        if (std::count(classifiers.begin(), classifiers.end(), layer) > 0)
            addMatrix(2 * width, m_reached && learns, learns ? 1 : 0);
    }

    /// Of the rows of a layer, those in experts that learn.
    double trainedShare(std::int64_t layer, std::int64_t experts) const
    {
        if (m_trainsAll) return 1;
        if (m_stage.trainable == TrainableSet::Routers) return 0;
        if (m_stage.kind == StageKind::Adaptation) return 1;
        return double(experts - m_allocation.earlierExperts(layer)) / double(experts);
    }

    /// Gate and up, or up alone.
    double inputMatrices() const { return m_shape.feedForward == FeedForwardKind::Gelu ? 1 : 2; }

    const ModelShape& m_shape;
    const ExpertAllocation& m_allocation;
    const StageSpec& m_stage;
    bool m_trainsAll;
    bool m_reached;  ///< the input of the next layer depends on something that learns
    TokenProducts m_products;
};

}  // namespace

std::int64_t trainedParameters(const ParameterCount& count, TrainableSet trainable)
{
    switch (trainable) {
        case TrainableSet::NewExpertsAndRouters:
            return count.newExperts + count.router;
        case TrainableSet::Routers:
            return count.router + count.classifier;
        case TrainableSet::All:
            return count.total;
    }
    return 0;
}

StepCost stepCost(const ModelShape& shape, const ExpertAllocation& allocation, const StageSpec& stage, Precision precision)
{
    const Counter counter(shape, allocation, stage);
    const TokenProducts& token = counter.products();
    const bool isCut = stage.microBatchSequences > 0 && stage.microBatchSequences < stage.batchSequences;
    const bool routesBefore = isCut && stage.balanceWeight > 0;
    StepCost cost;
    cost.tokens = stage.batchSequences * stage.sequenceLength;
    const double operations = 2 * double(cost.tokens), passes = routesBefore ? 2 : 1;
    cost.flops.forward = operations * token.forward * passes;
    cost.flops.inputGradients = operations * token.inputGradients;
    cost.flops.weightGradients = operations * token.weightGradients;
    cost.flops.attention = operations * (token.attentionForward * passes + token.attentionBackward);
    const double head = double(shape.vocabulary * shape.width), backward = counter.anyGradient() ? 1 : 0;
    cost.flops.head = operations * head * (1 + backward + (stage.trainable == TrainableSet::All ? 1 : 0));

    const ParameterCount count = countParameters(shape, allocation);
    const double trained = double(trainedParameters(count, stage.trainable));
    const double micro = isCut ? double((stage.batchSequences + stage.microBatchSequences - 1) / stage.microBatchSequences) : 1;
    const double number = precision == Precision::BFloat16 ? 2 : kFloat;
    const double read = token.weightsForward * passes + token.weightsBackward + head * (1 + backward);
    cost.bytes.weights = number * micro * read;
    cost.bytes.gradients = kFloat * trained * (micro + 1);
    cost.bytes.optimizer = kFloat * trained * 6;
    return cost;
}

}  // namespace moebel
