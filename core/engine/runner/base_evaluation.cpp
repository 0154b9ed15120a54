#include "engine/runner/base_evaluation.h"

#include <algorithm>

#include "engine/expansion/upcycle.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/runner/evaluation_round.h"
#include "moebel/store/run_store.h"

namespace moebel {
namespace {

Result<bool> isTold(const Session& session)
{
    if (Status safe = session.flush(); !safe) {
        return safe.error();
    }
    const auto reader = RunReader::open(session.run());
    const auto scores = reader ? reader->scores() : Result<std::vector<Score>>(reader.error());
    if (!scores) {
        return scores.error();
    }
    return std::any_of(scores->begin(), scores->end(), [](const Score& score) { return score.checkpoint == "base"; });
}

}  // namespace

bool beginsAsBase(const ExpansionSpec& expansion)
{
    return expansion.newExperts == ExpertOrigin::Copy && (expansion.topK > 1 || expansion.renormaliseTopOne);
}

bool isBaseKept(const Session& session)
{
    const Experiment& experiment = session.experiment();
    const auto& stages = experiment.stages;
    return experiment.base.kind == BaseKind::Checkpoint && !usesGroups(experiment.expansion) && beginsAsBase(experiment.expansion) &&
           std::none_of(stages.begin(), stages.end(),
                        [](const StageSpec& stage) { return stage.trainable == TrainableSet::All; });
}

Status tellBase(Session& session, const Decoder& base, const PreparedText& text, const std::string& identity)
{
    const EvaluationSpec& evaluation = session.experiment().evaluation;
    session.tell(Progress{"evaluating the base model", 0.0});
    const auto whole = evaluateKnown(session, base, text, evaluation.heldoutBytes, identity);
    if (!whole) {
        return whole.error();
    }
    if (isBaseKept(session) && evaluation.everySteps > 0) {
        const auto during = evaluateKnown(session, base, text, evaluation.heldoutBytesDuring, identity);
        if (!during) {
            return during.error();
        }
        session.tell(EvaluationFinished{-1, 0, false, scoresOf(session, *during, text, "base", 0)});
    }
    session.tell(EvaluationFinished{-1, 0, true, scoresOf(session, *whole, text, "base", 0)});
    return Done{};
}

Status tellKeptBase(Session& session, const Decoder& expanded, const PreparedText& text)
{
    if (!isBaseKept(session)) {
        return Done{};
    }
    const auto told = isTold(session);
    if (!told || *told) {
        return told ? Status(Done{}) : Status(told.error());
    }
    const auto identity = hashOfModel(session.baseModel());
    if (!identity) {
        return identity.error();
    }
    return tellBase(session, *originalModel(expanded), text, *identity);
}

}  // namespace moebel
