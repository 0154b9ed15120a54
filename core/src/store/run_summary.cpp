#include "run_summary.h"

#include <sys/stat.h>

#include <cmath>
#include <limits>

#include "moebel/analysis/score.h"
#include "moebel/store/run_store.h"
#include "run_state.h"

namespace moebel {

namespace {

// Size of the file, 0 without one.
std::int64_t appendFile(std::string& signature, const std::filesystem::path& file)
{
    struct stat info = {};
    if (::stat(file.c_str(), &info) != 0) {
        signature += "-;";
        return 0;
    }
    signature += std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + "," + std::to_string(info.st_size) +
                 "," + std::to_string(info.st_ino) + ";";
    return info.st_size;
}

// Mean over the languages of a role at the newest boundary; NaN without one.
double meanBitsPerByte(const std::vector<Score>& scores, LanguageRole role)
{
    std::int64_t newest = -1;
    double sum = 0;
    int count = 0;
    for (const Score& score : scores) {
        if (score.metric != "bits-per-byte" || score.role != role || score.step < newest) continue;
        if (score.step > newest) sum = count = 0;
        newest = score.step;
        sum += score.value;
        ++count;
    }
    return count ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

// The newest one, mostly of the last step: the whole curve is read only when that is not so.
double newestLoss(const RunReader& reader, std::int64_t step)
{
    for (const std::int64_t after : {step - 2, std::int64_t(-1)})
        if (const auto series = reader.series("language-model-loss", "", after); series && !series->points.empty())
            return series->points.back().value;
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

RunSignature runSignature(const RunFolder& run)
{
    RunSignature signature;
    for (const auto& file : {run.database(), run.exitFile(), run.notesFile(), run.experimentFile()}) appendFile(signature.text, file);
    signature.idleLock = appendFile(signature.text, run.lockFile()) == 0;
    return signature;
}

RunSummary summarise(const RunFolder& run)
{
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    RunSummary summary;
    summary.folder = run;
    summary.id = run.id();
    const Result<RunReader> reader = RunReader::open(run, NewerSchema::Read);
    summary.status = statusOf(run, reader);
    summary.notes = readNotes(run);
    summary.loss = summary.originalBitsPerByte = summary.expandedBitsPerByte = summary.restored = summary.kept = kNone;
    if (!reader) return summary;
    if (const auto record = reader->record()) {
        summary.title = record->title;
        summary.method = record->method;
        summary.createdAt = record->createdAt;
    } else if (summary.status.state != RunState::Running && summary.status.state != RunState::Paused) {
        summary.status.state = RunState::Damaged;
        summary.status.reason = record.error().message;
    }
    summary.loss = newestLoss(*reader, summary.status.step);
    if (const auto scores = reader->scores()) {
        summary.originalBitsPerByte = meanBitsPerByte(*scores, LanguageRole::Original);
        summary.expandedBitsPerByte = meanBitsPerByte(*scores, LanguageRole::Expanded);
        if (const ForgettingReport report = forgettingReport(*scores); report.complete) {
            summary.restored = report.restored;
            summary.kept = report.kept;
        }
    }
    if (const auto languages = reader->languages())
        for (const Language& language : *languages)
            (language.role == LanguageRole::Original ? summary.originalLanguages : summary.expandedLanguages).push_back(language.code);
    return summary;
}

}  // namespace moebel
