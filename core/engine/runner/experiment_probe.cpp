#include "engine/runner/experiment_probe.h"

#include "engine/runner/base_model.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/group_similarity.h"
#include "engine/runner/run_text.h"

namespace moebel
{

Result<ParameterDeviation> probeExperiment(Session& session, const std::filesystem::path& experimentFolder)
{
    if (session.experiment().base.kind == BaseKind::Run)
        return invalidInput(
            "base-not-dense",
            "base.kind is \"run\", and the probe trains a dense model; name a dense one with kind \"checkpoint\"", "base.kind");
    const auto text = readRunText(session, experimentFolder, std::nullopt);
    if (!text) return text.error();
    if (Status enough = checkProbeText(session, *text); !enough) return enough.error();
    CheckpointKeeper keeper(session, *text->tokenizer, {});
    const auto base = provideBase(session, *text, keeper, std::nullopt);
    if (!base) return base.error();
    return provideDeviation(session, *base->decoder, base->identity, *text);
}

}  // namespace moebel
