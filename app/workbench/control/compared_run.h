// What the Compare page reads of a run.
#pragma once

#include <QString>
#include <map>
#include <memory>
#include <vector>

#include "moebel/analysis/series.h"
#include "moebel/store/run_store.h"

namespace moebel
{

struct ComparedRun {
    RunFolder folder;
    std::string id;
    QString title;    ///< the run's name
    QString problem;  ///< why there is nothing, in one sentence; empty when all could be read
    RunRecord record;
    std::vector<Language> languages;
    std::vector<StageRecord> stages;
    std::vector<Score> scores;
    std::vector<ExpertZeroScore> expertZero;
    std::map<std::string, std::shared_ptr<const SeriesColumn>> bitsPerByte;  ///< while it trained, by language
};

/// Short transactions; any thread.
ComparedRun readComparedRun(const RunFolder& folder);

}  // namespace moebel
