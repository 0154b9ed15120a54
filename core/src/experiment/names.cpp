// The words of the files for the kinds of a description.
#include "moebel/experiment/experiment.h"

namespace moebel {

std::string_view name(LanguageRole role)
{
    switch (role) {
    case LanguageRole::Original: return "original";
    case LanguageRole::Expanded: return "expanded";
    }
    return {};
}

LanguageCohort cohortOf(LanguageRole role, bool isEarlier)
{
    if (role == LanguageRole::Original) return LanguageCohort::Original;
    return isEarlier ? LanguageCohort::Earlier : LanguageCohort::New;
}

std::string_view name(LanguageCohort cohort, bool hasEarlier)
{
    switch (cohort) {
    case LanguageCohort::Original: return name(LanguageRole::Original);
    case LanguageCohort::Earlier: return "earlier";
    case LanguageCohort::New: return hasEarlier ? "new" : name(LanguageRole::Expanded);
    }
    return {};
}

std::string_view name(TextSource source)
{
    switch (source) {
    case TextSource::LibreOfficeHelp: return "libreoffice-help";
    case TextSource::GnomeHelp: return "gnome-help";
    case TextSource::TextFiles: return "text";
    case TextSource::JsonLines: return "jsonl";
    case TextSource::Synthetic: return "synthetic";
    }
    return {};
}

std::string_view name(BaseKind kind)
{
    switch (kind) {
    case BaseKind::Pretrain: return "pretrain";
    case BaseKind::Checkpoint: return "checkpoint";
    case BaseKind::Run: return "run";
    }
    return {};
}

std::string_view name(ExpertOrigin origin)
{
    switch (origin) {
    case ExpertOrigin::Original: return "original";
    case ExpertOrigin::Copy: return "copy";
    case ExpertOrigin::Random: return "random";
    case ExpertOrigin::Earlier: return "earlier";
    }
    return {};
}

std::string_view name(AllocationRule rule)
{
    switch (rule) {
    case AllocationRule::Manual: return "manual";
    case AllocationRule::BySimilarity: return "by-similarity";
    case AllocationRule::LargestRemainder: return "largest-remainder";
    case AllocationRule::ReverseSimilarity: return "reverse-similarity";
    case AllocationRule::Schedule: return "schedule";
    case AllocationRule::ByDeviation: return "by-deviation";
    case AllocationRule::Layers: return "layers";
    case AllocationRule::Uniform: return "uniform";
    case AllocationRule::NearestExpert: return "nearest-expert";
    }
    return {};
}

std::string_view name(GroupingSource source)
{
    switch (source) {
    case GroupingSource::Deviation: return "deviation";
    case GroupingSource::HiddenStates: return "hidden-states";
    case GroupingSource::Gradients: return "gradients";
    case GroupingSource::TokenizerOverlap: return "tokenizer-overlap";
    }
    return {};
}

std::string_view name(GroupingAlgorithm algorithm)
{
    switch (algorithm) {
    case GroupingAlgorithm::Exact: return "exact";
    case GroupingAlgorithm::Growth: return "growth";
    case GroupingAlgorithm::Random: return "random";
    case GroupingAlgorithm::Family: return "family";
    case GroupingAlgorithm::Script: return "script";
    case GroupingAlgorithm::Manual: return "manual";
    }
    return {};
}

std::string_view name(RouterInit init)
{
    switch (init) {
    case RouterInit::Xavier: return "xavier";
    case RouterInit::Normal: return "normal";
    }
    return {};
}

std::string_view name(ClassifierChoice choice)
{
    switch (choice) {
    case ClassifierChoice::ByNewOriginal: return "by-new-original";
    case ClassifierChoice::ByMean: return "by-mean";
    }
    return {};
}

std::string causalityNote(const std::vector<std::int64_t>& classifierLayers, ClassifierScope scope)
{
    if (scope != ClassifierScope::Sequence || classifierLayers.empty()) return {};
    std::string layers;
    for (const std::int64_t layer : classifierLayers) layers += (layers.empty() ? "" : ", ") + std::to_string(layer);
    return "the language classifiers in layers " + layers +
           " look at the whole sequence, later tokens included (scope \"sequence\"), so likelihoods are not strictly causal; those of "
           "scope \"prefix\" and \"token\" are";
}

std::string_view name(ClassifierScope scope)
{
    switch (scope) {
    case ClassifierScope::Sequence: return "sequence";
    case ClassifierScope::Prefix: return "prefix";
    case ClassifierScope::Token: return "token";
    }
    return {};
}

std::string_view name(StageKind kind)
{
    switch (kind) {
    case StageKind::Pretraining: return "pretraining";
    case StageKind::PostPretraining: return "post-pretraining";
    case StageKind::Review: return "review";
    case StageKind::GroupWarmup: return "group-warmup";
    case StageKind::Joint: return "joint";
    case StageKind::Adaptation: return "adaptation";
    }
    return {};
}

std::string_view name(TrainableSet set)
{
    switch (set) {
    case TrainableSet::NewExpertsAndRouters: return "new-experts-and-routers";
    case TrainableSet::Routers: return "routers";
    case TrainableSet::All: return "all";
    }
    return {};
}

std::string_view name(PriorForm form)
{
    switch (form) {
    case PriorForm::Paper: return "paper";
    case PriorForm::Official: return "official";
    }
    return {};
}

std::string_view name(BalanceForm form)
{
    switch (form) {
    case BalanceForm::Paper: return "paper";
    case BalanceForm::Official: return "official";
    case BalanceForm::Constant: return "constant";
    }
    return {};
}

std::string_view name(Precision precision)
{
    switch (precision) {
    case Precision::Float32: return "float32";
    case Precision::BFloat16: return "bfloat16";
    }
    return {};
}

}  // namespace moebel
