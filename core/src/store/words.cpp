#include "words.h"

#include <initializer_list>

namespace moebel {

namespace {

template <typename Kind>
std::optional<Kind> find(std::string_view word, std::initializer_list<Kind> kinds)
{
    for (Kind kind : kinds)
        if (name(kind) == word) return kind;
    return std::nullopt;
}

}  // namespace

std::string_view name(RoutingSplit split)
{
    switch (split) {
    case RoutingSplit::Training: return "training";
    case RoutingSplit::Evaluation: return "evaluation";
    }
    return "";
}

std::string_view name(BaseSource source)
{
    switch (source) {
    case BaseSource::Trained: return "trained";
    case BaseSource::Cache: return "cache";
    case BaseSource::Checkpoint: return "checkpoint";
    case BaseSource::Run: return "run";
    }
    return "";
}

std::string_view name(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidInput: return "invalid-input";
    case ErrorKind::Failed: return "failed";
    case ErrorKind::Stopped: return "stopped";
    case ErrorKind::Interrupted: return "interrupted";
    case ErrorKind::NoSpace: return "no-space";
    case ErrorKind::DeviceLost: return "device-lost";
    }
    return "";
}

std::optional<AllocationRule> allocationRuleOf(std::string_view word)
{
    return find(word, {AllocationRule::Manual, AllocationRule::BySimilarity, AllocationRule::LargestRemainder,
                       AllocationRule::ReverseSimilarity, AllocationRule::Schedule, AllocationRule::ByDeviation, AllocationRule::Layers,
                       AllocationRule::Uniform, AllocationRule::NearestExpert});
}

std::optional<StageKind> stageKindOf(std::string_view word)
{
    return find(word, {StageKind::Pretraining, StageKind::PostPretraining, StageKind::Review, StageKind::GroupWarmup, StageKind::Joint,
                       StageKind::Adaptation});
}

std::optional<LanguageRole> languageRoleOf(std::string_view word)
{
    return find(word, {LanguageRole::Original, LanguageRole::Expanded});
}

std::optional<RoutingSplit> routingSplitOf(std::string_view word)
{
    return find(word, {RoutingSplit::Training, RoutingSplit::Evaluation});
}

std::optional<RoutingKind> routingKindOf(std::string_view word)
{
    return find(word, {RoutingKind::Count, RoutingKind::TopOne, RoutingKind::GateMass, RoutingKind::SoftScore, RoutingKind::Bypass});
}

std::optional<BaseSource> baseSourceOf(std::string_view word)
{
    return find(word, {BaseSource::Trained, BaseSource::Cache, BaseSource::Checkpoint, BaseSource::Run});
}

std::optional<ExpertOrigin> expertOriginOf(std::string_view word)
{
    return find(word, {ExpertOrigin::Original, ExpertOrigin::Copy, ExpertOrigin::Random, ExpertOrigin::Earlier});
}

std::optional<ErrorKind> errorKindOf(std::string_view word)
{
    return find(word, {ErrorKind::InvalidInput, ErrorKind::Failed, ErrorKind::Stopped, ErrorKind::Interrupted, ErrorKind::NoSpace,
                       ErrorKind::DeviceLost});
}

}  // namespace moebel
