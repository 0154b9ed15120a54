// Every verb adds itself to the command line; one file a verb.
#pragma once

#include "app/cli/command_line.h"

namespace moebel {

void addRun(CommandLine& line);
void addPlan(CommandLine& line);
void addResume(CommandLine& line);
void addStop(CommandLine& line);
void addPause(CommandLine& line);
void addSave(CommandLine& line);
void addList(CommandLine& line);
void addShow(CommandLine& line);
void addCompare(CommandLine& line);
void addReport(CommandLine& line);
void addScore(CommandLine& line);
void addLogits(CommandLine& line);
void addRoute(CommandLine& line);
void addUpcycle(CommandLine& line);
void addExport(CommandLine& line);
void addInspect(CommandLine& line);
void addPack(CommandLine& line);
void addUnpack(CommandLine& line);
void addSimilarity(CommandLine& line);
void addAllocate(CommandLine& line);
void addDeviation(CommandLine& line);
void addExperts(CommandLine& line);
void addSelectLayers(CommandLine& line);
void addGroup(CommandLine& line);
void addText(CommandLine& line);
void addTokenize(CommandLine& line);
void addDetokenize(CommandLine& line);
void addTokenizerReport(CommandLine& line);
void addDoctor(CommandLine& line);
/// What the supervisor starts; not meant for people.
void addWorker(CommandLine& line);

}  // namespace moebel
