#include "engine/model/torch.h"

#include <QtTest>
#include <cmath>

#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;

namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix toMatrix(const torch::Tensor& tensor)
{
    Matrix rows(std::size_t(tensor.size(0)), std::vector<double>(std::size_t(tensor.size(1))));
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < rows[i].size(); ++j)
            rows[i][j] = double(tensor.const_data_ptr<float>()[std::int64_t(i) * tensor.size(1) + std::int64_t(j)]);
    return rows;
}

std::vector<double> times(const torch::Tensor& weight, const std::vector<double>& x)
{
    std::vector<double> y(std::size_t(weight.size(0)), 0.0);
    for (std::size_t i = 0; i < y.size(); ++i)
        for (std::size_t j = 0; j < x.size(); ++j) y[i] += double(weight.const_data_ptr<float>()[i * x.size() + j]) * x[j];
    return y;
}

std::vector<double> normed(const std::vector<double>& x, const torch::Tensor& weight, double epsilon)
{
    double squares = 0;
    for (const double value : x) squares += value * value;
    const double scale = 1.0 / std::sqrt(squares / double(x.size()) + epsilon);
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * scale * double(weight.const_data_ptr<float>()[i]);
    return y;
}

void rotateHead(double* head, std::int64_t size, std::int64_t position, double theta)
{
    for (std::int64_t i = 0; i < size / 2; ++i) {
        const double angle = double(position) * std::pow(theta, -2.0 * double(i) / double(size));
        const double a = head[i], b = head[i + size / 2];
        head[i] = a * std::cos(angle) - b * std::sin(angle);
        head[i + size / 2] = b * std::cos(angle) + a * std::sin(angle);
    }
}

/// The dense decoder once more, in plain loops and double precision.
Matrix referenceLogits(Decoder& decoder, const std::vector<std::int64_t>& ids)
{
    const ModelShape& shape = decoder.shape();
    const std::size_t length = ids.size(), size = std::size_t(shape.headSize);
    const Matrix embedding = toMatrix(decoder.embedding_VD());
    Matrix x;
    for (const std::int64_t id : ids) x.push_back(embedding[std::size_t(id)]);
    for (const DecoderLayer& layer : decoder.layers()) {
        Matrix query, key, value;
        for (std::size_t t = 0; t < length; ++t) {
            const auto input = normed(x[t], layer.attentionNorm.weight_D, shape.normEpsilon);
            query.push_back(times(layer.attention.query_HCxD, input));
            key.push_back(times(layer.attention.key_GCxD, input));
            value.push_back(times(layer.attention.value_GCxD, input));
            for (std::int64_t h = 0; h < shape.heads; ++h) rotateHead(query[t].data() + h * shape.headSize, shape.headSize, std::int64_t(t), shape.ropeTheta);
            for (std::int64_t g = 0; g < shape.keyValueHeads; ++g) rotateHead(key[t].data() + g * shape.headSize, shape.headSize, std::int64_t(t), shape.ropeTheta);
        }
        for (std::size_t t = 0; t < length; ++t) {
            std::vector<double> mixed(std::size_t(shape.heads) * size, 0.0);
            for (std::size_t h = 0; h < std::size_t(shape.heads); ++h) {
                const std::size_t g = h / std::size_t(shape.heads / shape.keyValueHeads);
                std::vector<double> weight(t + 1);
                double sum = 0;
                for (std::size_t s = 0; s <= t; ++s) {
                    double score = 0;
                    for (std::size_t c = 0; c < size; ++c) score += query[t][h * size + c] * key[s][g * size + c];
                    sum += weight[s] = std::exp(score / std::sqrt(double(size)));
                }
                for (std::size_t s = 0; s <= t; ++s)
                    for (std::size_t c = 0; c < size; ++c) mixed[h * size + c] += weight[s] / sum * value[s][g * size + c];
            }
            const auto output = times(layer.attention.output_DxHC, mixed);
            for (std::size_t d = 0; d < output.size(); ++d) x[t][d] += output[d];
        }
        const Expert& expert = layer.feedForward.bank.experts.front();
        for (std::size_t t = 0; t < length; ++t) {
            const auto input = normed(x[t], layer.feedForwardNorm.weight_D, shape.normEpsilon);
            auto gate = times(expert.gate_FD, input);
            const auto up = times(expert.up_FD, input);
            for (std::size_t f = 0; f < gate.size(); ++f) gate[f] = gate[f] / (1 + std::exp(-gate[f])) * up[f];
            const auto output = times(expert.down_DF, gate);
            for (std::size_t d = 0; d < output.size(); ++d) x[t][d] += output[d];
        }
    }
    Matrix result;
    for (std::size_t t = 0; t < length; ++t) result.push_back(times(decoder.head_VD(), normed(x[t], decoder.finalNorm_D(), shape.normEpsilon)));
    return result;
}

}  // namespace

class DecoderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void logitsAreThoseOfPlainLoopsInDoublePrecision()
    {
        const auto decoder = denseModel();
        const std::vector<std::int64_t> ids = {5, 17, 17, 99, 0, 42, 3};
        const Matrix expected = referenceLogits(*decoder, ids);
        const torch::Tensor found = logits(*decoder, torch::tensor(ids).unsqueeze(0));
        for (std::size_t t = 0; t < ids.size(); ++t)
            for (std::size_t v = 0; v < 101; ++v)
                QVERIFY(std::abs(found[std::int64_t(t)][std::int64_t(v)].item<double>() - expected[t][v]) < 1e-4);
    }

    void laterTokensDoNotChangeEarlierLogits()
    {
        const auto expanded = upcycled(*denseModel(), {3, 3, 3}, 2, Seed{2}, ExpertOrigin::Random);
        torch::Tensor ids = randomIds(1, 12, 101);
        const torch::Tensor before = logits(*expanded, ids);
        ids[0][9] = (ids[0][9].item<std::int64_t>() + 1) % 101;
        const torch::Tensor after = logits(*expanded, ids);
        QVERIFY(largestDifference(before.slice(0, 0, 9), after.slice(0, 0, 9)) < 1e-5);
        QVERIFY(largestDifference(before.slice(0, 9), after.slice(0, 9)) > 1e-3);
    }

    void sequencesOfABatchDoNotSeeEachOther()
    {
        const auto decoder = denseModel();
        const torch::Tensor ids = randomIds(3, 10, 101);
        const torch::Tensor together = logits(*decoder, ids);
        const torch::Tensor alone = logits(*decoder, ids.slice(0, 1, 2));
        QVERIFY(largestDifference(together.slice(0, 10, 20), alone) < 1e-5);
    }

    void everyParameterStandsInTheListOnceWithItsGroup()
    {
        const auto expanded = upcycled(*denseModel(), {3, 1, 2});
        std::map<std::string, int> names;
        std::map<ParameterGroup, std::int64_t> sizes;
        for (const NamedParameter& parameter : expanded->parameters()) {
            ++names[parameter.name];
            sizes[parameter.group] += parameter.tensor.numel();
        }
        for (const auto& [name, times] : names) QVERIFY2(times == 1, name.c_str());
        const ParameterCount count = countParameters(expanded->shape(), expanded->allocation());
        QCOMPARE(sizes[ParameterGroup::NewExpert], count.newExperts);
        QCOMPARE(sizes[ParameterGroup::OriginalExpert], count.originalExperts);
        QCOMPARE(sizes[ParameterGroup::Router], count.router);
        QCOMPARE(sizes[ParameterGroup::Attention], count.attention);
        QCOMPARE(sizes[ParameterGroup::Norm], count.norm);
        QCOMPARE(sizes[ParameterGroup::Embedding], count.embedding);
        QVERIFY(names.contains("model.layers.0.mlp.experts.2.down_proj.weight"));
        QVERIFY(names.contains("model.layers.1.mlp.gate_proj.weight"));
    }

    void initialisationDependsOnTheSeedOnly()
    {
        const auto a = denseModel(), b = denseModel(), c = denseModel(smallShape(), Seed{8});
        const torch::Tensor ids = randomIds(1, 6, 101);
        QVERIFY(torch::equal(logits(*a, ids), logits(*b, ids)));
        QVERIFY(!torch::equal(logits(*a, ids), logits(*c, ids)));
        const double output = a->layers()[0].feedForward.bank.experts[0].down_DF.std().item<double>();
        QVERIFY(std::abs(output / (0.2 / std::sqrt(6.0)) - 1) < 0.1);
    }
};

QTEST_GUILESS_MAIN(DecoderTest)
#include "decoder_test.moc"
