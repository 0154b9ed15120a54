// moebel: the whole program without a window. core/doc/command_line.md.
#include <signal.h>

#include <exception>

#include "app/cli/output.h"
#include "app/cli/unfinished_file.h"
#include "app/cli/verb/verbs.h"
#include "engine/model/torch.h"
#include "engine/text/tokenizer/pattern_limit.h"

namespace
{

/// LibTorch's sentence without where in its sources it was said.
std::string sentenceOf(const c10::Error& error)
{
    const std::string text = error.what_without_backtrace();
    return "LibTorch: " + text.substr(0, text.find('\n'));
}

void addVerbs(moebel::CommandLine& line)
{
    using namespace moebel;
    for (const auto add :
         {addRun, addPlan, addResume, addStop, addPause, addSave, addList, addShow, addCompare, addReport, addScore, addLogits, addSimilarity, addAllocate, addDeviation, addSelectLayers, addGroup, addExperts,
          addRoute, addUpcycle, addExport, addPack, addUnpack, addInspect, addText, addTokenize, addDetokenize, addTokenizerReport, addDoctor, addWorker}) {
        add(line);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    moebel::endUnsavedOnSignals();
    ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its write
    moebel::CommandLine line;
    addVerbs(line);
    try {
        return line.run(argc, argv);
    } catch (const c10::Error& error) {  // a library's fault that no part turned into an Error
        return moebel::printError(moebel::failed("engine", sentenceOf(error)), line.json());
    } catch (const moebel::PatternLimit& error) {
        return moebel::printError(moebel::invalidInput("bad-tokenizer", error.what()), line.json());
    } catch (const std::exception& error) {
        return moebel::printError(moebel::failed("internal", error.what()), line.json());
    }
}
