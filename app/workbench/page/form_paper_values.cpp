#include "app/workbench/page/form_paper_values.h"

#include <optional>

#include "moebel/experiment/experiment.h"

namespace moebel
{

namespace
{

constexpr int kAnyStage = -1;
constexpr int kGrowth = int(StageKind::PostPretraining), kReview = int(StageKind::Review);

struct PaperRow {
    const char* key;  ///< of the table [expansion] or of a stage
    int stage;        ///< kind; kAnyStage also for [expansion]
    const char* moeLpr;
    const char* layerMoe;
};

// From the tables of hyper-parameters and the released scripts of arXiv 2408.11396 and 2505.22582.
constexpr PaperRow kRows[] = {
    {"experts", kAnyStage, "6", "3"},
    {"top_k", kAnyStage, "2", "2"},
    {"new_experts", kAnyStage, "copy", "copy"},
    {"tokens", kGrowth, "24_000_000_000", "6_000_000_000"},
    {"batch_sequences", kGrowth, "512", "512"},
    {"batch_sequences", kReview, "512", "768"},
    {"sequence_length", kGrowth, "1024", "1024"},
    {"sequence_length", kReview, "512", "512"},
    {"learning_rate", kAnyStage, "5e-5", "5e-5"},
    {"warmup_fraction", kAnyStage, "0", "0"},
    {"balance_weight", kGrowth, "0.01", "0.01"},
    {"balance_weight", kReview, "0", "0"},
    {"prior_weight", kReview, "0.1", "0.1"},
    {"classifier_weight", kReview, nullptr, "0.1"},
    {"trainable", kGrowth, "new-experts-and-routers", "new-experts-and-routers"},
    {"trainable", kReview, "routers", "routers"},
};

// -1 for the expansion's, nothing for what no row tells of.
std::optional<int> kindOf(const QString& path, const Experiment& experiment)
{
    const QString table = path.section(QLatin1Char('.'), 0, 0);
    if (table == QLatin1String("expansion")) return kAnyStage;
    const auto stage = std::size_t(path.section(QLatin1Char('.'), 1, 1).toInt());
    if (table != QLatin1String("stage") || stage >= experiment.stages.size()) return std::nullopt;
    return int(experiment.stages[stage].kind);
}

}  // namespace

QString paperValue(const QString& path, const Experiment& experiment)
{
    const bool layerMoe = experiment.preset.starts_with("layer-moe");
    const auto kind = kindOf(path, experiment);
    if (!kind || (!layerMoe && !experiment.preset.starts_with("moe-lpr"))) return {};
    const QString key = path.section(QLatin1Char('.'), -1);
    for (const PaperRow& row : kRows) {
        if (key != QLatin1String(row.key) || (row.stage != kAnyStage && row.stage != *kind)) continue;
        const char* value = layerMoe ? row.layerMoe : row.moeLpr;
        if (!value) return {};
        return QStringLiteral("%1 (%2)").arg(QLatin1String(value),
                                             layerMoe ? QStringLiteral("LayerMoE") : QStringLiteral("MoE-LPR"));
    }
    return {};
}

}  // namespace moebel
