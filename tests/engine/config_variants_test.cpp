// A config.json with changed or missing settings: computed as transformers computes it, or refused; nothing that changes the
// numbers is ignored (tests/golden/make_config_variants.py).
#include "engine/model/torch.h"
//
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/checkpoint/safetensors.h"
#include "moebel/base/file.h"

using namespace moebel;
using nlohmann::json;
namespace fs = std::filesystem;

namespace
{

constexpr double kTolerance = 2e-4;  ///< of the range of the logits
constexpr int kTokenStep = 8;        ///< of the tokens whose logits are stored

const fs::path kGolden = fs::path(MOEBEL_SOURCE_DIR) / "tests/golden";

json readJsonFile(const fs::path& file) { return json::parse(readFile(file).value()); }

json changed(json config, const json& variant)
{
    if (variant.contains("drop")) config.erase(std::string(variant["drop"]));
    if (variant.contains("set")) config.update(variant["set"]);
    return config;
}

/// Versions of transformers before 5 took null for the default, and published files rely on it.
bool isOldNull(const json& variant)
{
    const json none, &set = variant.contains("set") ? variant["set"] : none;
    for (const char* key : {"tie_word_embeddings", "mlp_bias", "hidden_activation", "head_dim"})
        if (set.contains(key) && set[key].is_null()) return true;
    return false;
}

/// One family's weights with a config.json that changes.
class ChangingModel
{
public:
    ChangingModel(const std::string& family, const std::string& spelling, const fs::path& folder)
        : m_folder(folder), m_config(readJsonFile(kGolden / "models" / family / spelling))
    {
        fs::remove_all(folder);
        fs::copy(kGolden / "models" / family, folder);
        const auto golden = readSafetensors(folder / "golden.safetensors");
        m_ids = golden->tensors.at("ids.2").unsqueeze(0);
        m_unchanged = some(golden->tensors.at("logits.2"));
        m_read = write(m_config).value();
    }

    const json& config() const { return m_config; }
    const torch::Tensor& unchanged() const { return m_unchanged; }
    /// Undefined where the changed config, or the weights with it, are refused.
    torch::Tensor logitsOf(const json& config)
    {
        const auto read = write(config);
        if (!read) return {};
        if (read->shape == m_read.shape && read->allocation == m_read.allocation) return m_unchanged;
        const auto model = readModel(m_folder);
        return model ? some(logits(**model, m_ids)) : torch::Tensor();
    }

private:
    Result<ModelConfig> write(const json& config)
    {
        fs::remove(m_folder / "config.json");  // the file system flushes what is written over
        std::ofstream(m_folder / "config.json") << config;
        return readConfig(m_folder / "config.json");
    }
    static torch::Tensor some(const torch::Tensor& logits_SV)
    {
        return logits_SV.select(0, -1).slice(0, 0, logits_SV.size(1), kTokenStep).contiguous();
    }

    fs::path m_folder;
    json m_config;
    ModelConfig m_read;
    torch::Tensor m_ids, m_unchanged;
};

torch::Tensor expectedOf(const json& logits, const ChangingModel& model)
{
    if (logits == "same") return model.unchanged();
    return logits.is_array() ? torch::tensor(logits.get<std::vector<float>>()) : torch::Tensor();
}

}  // namespace

class ConfigVariantsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aChangedSettingIsComputedAsInTheReferenceOrRefused_data();
    void aChangedSettingIsComputedAsInTheReferenceOrRefused();
    void mostChangesAreComputed();

private:
    QTemporaryDir m_folder;
    int m_variants = 0, m_computed = 0;
};

void ConfigVariantsTest::aChangedSettingIsComputedAsInTheReferenceOrRefused_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("spelling");
    const json families = readJsonFile(kGolden / "config_variants.json");
    for (const auto& [family, spellings] : families.items())
        for (const auto& [spelling, rows] : spellings.items())
            QTest::newRow((family + "/" + spelling).c_str()) << QString::fromStdString(family) << QString::fromStdString(spelling);
}

void ConfigVariantsTest::aChangedSettingIsComputedAsInTheReferenceOrRefused()
{
    QFETCH(QString, family);
    QFETCH(QString, spelling);
    static const json kFamilies = readJsonFile(kGolden / "config_variants.json");
    ChangingModel model(family.toStdString(), spelling.toStdString(), fs::path(m_folder.path().toStdString()) / "model");
    const double range = (model.unchanged().max() - model.unchanged().min()).item<double>();
    QStringList wrong;
    for (const json& variant : kFamilies[family.toStdString()][spelling.toStdString()]) {
        ++m_variants;
        const torch::Tensor found = model.logitsOf(changed(model.config(), variant));
        if (!found.defined()) continue;
        ++m_computed;
        const torch::Tensor expected = expectedOf(variant["logits"], model);
        const bool equal = expected.defined() && expected.sizes() == found.sizes() &&
                           (expected - found).abs().max().item<double>() <= kTolerance * range;
        if (!equal && !(variant["logits"] == "fails" && isOldNull(variant))) wrong.append(QString::fromStdString(variant.dump()));
    }
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
}

void ConfigVariantsTest::mostChangesAreComputed()
{
    QVERIFY2(m_variants > 2000 && m_computed > 0.7 * m_variants, qPrintable(QString("%1 of %2").arg(m_computed).arg(m_variants)));
}

QTEST_GUILESS_MAIN(ConfigVariantsTest)
#include "config_variants_test.moc"
