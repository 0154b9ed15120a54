// Acceptance 36 and 37 of DMoE: the layers of the published statistics, and what must hold for any; masks; the file's forms.
#include "moebel/analysis/parameter_deviation.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "moebel/base/file.h"

using namespace moebel;

namespace
{

using Layers = std::vector<std::int64_t>;

ParameterDeviation published(const QString& model)
{
    const std::string file = MOEBEL_SOURCE_DIR "/tests/golden/dmoe/delta_stat_" + model.toStdString() + ".json";
    const auto read = parseDeviationJson(*readFile(file), file);
    return read ? *read : ParameterDeviation();
}

ParameterDeviation deviationOf(std::vector<std::vector<double>> norms)
{
    ParameterDeviation deviation;
    for (std::size_t i = 0; i < norms.size(); ++i) deviation.languages.push_back("l" + std::to_string(i));
    deviation.attention.resize(norms.size());
    deviation.feedForward = std::move(norms);
    return deviation;
}

ParameterDeviation measured()
{
    ParameterDeviation deviation = deviationOf({{0.1, 0.2}, {0.3, 1.0 / 3}});
    deviation.attention = {{0.01, 0.02}, {}};
    deviation.similarity = LanguageMatrix(deviation.languages);
    deviation.similarity.set(0, 0, 1);
    deviation.similarity.set(1, 0, 0.25);
    deviation.similarityLayers = 3;
    deviation.withGate = false;
    deviation.steps = 10;
    return deviation;
}

QString text(const Layers& layers)
{
    QStringList words;
    for (const std::int64_t layer : layers) words << QString::number(layer);
    return words.join(',');
}

QString refusal(const QString& file)
{
    const auto read = parseDeviationJson(file.toStdString(), "d.json");
    return read ? QString("it was read") : QString::fromStdString(read.error().message);
}

}  // namespace

class ParameterDeviationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void publishedStatisticsGiveThePublishedMasks_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<double>("epsilon");
        QTest::addColumn<QString>("mask");
        QTest::addColumn<QString>("layers");
        QTest::newRow("BLOOM-560M") << "bloom-560m" << 0.6 << "15728671"
                                    << "0,1,2,3,4,20,21,22,23";
        QTest::newRow("BLOOM-1.7B") << "bloom-1.7b" << 0.6 << "16252943"
                                    << "0,1,2,3,19,20,21,22,23";
        QTest::newRow("Qwen2.5-1.5B") << "qwen2.5-1.5B" << 0.6 << "7"
                                      << "0,1,2";
        QTest::newRow("BLOOM-560M, 0.8") << "bloom-560m" << 0.8 << "14680064"
                                         << "21,22,23";
        QTest::newRow("BLOOM-1.7B, 0.8") << "bloom-1.7b" << 0.8 << "14680065"
                                         << "0,21,22,23";
        QTest::newRow("BLOOM-560M, 0.4") << "bloom-560m" << 0.4 << "16515135"
                                         << "0,1,2,3,4,5,18,19,20,21,22,23";
    }
    void publishedStatisticsGiveThePublishedMasks()
    {
        QFETCH(QString, model);
        QFETCH(double, epsilon);
        const ParameterDeviation deviation = published(model);
        QCOMPARE(deviation.languages.size(), 18U);
        const LayerChoice choice = chooseLayers(deviation, epsilon);
        QTEST(QString::fromStdString(choice.mask), "mask");
        QTEST(text(choice.layers), "layers");
    }

    void publishedMeansAreThoseOfTheTable()
    {
        const LayerChoice choice = chooseLayers(published("bloom-560m"), 0.6);
        QVERIFY(std::abs(choice.mean[0] - .063123) < 5e-7 && std::abs(choice.mean[23] - .063451) < 5e-7);
        QCOMPARE(choice.normalised[22], 1.0);  // .065296, the highest
        QCOMPARE(choice.normalised[12], 0.0);  // .055931, the lowest
    }

    void zeroTakesAllLayersAndOneOnlyTheHighest()
    {
        std::mt19937 engine(1);
        for (int round = 0; round < 100; ++round) {
            std::vector<std::vector<double>> norms(1 + std::size_t(round) % 5,
                                                   std::vector<double>(2 + std::size_t(round) % 30));
            for (auto& language : norms)
                for (double& norm : language) norm = std::uniform_real_distribution<double>(0.1, 1)(engine);
            const ParameterDeviation deviation = deviationOf(norms);
            const LayerChoice all = chooseLayers(deviation, 0), one = chooseLayers(deviation, 1);
            QCOMPARE(all.layers.size(), norms.front().size());
            const auto highest = std::max_element(all.mean.begin(), all.mean.end()) - all.mean.begin();
            QCOMPARE(one.layers, Layers{highest});
        }
        QCOMPARE(chooseLayers(deviationOf({{1, 3, 2, 3}}), 1).layers, (Layers{1, 3}));  // two are highest
    }

    void theMeanOverTheLanguagesIsTakenBeforeTheRange()
    {
        // By language the ranges would give (0, 1) and (1, 0), so .5 in both layers; the means are 1.5 and 5.
        const LayerChoice choice = chooseLayers(deviationOf({{1, 9}, {2, 1}}), 0.6);
        QCOMPARE(choice.mean, (std::vector<double>{1.5, 5}));
        QCOMPARE(choice.normalised, (std::vector<double>{0, 1}));
        QCOMPARE(choice.layers, Layers{1});
    }

    void aHigherThresholdNeverAddsALayer()
    {
        const ParameterDeviation deviation = published("bloom-1.7b");
        Layers before = chooseLayers(deviation, 0).layers;
        for (double epsilon = 0.05; epsilon <= 1; epsilon += 0.05) {
            const Layers now = chooseLayers(deviation, epsilon).layers;
            QVERIFY(std::includes(before.begin(), before.end(), now.begin(), now.end()));
            before = now;
        }
    }

    void layersThatAreAllEqualAreNormalisedToZeroAndSaySo()
    {
        const LayerChoice choice = chooseLayers(deviationOf({{2, 2, 2}}), 0.1);
        QVERIFY(choice.allEqual);
        QCOMPARE(choice.normalised, (std::vector<double>{0, 0, 0}));
        QVERIFY(choice.layers.empty());
        QCOMPARE(QString::fromStdString(choice.mask), QString("0"));
        QCOMPARE(chooseLayers(deviationOf({{2, 2, 2}}), 0).layers.size(), 3U);
        QVERIFY(!chooseLayers(deviationOf({{2, 3}}), 0).allEqual);
    }

    void masksOfMoreThanSixtyThreeLayersKeepEveryLayer_data()
    {
        QTest::addColumn<QString>("mask");
        QTest::addColumn<QString>("layers");
        QTest::newRow("none") << "0"
                              << "";
        QTest::newRow("62") << "4611686018427387904"
                            << "62";
        QTest::newRow("63") << "9223372036854775808"
                            << "63";
        QTest::newRow("0 and 64") << "18446744073709551617"
                                  << "0,64";
        QTest::newRow("80") << "1208925819614629174706176"
                            << "80";
        QTest::newRow("1, 80, 125") << "42535295865118516858741440558145732610"
                                    << "1,80,125";
    }
    void masksOfMoreThanSixtyThreeLayersKeepEveryLayer()
    {
        QFETCH(QString, mask);
        const auto layers = layersOfMask(mask.toStdString());
        QVERIFY(layers);
        QTEST(text(*layers), "layers");
        QCOMPARE(QString::fromStdString(maskOfLayers(*layers)), mask);
    }

    void masksAndLayersAreTheSameForEveryLayer()
    {
        std::mt19937 engine(2);
        for (int round = 0; round < 200; ++round) {
            Layers layers;
            for (std::int64_t layer = 0; layer < 1 + round; ++layer)
                if (engine() % 2 == 0) layers.push_back(layer);
            const std::string mask = maskOfLayers(layers);
            if (round < 53)
                QCOMPARE(std::stod(mask), std::accumulate(layers.begin(), layers.end(), 0.0,
                                                          [](double sum, auto l) { return sum + std::ldexp(1, int(l)); }));
            QCOMPARE(*layersOfMask(mask), layers);
        }
        QCOMPARE(*layersOfMask("007"), (Layers{0, 1, 2}));
    }

    void whatIsNoMaskIsRefused()
    {
        for (const std::string& mask : {std::string(), std::string("-1"), std::string("0x7"), std::string("1e3"),
                                        std::string(" 7"), std::string(1'300, '9'), maskOfLayers({4'096})}) {
            const auto layers = layersOfMask(mask);
            QVERIFY2(!layers, mask.c_str());
            QCOMPARE(QString::fromStdString(layers.error().message),
                     QString("\"%1\" is no mask of layers; expected a decimal number with bit l for layer l, such as 15728671, "
                             "of 4096 layers at most")
                         .arg(QString::fromStdString(mask.substr(0, 40))));
        }
        QCOMPARE(*layersOfMask(maskOfLayers({4'095})), Layers{4'095});
    }

    void whatIsWrittenIsReadAgain()
    {
        const auto read = parseDeviationJson(toJson(measured()), "d.json");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, measured());
        const ParameterDeviation bare = deviationOf({{1, 2}});
        QCOMPARE(*parseDeviationJson(toJson(bare), "d.json"), bare);
        for (const char* model : {"bloom-560m", "qwen2.5-1.5B"})
            QCOMPARE(*parseDeviationJson(toJson(published(model)), "d.json"), published(model));
    }

    void theWrittenFileHasTheLanguagesAtItsTop()
    {
        const QJsonObject file = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(measured()))).object();
        QCOMPARE(file.keys(), (QStringList{"l0", "l1", "similarity"}));
        QCOMPARE(file["l0"]["delta_norm_ffn"].toArray(), (QJsonArray{0.1, 0.2}));
        QVERIFY(file["l1"]["delta_norm_att"].isUndefined());
        QCOMPARE(file["similarity"]["matrix"].toArray(), (QJsonArray{QJsonArray{1, 0.25}, QJsonArray{0.25, QJsonValue()}}));
    }

    void otherShapesOfTheFileAreRead()
    {
        const ParameterDeviation expected = deviationOf({{1, 2}, {3, 4}});
        for (const char* file :
             {R"({"l0": {"delta_norm_ffn": [1, 2]}, "l1": {"delta_norm_ffn": [3, 4], "note": "x"}})",
              R"({"languages": {"l0": {"delta_norm_ffn": [1, 2]}, "l1": {"delta_norm_ffn": [3, 4]}}, "steps": 10})",
              "\uFEFF{\"l0\": {\"delta_norm_ffn\": [1, 2]}, \"l1\": {\"delta_norm_ffn\": [3, 4]}, \"similarity\": "
              "[[1]]}\r\n"}) {
            const auto read = parseDeviationJson(file, "d.json");
            QVERIFY2(read, read ? "" : read.error().message.c_str());
            QCOMPARE(*read, expected);
        }
    }

    void wrongFilesAreRefused()
    {
        const QString expected = "; expected {\"<language>\": {\"delta_norm_ffn\": [one number a layer]}, ...}";
        QCOMPARE(refusal(""), "d.json:1: this is no JSON" + expected);
        QCOMPARE(refusal("{\"ar\": {\n\"delta_norm_ffn\": [1, NaN]}}"), "d.json:2: this is no JSON" + expected);
        QCOMPARE(refusal("[1, 2]"), "d.json: found a JSON array" + expected);
        QCOMPARE(refusal("{}"), "d.json: there is no language" + expected);
        QCOMPARE(refusal("{\"ar\": [1, 2]}"), "d.json: 'ar' has no \"delta_norm_ffn\"" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": []}}"), "d.json: ar.delta_norm_ffn is no list of numbers" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": [1, \"2\"]}}"),
                 "d.json: ar.delta_norm_ffn[1] is \"2\", and the norm of a change is a number from 0 up" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": [-1]}}"),
                 "d.json: ar.delta_norm_ffn[0] is -1, and the norm of a change is a number from 0 up" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": [1]}, \"bn\": {\"delta_norm_ffn\": [1, 2]}}"),
                 "d.json: 'bn' has 2 layers where there are 1 before" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": [1], \"delta_norm_att\": [1, 2]}}"),
                 "d.json: 'ar' has 2 layers where there are 1 before" + expected);
        QCOMPARE(refusal("{\"ar\": {\"delta_norm_ffn\": [1]}, \"ar\": {\"delta_norm_ffn\": [2]}}"),
                 "d.json: \"ar\" is there twice" + expected);
        QCOMPARE(refusal(QString(100, '[')), "d.json: brackets inside each other more than 64 deep" + expected);
        QVERIFY(refusal("{\"ar\": {\"delta_norm_ffn\": [1]}, \"similarity\": {\"languages\": [\"ar\"], \"matrix\": []}}")
                    .startsWith("d.json: similarity: the matrix has not one row a language"));
    }
};

QTEST_GUILESS_MAIN(ParameterDeviationTest)
#include "parameter_deviation_test.moc"
