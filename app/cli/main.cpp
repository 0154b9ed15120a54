// moebel: the whole program without a window. core/doc/command_line.md.
#include <signal.h>
#include <unistd.h>

#include <exception>

#include "app/cli/output.h"
#include "app/cli/verb/verbs.h"

namespace
{

/// Until a verb installs its own: nothing of a verb's work is saved half-way.
void endWithoutSaving(int) { ::_exit(moebel::exitCode(moebel::ErrorKind::Interrupted)); }

int runCommandLine(int argc, char** argv)
{
    using namespace moebel;
    CommandLine line;
    for (const auto add :
         {addRun, addPlan, addResume, addStop, addPause, addSave, addList, addShow, addCompare, addReport, addScore, addLogits, addSimilarity, addAllocate, addDeviation, addSelectLayers, addGroup, addExperts,
          addRoute, addUpcycle, addExport, addPack, addUnpack, addInspect, addText, addTokenize, addDetokenize, addTokenizerReport, addDoctor, addWorker}) {
        add(line);
    }
    return line.run(argc, argv);
}

}  // namespace

int main(int argc, char** argv)
{
    ::signal(SIGINT, endWithoutSaving);
    ::signal(SIGTERM, endWithoutSaving);
    try {
        return runCommandLine(argc, argv);
    } catch (const std::exception& error) {  // a library's fault that no part turned into an Error
        return moebel::printError(moebel::failed("internal", error.what()), false);
    }
}
