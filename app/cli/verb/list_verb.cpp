// moebel list: the runs of a project with state and headline scores.
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "moebel/store/project.h"
#include "moebel/worker/live_status.h"
#include "verbs.h"

namespace moebel {
namespace {

std::string localTime(double unixSeconds)
{
    const auto seconds = std::time_t(unixSeconds);
    std::tm parts{};
    char text[32] = "-";
    if (unixSeconds > 0 && ::localtime_r(&seconds, &parts) != nullptr) {
        std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts);
    }
    return text;
}

nlohmann::ordered_json summaryJson(const RunSummary& run)
{
    return {{"run", run.id}, {"folder", run.folder.path.string()}, {"title", run.title}, {"method", run.method},
            {"state", name(run.status.state)}, {"reason", run.status.reason}, {"step", run.status.step},
            {"total_steps", run.status.totalSteps}, {"base_step", run.status.baseStep}, {"base_steps", run.status.baseSteps},
            {"created_at", run.createdAt},
            {"original_bits_per_byte", run.originalBitsPerByte}, {"expanded_bits_per_byte", run.expandedBitsPerByte},
            {"tags", run.notes.tags}, {"starred", run.notes.starred}};
}

Result<int> list(const CommonOptions& common, const std::string& folder)
{
    const auto project = Project::open(folder);
    if (!project) return project.error();
    std::vector<RunSummary> runs = project->runs();
    askLiveRuns(runs);
    if (common.json) {
        nlohmann::ordered_json value = {{"project", std::filesystem::absolute(project->folder()).string()},
                                        {"title", project->title()}, {"runs", nlohmann::json::array()}};
        for (const RunSummary& run : runs) value["runs"].push_back(summaryJson(run));
        printJson(value);
        return 0;
    }
    std::vector<std::vector<std::string>> rows = {{"run", "state", "method", "started", "step", "original", "expanded"}};
    for (const RunSummary& run : runs) {
        const RunStatus& at = run.status;
        const std::string steps = at.pretraining() ? "base " + std::to_string(at.baseStep) + "/" + std::to_string(at.baseSteps)
                                                   : std::to_string(at.step) + "/" + std::to_string(at.totalSteps);
        rows.push_back({run.id, std::string(name(run.status.state)), run.method, localTime(run.createdAt), steps,
                        numberText(run.originalBitsPerByte, 3), numberText(run.expandedBitsPerByte, 3)});
    }
    std::cout << formatTable(rows, 4);
    for (const RunSummary& run : runs) {
        const bool isTold = run.status.state == RunState::Damaged || isLive(run.status.state);
        if (isTold && !run.status.reason.empty()) std::cerr << run.id << ": " << run.status.reason << std::endl;
    }
    return 0;
}

}  // namespace

void addList(CommandLine& line)
{
    auto folder = std::make_shared<std::string>(".");
    CLI::App* verb = line.addVerb("list", "Runs of a project with their state and bits per byte",
                                  "moebel list projects/first-expansion");
    verb->add_option("project,--project", *folder, "Folder with runs/ (default: here)");
    line.onCall(verb, [folder](const CommonOptions& common) { return list(common, *folder); });
}

}  // namespace moebel
