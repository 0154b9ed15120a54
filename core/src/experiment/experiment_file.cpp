#include "moebel/experiment/experiment_file.h"

#include <algorithm>

#include "merge.h"
#include "moebel/base/file.h"
#include "toml_reader.h"

namespace moebel {
namespace {

constexpr std::uint64_t kLargestFile = 4U << 20;
constexpr std::size_t kProblemsInMessage = 5;

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void layPresetUnder(toml::table& table, TomlReader::Notes& notes)
{
    const toml::value<std::string>* chosen = table["preset"].as_string();
    if (chosen == nullptr) return;
    if (const auto preset = presetTable(chosen->get())) {
        layUnder(table, *preset);
        return;
    }
    const std::vector<std::string> names = presetNames();
    const std::string nearest = nearestWord(chosen->get(), names);
    const auto& begin = chosen->source().begin;
    notes.problems.push_back({"unknown-preset", "preset", int(begin.line), int(begin.column),
                              "'" + chosen->get() + "' is not a preset" +
                                  (nearest.empty() ? "; expected one of " + joined(names) : "; did you mean '" + nearest + "'?")});
}

/// What follows from other values unless it was given.
void fillDerived(Experiment& experiment, const TomlReader::Notes& notes)
{
    ModelShape& shape = experiment.base.shape;
    if (!notes.given("base.heads")) {
        shape.heads = std::max<std::int64_t>(1, shape.width / 32);
        while (shape.heads > 1 && (shape.width % shape.heads != 0 || shape.width / shape.heads % 2 != 0)) --shape.heads;
    }
    shape.headSize = shape.width / shape.heads;
    if (!notes.given("base.key_value_heads")) shape.keyValueHeads = shape.heads;
    if (!notes.given("base.feed_forward_width")) shape.feedForwardWidth = std::max<std::int64_t>(1, shape.width * 5 / 2);
    if (!notes.given("base.context_length")) {
        shape.contextLength = experiment.base.sequenceLength;
        for (const StageSpec& stage : experiment.stages) shape.contextLength = std::max(shape.contextLength, stage.sequenceLength);
    }
    shape.vocabulary = experiment.tokenizer.vocabulary;
}

/// What gave the value at a path, when it is not the file.
std::string originOf(const std::string& path, const std::vector<Override>& overrides, const std::string& preset,
                     const TomlReader::Notes& notes)
{
    for (const Override& override : overrides)
        if (path == override.path || path.starts_with(override.path + "."))
            return "--set " + override.path + "=" + override.value;
    const auto place = notes.places.find(path);
    return place != notes.places.end() && place->second.line == 0 && !preset.empty() ? "preset " + preset : "";
}

/// A place inside of an override is none of the file.
void addOrigins(std::vector<Problem>& problems, const std::vector<Override>& overrides, const std::string& preset,
                const TomlReader::Notes& notes)
{
    for (Problem& problem : problems) {
        problem.origin = originOf(problem.path, overrides, preset, notes);
        if (problem.origin.starts_with("--set")) problem.line = problem.column = 0;
    }
}

/// Rules speak of paths; a file has lines.
void addPlaces(std::vector<Problem>& problems, const TomlReader::Notes& notes)
{
    for (Problem& problem : problems) {
        std::string path = problem.path;  // what a preset brought has no line: the nearest table above it in the file does
        const auto known = [&notes](const std::string& key) { return notes.given(key) && notes.places.at(key).line > 0; };
        while (!path.empty() && !known(path)) path.resize(path.rfind('.') == std::string::npos ? 0 : path.rfind('.'));
        const auto place = notes.places.find(path);
        if (path.empty() || place == notes.places.end()) continue;
        problem.line = place->second.line;
        problem.column = place->second.column;
    }
}

ReadExperiment readTable(toml::table& table, const std::vector<Override>& overrides)
{
    ReadExperiment result;
    TomlReader::Notes notes;
    for (const Override& override : overrides)
        if (override.path == "preset")
            if (auto problem = applyOverride(table, override)) notes.problems.push_back(*problem);
    layPresetUnder(table, notes);
    for (const Override& override : overrides)
        if (auto problem = applyOverride(table, override)) notes.problems.push_back(*problem);

    TomlReader reader(table, "", notes);
    fields::visit(reader, result.experiment);
    reader.refuseUnknownKeys();
    fillDerived(result.experiment, notes);
    result.problems = std::move(notes.problems);
    for (const auto& [path, place] : notes.places)  // what a preset brought has no line
        if (place.line > 0) result.places[path] = {place.line, place.column};
    if (result.problems.empty()) {  // rules about values that could not be read would only repeat what was said
        result.problems = checkExperiment(result.experiment);
        addPlaces(result.problems, notes);
    }
    addOrigins(result.problems, overrides, result.experiment.preset, notes);
    std::stable_sort(result.problems.begin(), result.problems.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    return result;
}

}  // namespace

ReadExperiment readExperiment(std::string_view toml, const std::string& fileName, const std::vector<Override>& overrides)
{
    if (toml.size() > kLargestFile)
        return {{}, {{"file-too-large", "", 0, 0, "the file has " + std::to_string(toml.size()) + " bytes, at most 4194304 are read"}}, {}};
    try {
        toml::table table = toml::parse(toml, fileName);
        return readTable(table, overrides);
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        return {{}, {{"not-toml", "", int(begin.line), int(begin.column),
                      "this is not TOML: " + std::string(error.description()) + "; correct the line"}}, {}};
    }
}

Result<ReadExperiment> readExperimentFile(const std::filesystem::path& file, const std::vector<Override>& overrides)
{
    const auto text = readFile(file, kLargestFile);
    if (!text) return text.error();
    return readExperiment(*text, file.string(), overrides);
}

Error asError(const std::vector<Problem>& problems, const std::string& fileName)
{
    if (problems.empty()) return invalidInput("invalid-experiment", fileName + " is not valid", fileName);
    const auto place = [&](const Problem& problem) {
        if (problem.origin.starts_with("--set")) return problem.origin;
        std::string where = fileName;
        if (problem.line > 0) where += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
        if (!problem.origin.empty()) return where + ", " + problem.origin;
        return problem.line > 0 || problem.path.empty() ? where : where + ", " + problem.path;  // a default that nobody wrote
    };
    std::string message;
    for (std::size_t i = 0; i < std::min(problems.size(), kProblemsInMessage); ++i)
        message += (i == 0 ? "" : "\n") + place(problems[i]) + ": " + problems[i].message;
    if (problems.size() > kProblemsInMessage)
        message += "\nand " + std::to_string(problems.size() - kProblemsInMessage) + " more problems";
    return invalidInput(problems.front().code, message, place(problems.front()));
}

}  // namespace moebel
