#include <algorithm>

#include "moebel/store/run_folder.h"
#include "moebel/store/run_store.h"

namespace moebel {

namespace {

constexpr std::size_t kNamesInMessage = 5;

bool isRunFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    return std::filesystem::exists(folder / "run.sqlite", error);
}

Result<RunFolder> checked(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::path full = std::filesystem::canonical(folder, error);  // "." and "runs/x/" have a name, too
    const RunFolder run{error ? folder : full};
    const Result<RunReader> reader = RunReader::open(run);
    if (!reader) return reader.error();
    return run;
}

// Names of run folders in `runs` that begin with `beginning`; the exact one alone when there is one.
std::vector<std::string> matches(const std::filesystem::path& runs, const std::string& beginning)
{
    if (isRunFolder(runs / beginning)) return {beginning};
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
        const std::string file = entry.path().filename().string();
        if (file.starts_with(beginning) && !file.starts_with(".") && isRunFolder(entry.path())) names.push_back(file);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Error ambiguous(const std::string& id, const std::vector<std::string>& names)
{
    std::string some;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesInMessage); ++i) some += (i ? ", " : "") + names[i];
    if (names.size() > kNamesInMessage) some += ", ...";
    return invalidInput("ambiguous-run",
                        "\"" + id + "\" is the beginning of " + std::to_string(names.size()) + " runs (" + some +
                            "), expected one; write more of its id",
                        id);
}

bool isId(const std::string& text) { return !text.empty() && text.find('/') == std::string::npos && text.front() != '.'; }

}  // namespace

Result<RunFolder> findRun(const std::string& folderOrId, const std::filesystem::path& runs)
{
    std::error_code error;
    const std::filesystem::path folder = folderOrId;
    if (!folderOrId.empty() && isRunFolder(folder)) return checked(folder);
    if (isId(folderOrId)) {
        const std::filesystem::path here = std::filesystem::current_path(error);
        std::vector<std::filesystem::path> places = {here / "runs", here, here.parent_path()};
        if (!runs.empty()) places.insert(places.begin(), runs);
        for (const std::filesystem::path& place : places) {
            const std::vector<std::string> names = matches(place, folderOrId);
            if (names.size() > 1) return ambiguous(folderOrId, names);
            if (names.size() == 1) return checked(place / names.front());
        }
    }
    if (std::filesystem::is_directory(folder, error))
        return invalidInput("not-a-run", folderOrId + " is a folder without run.sqlite, expected the folder of a run; name one of runs/",
                            folderOrId);
    return invalidInput("no-such-run", "\"" + folderOrId + "\" is neither the folder of a run nor the id of one; see `moebel list`",
                        folderOrId);
}

}  // namespace moebel
