// moebel show: one run whole.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "app/cli/run_view.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string run;
    std::string runs;
};

std::string expertZeroTable(const std::vector<ExpertZeroScore>& scores)
{
    std::vector<std::vector<std::string>> rows = {{"expert 0", "language", "layer", "mean score", "on top"}};
    for (const ExpertZeroScore& score : scores) {
        rows.push_back({score.checkpoint, score.language, std::to_string(score.layer), numberText(score.meanScore, 3),
                        numberText(score.topOneShare, 3)});
    }
    return formatTable(rows, 2);
}

void printText(const RunView& view)
{
    std::cout << view.record.title << "\n" << view.folder.id() << ": " << name(view.status.state) << ", " << placeText(view.status)
              << "\n";
    if (!view.status.reason.empty()) std::cout << view.status.reason << "\n";
    std::cout << "\n" << resultTable(view);
    if (!view.expertZero.empty()) std::cout << "\n" << expertZeroTable(view.expertZero);
    std::cout << "\n";
    for (const CheckpointRecord& checkpoint : view.checkpoints) {
        if (checkpoint.removed) continue;
        std::cout << (view.folder.path / checkpoint.folder).string() << "  " << sizeText(double(checkpoint.bytes)) << "\n";
    }
    if (view.memory.peakBytes > 0) {
        std::cout << "memory: " << sizeText(double(view.memory.plannedBytes)) << " planned, at most "
                  << sizeText(double(view.memory.peakBytes)) << " used\n";
    }
    std::cout << std::flush;
}

Result<int> show(const CommonOptions& common, const Options& options)
{
    const auto run = findRun(options.run, options.runs);
    if (!run) return run.error();
    const auto view = readRunView(*run);
    if (!view) return view.error();
    if (common.json) {
        printJson(wholeJson(*view));
    } else {
        printText(*view);
    }
    return 0;
}

}  // namespace

void addShow(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("show", "One run whole: scores, expert 0, checkpoints; --json: description and stages too",
                                  "moebel show 20260101-120000-first-expansion --json");
    verb->add_option("RUN", options->run, "Run folder or id")->required();
    verb->add_option("--runs", options->runs, "Where ids are looked up (default: runs/ here)");
    line.onCall(verb, [options](const CommonOptions& common) { return show(common, *options); });
}

}  // namespace moebel
