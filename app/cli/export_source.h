// What `export` and `pack` take: a run at one of its checkpoints, or a model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/cli/model_card.h"
#include "engine/model/decoder.h"
#include "moebel/base/result.h"

namespace moebel
{

/// The model's folder or file, and the run it belongs to where it is one's.
struct ExportSource {
    std::filesystem::path folder;
    std::string licence{};               ///< of the model, or of the one that the run started from; empty: unknown
    std::filesystem::path licenceFile{};
    std::string type = "float32";        ///< of its matrices, where they have all the same; else "float32"
    std::optional<RunView> run;
    std::optional<Experiment> experiment;
};

/// `model`: a run, a checkpoint or a model; `step`: of the run's checkpoint, -1 = the newest. The error of a step that is not
/// there lists those that are.
Result<ExportSource> findExportSource(const std::string& model, std::int64_t step);

/// Points into `source`.
ModelCard cardOf(const ExportSource& source, const Decoder& decoder);

}  // namespace moebel
