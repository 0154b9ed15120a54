#include "app/workbench/control/expansion/run_lineage.h"

#include <QCoreApplication>
#include <algorithm>
#include <set>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

QString tr(const char* words) { return QCoreApplication::translate("moebel", words); }

/// Most runs have no base run; the description says so without the record being opened.
std::string parentOf(const RunFolder& run)
{
    const auto text = readFile(run.experimentFile());
    if (!text || text->find("\"run\"") == std::string::npos) return {};
    const auto reader = RunReader::open(run);
    if (!reader) return {};
    const auto record = reader->record();
    return record ? record->parentRun : std::string();
}

/// The newest capture of held-out text, else of training text.
std::optional<RoutingCapture> newestCapture(const RunReader& reader)
{
    const auto captures = reader.captures();
    if (!captures) return std::nullopt;
    std::optional<RoutingCapture> newest;
    for (const RoutingCapture& capture : *captures) {
        const bool better = !newest || capture.split == RoutingSplit::Evaluation || newest->split == RoutingSplit::Training;
        if (better && (!newest || capture.split != newest->split || capture.step >= newest->step)) newest = capture;
    }
    return newest;
}

void takeLanguages(const RoutingStats& stats, const std::vector<Language>& languages, ExpertFacts& expert)
{
    const ExpertId id{LayerId{expert.layer}, expert.expert};
    if (std::size_t(expert.layer) >= stats.experts().size() || expert.expert >= stats.experts()[std::size_t(expert.layer)])
        return;
    for (std::size_t i = 0; i < languages.size() && std::int64_t(i) < stats.languages(); ++i) {
        const double share = selectionShare(stats, LanguageId{std::int32_t(i)}, id);
        if (share > 0) expert.languages.emplace_back(languages[i].code, share);  // NaN is none
    }
    std::stable_sort(expert.languages.begin(), expert.languages.end(),
                     [](const auto& one, const auto& other) { return one.second > other.second; });
}

void removeKnown(std::vector<LineageRun>& lineage, const std::vector<RunSummary>& runs)
{
    for (LineageRun& run : lineage) {
        const auto base =
            std::find_if(runs.begin(), runs.end(), [&](const RunSummary& other) { return other.id == run.parent; });
        if (base == runs.end()) continue;
        std::erase_if(run.newLanguages, [&](const std::string& code) {
            const auto& known = base->expandedLanguages;
            return std::find(known.begin(), known.end(), code) != known.end();
        });
    }
}

}  // namespace

std::vector<LineageRun> readLineage(const std::vector<RunSummary>& runs, const std::string& chosen)
{
    std::vector<LineageRun> all;
    std::set<std::string> parents, there;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {  // the oldest first: parents before children
        all.push_back({run->id, parentOf(run->folder), QString::fromStdString(run->title), run->status.state, true,
                       run->originalLanguages, run->expandedLanguages});
        there.insert(run->id);
        if (!all.back().parent.empty()) parents.insert(all.back().parent);
    }
    std::erase_if(all,
                  [&](const LineageRun& run) { return run.parent.empty() && !parents.contains(run.id) && run.id != chosen; });
    removeKnown(all, runs);
    std::vector<LineageRun> lineage;
    for (const std::string& parent : parents) {
        if (there.contains(parent)) continue;
        LineageRun gone;
        gone.id = parent;
        gone.title = QString::fromStdString(parent);
        gone.there = false;
        lineage.push_back(gone);
    }
    lineage.insert(lineage.end(), all.begin(), all.end());
    return lineage;
}

ExpertRounds readRounds(const RunFolder& run)
{
    ExpertRounds read;
    const auto reader = RunReader::open(run);
    const auto experts = reader ? reader->experts() : Result<std::vector<ExpertRecord>>(reader.error());
    if (!experts || experts->empty()) return read;
    for (const ExpertRecord& expert : *experts) {
        const auto layer = std::size_t(expert.id.layer.index);
        read.rounds.resize(std::max(read.rounds.size(), layer + 1));
        read.rounds[layer].push_back(int(expert.round));
        read.last = std::max(read.last, int(expert.round));
    }
    read.last = std::max(read.last, 1);
    return read;
}

RunExperts readRunExperts(const RunFolder& run)
{
    RunExperts read;
    read.capture.step = -1;
    const auto reader = RunReader::open(run);
    const auto experiment = readExperimentFile(run.experimentFile());
    if (!reader || !experiment) {
        read.problem = QString::fromStdString(!reader ? reader.error().message : experiment.error().message);
        return read;
    }
    read.rounds = readRounds(run);
    if (read.rounds.rounds.empty()) {
        read.problem = tr("This run has not expanded its model yet.");
        return read;
    }
    if (auto stages = reader->stages()) read.stages = std::move(*stages);
    const auto experts = reader->experts();
    const auto languages = reader->languages();
    const auto capture = newestCapture(*reader);
    const auto stats = capture ? reader->routing(*capture) : Result<RoutingStats>(RoutingStats());
    if (capture && stats) read.capture = *capture;
    for (const ExpertRecord& expert : *experts) {
        ExpertFacts facts{expert.id.layer.index,
                          expert.id.index,
                          expert.origin,
                          int(expert.round),
                          isTrained(experiment->experiment.stages, expert.origin),
                          int(expert.copyOf),
                          {}};
        if (capture && stats && languages) takeLanguages(*stats, *languages, facts);
        read.experts.push_back(std::move(facts));
    }
    return read;
}

}  // namespace moebel
