#include "engine/runner/run_text.h"

#include "engine/text/tokenizer.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

/// The folder of the tokenizer: the base's, or, where a run goes on without it, one in the run, copied from beside its own
/// weights, which are pruned some day.
Result<std::filesystem::path> tokenizerFolder(const Session& session, const std::optional<CheckpointInfo>& own)
{
    std::error_code none;
    const bool isGone = own && own->series == CheckpointSeries::Stages && !std::filesystem::exists(session.baseModel(), none);
    const bool isNeeded = session.experiment().base.kind != BaseKind::Pretrain && session.experiment().tokenizer.path.empty();
    if (!isNeeded || !isGone) {
        return session.baseModel();
    }
    const std::filesystem::path folder = session.run().path / "tokenizer";
    const auto tokenizer = openTokenizer(session.run().path / own->folder);
    if (!tokenizer) {
        return tokenizer.error();
    }
    Status copied = makeDirectories(folder);
    if (copied) {
        copied = writeTokenizer(**tokenizer, folder);
    }
    return copied ? Result<std::filesystem::path>(folder) : Result<std::filesystem::path>(copied.error());
}

}  // namespace

Result<PreparedText> readRunText(Session& session, const std::filesystem::path& experimentFolder,
                                 const std::optional<CheckpointInfo>& own)
{
    const auto folder = tokenizerFolder(session, own);
    if (!folder) {
        return folder.error();
    }
    const auto experiment = withBaseTokenizer(session.experiment(), *folder);
    if (!experiment) {
        return experiment.error();
    }
    auto text = prepareText(*experiment, experimentFolder, userCacheFolder(), [&](const std::string& what, double fraction) {
        session.tell(Progress{what, fraction});
    });
    if (text) {
        for (const std::string& warning : text->warnings) {
            session.tell(Warned{session.step(), warning});
        }
    }
    return text;
}

}  // namespace moebel
