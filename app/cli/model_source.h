// MODEL of the command line: a run, a checkpoint, or a folder with config.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/result.h"

namespace moebel {

/// The folder with config.json that MODEL stands for: a run's newest valid checkpoint, a checkpoint whose hashes fit, or the
/// folder itself; a file beside a config.json stands for its folder. Error: none of these, or damaged; the sentence says what is wrong.
Result<std::filesystem::path> findModelFolder(const std::string& model);

/// The tokenizer of a model: in its folder, or in the run it belongs to.
Result<std::unique_ptr<Tokenizer>> findTokenizer(const std::filesystem::path& modelFolder);

/// A folder with config.json; the hashes of a checkpoint are checked first. Errors are invalid input.
Result<std::unique_ptr<Decoder>> readModelFolder(const std::filesystem::path& folder);

/// config.json, weights and the tokenizer, if there is one, as a new folder: whole or not at all.
Status writeModelFolder(const Decoder& decoder, const Tokenizer* tokenizer, const std::filesystem::path& folder);

/// The model that MODEL stands for.
Result<std::unique_ptr<Decoder>> openModel(const std::string& model);

/// Error "vocabulary-mismatch": the model has no row for one of these ids, or for the end of a document.
Status checkIds(const std::vector<std::int32_t>& ids, const Decoder& decoder, const Tokenizer& tokenizer);

/// The window that the user gave, or the usual one for 0. Error: the model has fewer positions.
Result<std::int64_t> chooseWindow(std::int64_t window, const ModelShape& shape);

/// LibTorch's threads in this process; 0 = all cores.
void useThreads(int threads);

/// Whole content of a text file; a missing one is invalid input.
Result<std::string> readText(const std::string& file);

}  // namespace moebel
