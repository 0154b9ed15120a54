// moebel compare: a baseline and other runs: descriptions, scores with paired tests, expert 0, cost.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "app/cli/run_comparison.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string baseline;
    std::vector<std::string> runs;
    std::string folder;
};

Result<int> compare(const CommonOptions& common, const Options& options)
{
    std::vector<std::string> names = {options.baseline};
    names.insert(names.end(), options.runs.begin(), options.runs.end());
    std::vector<RunFolder> runs;
    for (const std::string& name : names) {
        const auto run = findRun(name, options.folder);
        if (!run) return run.error();
        runs.push_back(*run);
    }
    const auto comparison = compareRuns(runs);
    if (!comparison) return comparison.error();
    if (common.json) {
        printJson(toJson(*comparison));
    } else {
        std::cout << toText(*comparison) << std::flush;
    }
    return 0;
}

}  // namespace

void addCompare(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        line.addVerb("compare", "Runs against a baseline: descriptions, scores with paired tests, expert 0, cost",
                     "moebel compare 20260101-120000-moe-lpr 20260101-130000-no-prior");
    verb->add_option("BASELINE", options->baseline, "Run folder or id that the others are compared with")->required();
    verb->add_option("RUN", options->runs, "Run folders or ids")->required();
    verb->add_option("--runs", options->folder, "Where ids are looked up (default: runs/ here)");
    line.onCall(verb, [options](const CommonOptions& common) { return compare(common, *options); });
}

}  // namespace moebel
