// experiment.toml <-> Experiment. See core/doc/formats/experiment.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// One thing that is wrong with a description, with its place and the remedy.
struct Problem {
    std::string code;     ///< "unknown-key", "role-twice", "top-k-too-large", ...
    std::string path;     ///< TOML path: "stage.0.prior_weight"
    int line = 0;         ///< 1-based; 0 = not from a place in the file
    int column = 0;
    std::string message;  ///< one sentence: what was found, what was expected, what to do
    std::string origin = {};  ///< what brought the value, when it is not the file: "--set expansion.top_k=5", "preset moe-lpr"

    bool operator==(const Problem&) const = default;
};

/// `--set stage.0.learning_rate=1e-3`
struct Override {
    std::string path;
    std::string value;  ///< a TOML value; a bare word is taken as a string
};

/// A place in a text, both from 1; columns count code points.
struct TextPlace {
    int line = 0;
    int column = 0;

    bool operator==(const TextPlace&) const = default;
};

/// What reading gave: the description as far as it could be read, and every problem at once.
struct ReadExperiment {
    Experiment experiment;
    std::vector<Problem> problems;            ///< empty = valid, checked by all rules
    std::map<std::string, TextPlace> places;  ///< where the file itself gives a value or a table, by TOML path
};

/// Reads, applies overrides and the preset, and checks all rules. `fileName` is for messages.
ReadExperiment readExperiment(std::string_view toml, const std::string& fileName, const std::vector<Override>& overrides = {});
/// The same from disk. Error: unreadable, or larger than 4 MiB.
Result<ReadExperiment> readExperimentFile(const std::filesystem::path& file, const std::vector<Override>& overrides = {});

/// All rules that need no file: role given twice, top_k > experts, replay without original languages, ...
std::vector<Problem> checkExperiment(const Experiment& experiment);
/// Those of [deviation] alone, for a base whose sequences have at most `longest` tokens.
std::vector<Problem> checkDeviation(const DeviationSpec& deviation, std::int64_t longest);

/// Problems as one Error: the first in words, the number of others behind it; all of them when there are few.
Error asError(const std::vector<Problem>& problems, const std::string& fileName);

/// A complete TOML text that reads back to the same value.
std::string toToml(const Experiment& experiment);
/// Canonical JSON (sorted keys, every default written): the identity of a description.
std::string toCanonicalJson(const Experiment& experiment);
/// SHA-256 of the canonical JSON.
std::string experimentHash(const Experiment& experiment);

/// Names of the presets in resources/defaults/presets ("moe-lpr", "full-fine-tuning", ...) with their TOML text.
std::vector<std::string> presetNames();

}  // namespace moebel
