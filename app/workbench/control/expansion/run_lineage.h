// Which run grew out of which, and where each expert of a run comes from.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "app/workbench/control/readers.h"

namespace moebel
{

/// A run that another one is the base of, or that has one as its base.
struct LineageRun {
    std::string id;
    std::string parent;  ///< id; empty: its base is no run
    QString title;
    RunState state = RunState::Interrupted;
    bool there = true;  ///< false: only its child tells of it
    std::vector<std::string> originalLanguages;
    std::vector<std::string> newLanguages;  ///< expanded to in its round, without those that its base knows
    bool operator==(const LineageRun&) const = default;
};
/// Those of the project that have a base run or are one, and `chosen`; parents before children, else as in the project. Any
/// thread.
std::vector<LineageRun> readLineage(const std::vector<RunSummary>& runs, const std::string& chosen);

/// In which round each expert of a run came, as its record tells.
struct ExpertRounds {
    std::vector<std::vector<int>> rounds;  ///< [layer][expert]; 0: with the base model; -1: an older program did not record it
    int last = 0;                          ///< the run's own round, from 1; 0: no expert was made yet
    bool operator==(const ExpertRounds&) const = default;
};
ExpertRounds readRounds(const RunFolder& run);

struct ExpertFacts {
    int layer = 0;
    int expert = 0;
    ExpertOrigin origin = ExpertOrigin::Copy;
    int round = 0;  ///< as in ExpertRounds
    bool trained = false;
    int copyOf = -1;  ///< of a copy: the expert of the base run that it began as; -1: the layer's original network
    std::vector<std::pair<std::string, double>> languages;  ///< code and share of its tokens, the largest first
    bool operator==(const ExpertFacts&) const = default;
};
struct RunExperts {
    QString problem;  ///< why there is nothing, in one sentence
    ExpertRounds rounds;
    std::vector<ExpertFacts> experts;  ///< layer after layer
    RoutingCapture capture;            ///< that tells the languages; step -1: none did
    std::vector<StageRecord> stages;
};
/// Short transactions; any thread.
RunExperts readRunExperts(const RunFolder& run);

}  // namespace moebel
