#include "engine/runner/expand.h"

#include <nlohmann/json.hpp>

#include "engine/expansion/upcycle.h"
#include "engine/model/precision.h"
#include "engine/runner/adaptation.h"
#include "engine/runner/allocation.h"
#include "engine/runner/base_evaluation.h"
#include "engine/runner/base_model.h"
#include "engine/runner/evaluation_round.h"
#include "engine/runner/group_allocation.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {
namespace {

/// Above this the expansion by copies is not the dense model up to rounding.
double roundingOfLogits(Precision precision) { return precision == Precision::Float32 ? 1e-3 : 0.5; }

/// The allocation of the description, its layers' experts as they were chosen.
UpcyclePlan planFor(Session& session, const Decoder& base, const GroupChoice& chosen)
{
    const AllocationChoice& choice = chosen.choice;
    const ExpansionSpec& expansion = session.experiment().expansion;
    ExpertAllocation allocation;
    allocation.experts = choice.experts;
    allocation.rounds = base.allocation().rounds;
    if (session.baseRun()) {
        allocation.rounds.push_back(choice.present);
    }
    allocation.groups = chosen.groups;
    allocation.topK = expansion.topK;
    allocation.renormaliseTopOne = expansion.renormaliseTopOne;
    UpcyclePlan plan = planUpcycle(base.shape(), allocation, expansion.newExperts, session.seed(kSeedUpcycle), expansion.routerInit);
    plan.nearest = chosen.nearest;
    return plan;
}

Result<GroupChoice> choose(Session& session, BaseModel& base, const PreparedText& text)
{
    if (session.experiment().expansion.rule == AllocationRule::NearestExpert) {
        return chooseNearestExperts(session, *base.decoder, text);
    }
    if (usesGroups(session.experiment().expansion)) {
        return chooseGroups(session, *base.decoder, base.identity, text);
    }
    auto choice = chooseAllocation(session, *base.decoder, base.identity, text);
    return choice ? Result<GroupChoice>(GroupChoice{std::move(*choice), {}}) : Result<GroupChoice>(choice.error());
}

/// [layer][expert]
std::vector<std::vector<std::int64_t>> roundsOf(const UpcyclePlan& plan)
{
    std::vector<std::vector<std::int64_t>> rounds;
    for (std::size_t layer = 0; layer < plan.origins.size(); ++layer) {
        rounds.emplace_back();
        for (std::size_t expert = 0; expert < plan.origins[layer].size(); ++expert) {
            const bool isOriginal = plan.origins[layer][expert] == ExpertOrigin::Original;
            rounds.back().push_back(isOriginal ? 0 : plan.allocation.roundOf(std::int64_t(layer), std::int64_t(expert)));
        }
    }
    return rounds;
}

Status record(Session& session, const UpcyclePlan& plan, double difference)
{
    const nlohmann::ordered_json value = {{"plan", nlohmann::ordered_json::parse(toJson(plan))},
                                          {"logit_difference", difference}};
    if (Status written = writeFileAtomically(session.run().path / "upcycle.json", value.dump(1) + "\n"); !written) {
        return written;
    }
    session.tell(ModelExpanded{plan.origins, plan.allocation.topK, difference, roundsOf(plan)});
    session.tell(StepFinished{0, 0, {{"logit-difference", "", "", difference}}});
    const ExpansionSpec& expansion = session.experiment().expansion;
    const bool isFirstRound = plan.allocation.rounds.empty();  // a later one begins with routers that know nothing of unequal experts
    if (isFirstRound && beginsAsBase(expansion) && difference > roundingOfLogits(session.experiment().compute.precision)) {
        session.tell(Warned{0, "the expanded model's logits differ by up to " + std::to_string(difference) +
                                   " from the dense model's, where copies of experts should give equal ones"});
    }
    return Done{};
}

/// Scores and routing of the expanded model before any training; a base that is kept has told of its scores.
Status tellStart(Session& session, const Decoder& expanded, const PreparedText& text, const std::string& identity)
{
    if (isBaseKept(session)) {
        return Done{};
    }
    const auto round = evaluateKnown(session, expanded, text, session.experiment().evaluation.heldoutBytesDuring, identity);
    if (!round) {
        return round.error();
    }
    session.tell(EvaluationFinished{-1, 0, false, scoresOf(session, *round, text, "base", 0)});
    if (round->isMoe()) {
        session.tell(RoutingSampled{-1, 0, RoutingSplit::Evaluation, round->routing, round->profiles});
    }
    return Done{};
}

}  // namespace

Result<std::unique_ptr<Decoder>> makeExpandedModel(Session& session, const PreparedText& text, CheckpointKeeper& keeper,
                                                   std::optional<LoadedCheckpoint> pretraining)
{
    auto base = provideBase(session, text, keeper, std::move(pretraining));
    if (!base) {
        return base.error();
    }
    const Experiment& experiment = session.experiment();
    const bool isKnown = knownEvaluation(session, *base->decoder, text, experiment.evaluation.heldoutBytes, base->identity).has_value();
    if (isKnown || !isBaseKept(session)) {  // else with the first evaluation, so that training begins at once
        if (Status told = tellBase(session, *base->decoder, text, base->identity); !told) {
            return told.error();
        }
    }
    const auto choice = choose(session, *base, text);
    if (!choice) {
        return choice.error();
    }
    const UpcyclePlan plan = planFor(session, *base->decoder, *choice);
    std::unique_ptr<Decoder> expanded = upcycle(*base->decoder, plan);
    if (Status recorded = record(session, plan, logitDifference(*base->decoder, *expanded, session.seed(kSeedLogitCheck)));
        !recorded) {
        return recorded.error();
    }
    if (!plan.nearest.empty()) {  // of finished groups these are what their run ended with, to the bit
        const std::unique_ptr<Decoder> computing = inPrecision(*expanded, experiment.compute.precision);
        if (Status told = tellScoresByGroup(session, *computing, text, 0, 0); !told) {
            return told.error();
        }
    }
    if (Status told = tellStart(session, *expanded, text, sha256Hex(base->identity + toJson(plan))); !told) {
        return told.error();
    }
    return expanded;
}

}  // namespace moebel
