// moebel show: one run whole, or its curves, or the routing at a step.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "app/cli/record_parts.h"
#include "app/cli/run_groups.h"
#include "app/cli/run_lineage.h"
#include "app/cli/run_view.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string run;
    std::string runs;
    std::vector<std::string> series;
    std::int64_t routing = -1;
    std::string split = "evaluation";
    std::string reference;
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
    if (const std::string note = causalityNote(view); !note.empty()) std::cout << "Note: " << note << ".\n";
    if (const std::string lineage = lineageText(view); !lineage.empty()) std::cout << "\n" << lineage;
    if (const std::string groups = groupsText(view); !groups.empty()) std::cout << "\n" << groups;
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

Result<int> showSeries(const RunFolder& run, bool json, const std::vector<std::string>& names)
{
    const auto reader = RunReader::open(run);
    if (!reader) return reader.error();
    std::vector<MetricSeries> all;
    for (const std::string& name : names) {
        const auto series = readSeries(*reader, name);
        if (!series) return series.error();
        all.insert(all.end(), series->begin(), series->end());
    }
    if (!json) {
        std::cout << toCsv(all) << std::flush;
        return 0;
    }
    nlohmann::ordered_json value = {{"run", run.id()}, {"series", nlohmann::json::array()}};
    for (const MetricSeries& series : all) value["series"].push_back(toJson(series));
    printJson(value);
    return 0;
}

Result<int> showRouting(const RunFolder& run, bool json, const Options& options)
{
    const auto reader = RunReader::open(run);
    if (!reader) return reader.error();
    const RoutingSplit split = options.split == "training" ? RoutingSplit::Training : RoutingSplit::Evaluation;
    const auto routing = readCapturedRouting(*reader, options.routing, split, options.reference);
    if (!routing) return routing.error();
    if (json) {
        nlohmann::ordered_json value = {{"run", run.id()}};
        value.update(toJson(*routing));
        printJson(value);
    } else {
        std::cout << toText(*routing) << std::flush;
    }
    return 0;
}

Result<int> show(const CommonOptions& common, const Options& options)
{
    const auto run = findRun(options.run, options.runs);
    if (!run) return run.error();
    if (!options.series.empty()) return showSeries(*run, common.json, options.series);
    if (options.routing >= 0) return showRouting(*run, common.json, options);
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
    CLI::Option* series = verb->add_option("--series", options->series,
                                           "Only these curves, METRIC or METRIC/LANGUAGE; without --json as CSV")->allow_extra_args(false);
    CLI::Option* routing =
        verb->add_option("--routing", options->routing, "Only the routing captured at this step, or last before it, with divergences")
            ->check(CLI::NonNegativeNumber)
            ->excludes(series);
    verb->add_option("--split", options->split, "Text of the capture: evaluation (held-out, the default) or training")
        ->check(CLI::IsMember({"evaluation", "training"}))
        ->needs(routing);
    verb->add_option("--reference", options->reference, "Language that divergences are measured to (default: the first original one)")
        ->needs(routing);
    line.onCall(verb, [options](const CommonOptions& common) { return show(common, *options); });
}

}  // namespace moebel
