#include "model_source.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "engine/evaluation/heldout.h"
#include "engine/model/checkpoint/model_file.h"
#include "moebel/base/file.h"
#include "moebel/base/pickle.h"
#include "moebel/store/checkpoint_folder.h"
#include "program.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

/// Folders step-... of a run, newest first.
std::vector<fs::path> checkpointsOf(const fs::path& folder)
{
    std::vector<fs::path> result;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().filename().string().rfind("step-", 0) == 0) result.push_back(entry.path());
    }
    std::sort(result.rbegin(), result.rend());
    return result;
}

Result<fs::path> newestCheckpoint(const RunFolder& run)
{
    std::string lastReason = "it has no checkpoint yet", damaged;
    for (const fs::path& folder : checkpointsOf(run.checkpoints())) {
        const auto checked = verifyCheckpoint(folder);
        if (checked) {
            if (!damaged.empty()) std::cerr << "moebel: warning: " << damaged << "; taking " << folder.string() << std::endl;
            return folder;
        }
        lastReason = checked.error().message;
        if (damaged.empty()) damaged = lastReason;
    }
    return invalidInput("no-checkpoint", run.path.string() + ": the run has no model to use: " + lastReason, run.path.string());
}

/// A file that cannot be used is the user's to change: exit code 2.
Error asInvalid(Error error)
{
    error.kind = ErrorKind::InvalidInput;
    return error;
}

bool looksLikeRun(const fs::path& folder)
{
    std::error_code error;
    return fs::exists(folder / "run.sqlite", error);
}

}  // namespace

Result<fs::path> findModelFolder(const std::string& model)
{
    const fs::path path(model);
    std::error_code error;
    if (path.extension() == ".gguf") return path;
    if (const Status allowed = refusePickle(path, "load it in transformers, save it with save_pretrained(..., "
                                                  "safe_serialization=True) and give that folder");
        !allowed)
        return allowed.error();
    if (fs::is_regular_file(path, error) && fs::exists(path.parent_path() / "config.json", error)) return path.parent_path();
    if (fs::exists(path / "config.json", error)) return path;
    if (fs::exists(path, error) && !looksLikeRun(path)) {
        return invalidInput("unknown-model", model + ": this is neither a run, nor a checkpoint, nor a folder with config.json",
                            model);
    }
    const auto run = findRun(model);
    if (!run) return run.error();
    return newestCheckpoint(*run);
}

Result<std::unique_ptr<Tokenizer>> findTokenizer(const fs::path& modelFolder)
{
    const fs::path folder = fs::absolute(modelFolder).lexically_normal();
    if (folder.extension() == ".gguf") return openTokenizer(folder);
    for (const fs::path& place : {folder, folder.parent_path().parent_path()}) {
        const fs::path file = tokenizerFileIn(place);
        if (file.empty()) continue;
        auto tokenizer = openTokenizer(file);
        if (!tokenizer) return tokenizer.error();
        if (Status ends = needsEndOfDocument(**tokenizer); !ends) return ends.error();
        return tokenizer;
    }
    return invalidInput("no-tokenizer",
                        folder.string() +
                            ": no tokenizer.json or tokenizer.model was found in the model's folder or its run; "
                            "copy the model's tokenizer there",
                        folder.string());
}

Result<std::unique_ptr<Decoder>> readModelFolder(const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder / "MANIFEST.json", error)) {
        const auto checked = verifyCheckpoint(folder);
        if (!checked) return asInvalid(checked.error());
    }
    auto decoder = readModel(folder);
    if (!decoder) return asInvalid(decoder.error());
    return decoder;
}

Status writeModelFolder(const Decoder& decoder, const Tokenizer* tokenizer, const fs::path& folder)
{
    const fs::path temporary = folder.string() + ".tmp-" + std::to_string(::getpid());
    if (const Status made = makeDirectories(temporary); !made) return made;
    Status written = writeModel(decoder, temporary);
    if (written && tokenizer != nullptr) written = writeTokenizer(*tokenizer, temporary);
    if (written) written = renameDurably(temporary, folder);
    std::error_code ignored;
    if (!written) fs::remove_all(temporary, ignored);
    return written;
}

Result<std::unique_ptr<Decoder>> openModel(const std::string& model)
{
    const auto folder = findModelFolder(model);
    if (!folder) return folder.error();
    return readModelFolder(*folder);
}

Status checkIds(const std::vector<std::int32_t>& ids, const Decoder& decoder, const Tokenizer& tokenizer)
{
    const std::int64_t rows = decoder.shape().vocabulary;
    std::int32_t largest = tokenizer.endOfDocument();
    for (const std::int32_t id : ids) largest = std::max(largest, id);
    if (largest < rows) return Done{};
    const std::string file = tokenizer.file().string();
    return invalidInput("vocabulary-mismatch",
                        file + ": the text has token " + std::to_string(largest) + " of " +
                            std::to_string(tokenizer.vocabularySize()) + ", the model has rows for 0 to " +
                            std::to_string(rows - 1) + "; put the tokenizer of this model in its place",
                        file);
}

Result<std::int64_t> chooseWindow(std::int64_t window, const ModelShape& shape)
{
    if (window == 0) return usualWindow(shape);
    if (window <= longestSequence(shape)) return window;
    return invalidInput("usage",
                        "--window " + std::to_string(window) + " is longer than the " + std::to_string(shape.contextLength) +
                            " tokens that the model has positions for",
                        "--window");
}

void useThreads(int threads) { at::set_num_threads(threads > 0 ? threads : availableCores()); }

Result<std::string> readText(const std::string& file)
{
    auto text = readFile(file);
    if (!text) return asInvalid(text.error());
    return text;
}

}  // namespace moebel
