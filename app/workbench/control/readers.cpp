#include "app/workbench/control/readers.h"

#include <QFile>
#include <algorithm>

#include "moebel/worker/live_status.h"

namespace moebel
{

namespace
{

QString words(const Error& error) { return QString::fromStdString(error.message); }

}  // namespace

Result<OpenedFolder> openFolder(const QString& folder)
{
    std::error_code code;
    const std::filesystem::path given(QFile::encodeName(folder).toStdString());
    std::filesystem::path path = std::filesystem::absolute(given, code).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    const RunFolder run{path};
    if (std::filesystem::exists(run.database(), code)) return OpenedFolder{Project::folderOf(run), run.id()};
    auto project = Project::open(path);
    if (!project) return project.error();
    return OpenedFolder{path, {}};
}

ProjectContents readProject(const std::filesystem::path& folder, const std::function<void(const ProjectContents&)>& partly)
{
    ProjectContents contents;
    const auto decoded = [](const std::filesystem::path& path) {
        return QFile::decodeName(QByteArray::fromStdString(path.string()));
    };
    contents.folder = decoded(folder);
    auto project = Project::open(folder);
    if (!project) {
        contents.problem = words(project.error());
        return contents;
    }
    contents.runsFolder = decoded(project->runsFolder());
    contents.title = QString::fromStdString(project->title());
    if (!partly) {
        contents.runs = project->runs();
        askLiveRuns(contents.runs);
        return contents;
    }
    contents.runs = project->runs([&](const std::vector<RunSummary>& some) {
        ProjectContents part = contents;
        part.runs = some;
        partly(part);
    });
    askLiveRuns(contents.runs);
    return contents;
}

RunRouting readRunRouting(const RunFolder& folder)
{
    RunRouting routing;
    routing.folder = folder;
    routing.title = QString::fromStdString(folder.id());
    auto reader = RunReader::open(folder);
    if (!reader) {
        routing.problem = words(reader.error());
        return routing;
    }
    const auto take = [&](auto result, auto& target) {
        if (!result)
            routing.problem = words(result.error());
        else
            target = std::move(result).value();
    };
    RunRecord record;
    take(reader->record(), record);
    take(reader->languages(), routing.languages);
    take(reader->stages(), routing.stages);
    take(reader->captures(), routing.captures);
    take(reader->checkpoints(), routing.checkpoints);
    if (!record.title.empty()) routing.title = QString::fromStdString(record.title);
    std::stable_sort(routing.captures.begin(), routing.captures.end(),
                     [](const RoutingCapture& a, const RoutingCapture& b) { return a.step < b.step; });
    return routing;
}

CaptureRouting readCapture(const RunFolder& folder, const RoutingCapture& capture)
{
    CaptureRouting read;
    read.capture = capture;
    auto reader = RunReader::open(folder);
    if (!reader) {
        read.problem = words(reader.error());
        return read;
    }
    auto stats = reader->routing(capture);
    auto profiles = reader->profiles(capture);
    auto hasOriginal = reader->hasOriginalExpert();
    if (stats && profiles && hasOriginal) {
        read.stats = std::move(stats).value();
        read.profiles = std::move(profiles).value();
        read.hasOriginal = *hasOriginal;
    } else {
        read.problem = words(!stats ? stats.error() : !profiles ? profiles.error() : hasOriginal.error());
    }
    return read;
}

}  // namespace moebel
