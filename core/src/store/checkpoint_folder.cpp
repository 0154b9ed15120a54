#include "moebel/store/checkpoint_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "checkpoint_manifest.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {

namespace {

constexpr std::string_view kTemporary = ".tmp-";
constexpr CheckpointSeries kSeries[] = {CheckpointSeries::Pretraining, CheckpointSeries::Stages};
constexpr std::size_t kFewestKept = 2;

std::string_view beginningOf(CheckpointSeries series)
{
    switch (series) {
    case CheckpointSeries::Pretraining: return "base-";
    case CheckpointSeries::Stages: return "step-";
    }
    return "";
}

CheckpointSeries seriesOf(const std::string& folder)
{
    return folder.starts_with(beginningOf(CheckpointSeries::Pretraining)) ? CheckpointSeries::Pretraining : CheckpointSeries::Stages;
}

std::filesystem::path temporaryFolder(const RunFolder& run, std::int64_t step)
{
    return run.checkpoints() / (std::string(kTemporary) + std::to_string(step) + "-" + std::to_string(::getpid()));
}

std::string finalName(CheckpointSeries series, std::int64_t step)
{
    char text[32];
    std::snprintf(text, sizeof(text), "%06lld", static_cast<long long>(step));
    return std::string(beginningOf(series)) + text;
}

// A full disk shows here, before the payload is written.
Status reserve(const std::filesystem::path& folder, std::int64_t bytes)
{
    if (bytes <= 0) return Done();
    const std::filesystem::path file = folder / ".reserved";
    Status reserved = [&]() -> Status {
        Result<FileWriter> writer = FileWriter::create(file);
        if (!writer) return writer.error();
        return writer->reserve(std::uint64_t(bytes));
    }();
    ::unlink(file.c_str());
    return reserved;
}

// The new folder gets the name; one that is there already changes places with it in one step and is removed afterwards.
Status publish(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::error_code error;
    if (!std::filesystem::exists(to, error)) return renameDurably(from, to);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0)
        return failed("write-failed", to.string() + " can't be replaced: " + std::strerror(errno) + "; move it away", to.string());
    Status synced = syncDirectory(to.parent_path());
    std::filesystem::remove_all(from, error);
    return synced;
}

CheckpointInfo infoOf(const CheckpointManifest& manifest, const std::string& folder)
{
    CheckpointInfo info{manifest.step, "checkpoints/" + folder, sha256Hex(manifest.text), std::int64_t(manifest.text.size()), seriesOf(folder)};
    for (const ManifestFile& file : manifest.files) info.bytes += file.bytes;
    return info;
}

Result<CheckpointInfo> fill(const std::filesystem::path& folder, const std::string& name, std::int64_t step, std::int64_t expectedBytes,
                            const std::function<Status(const std::filesystem::path&)>& writePayload)
{
    if (Status made = makeDirectories(folder); !made) return made.error();
    if (Status reserved = reserve(folder, expectedBytes); !reserved) return reserved.error();
    if (Status written = writePayload(folder); !written) return written.error();
    const Result<CheckpointManifest> manifest = makeManifest(folder, step);
    if (!manifest) return manifest.error();
    if (Status written = writeFileAtomically(folder / kManifestFile, manifest->text); !written) return written.error();
    if (Status synced = syncDirectory(folder); !synced) return synced.error();
    return infoOf(*manifest, name);
}

Error damaged(const std::filesystem::path& file, const std::string& what)
{
    return invalidInput("damaged-checkpoint", file.string() + " " + what + "; use an older checkpoint", file.string());
}

enum class Check { Sizes, SizesAndHashes };

Result<CheckpointInfo> check(const std::filesystem::path& folder, Check how)
{
    const Result<CheckpointManifest> manifest = readManifest(folder);
    if (!manifest) return manifest.error();
    const std::string folderName = folder.filename().string();
    const bool named = folderName.starts_with("base-") || folderName.starts_with("step-");
    if (named && folderName != finalName(seriesOf(folderName), manifest->step))
        return damaged(folder, "has the manifest of step " + std::to_string(manifest->step));
    for (const ManifestFile& expected : manifest->files) {
        const std::filesystem::path file = folder / expected.name;
        std::error_code error;
        if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error))) return damaged(file, "is missing");
        const auto size = std::int64_t(std::filesystem::file_size(file, error));
        if (size != expected.bytes)
            return damaged(file, "has " + std::to_string(size) + " bytes, the manifest says " + std::to_string(expected.bytes));
    }
    if (how == Check::Sizes) return infoOf(*manifest, folderName);
    for (const ManifestFile& expected : manifest->files) {
        const Result<std::string> hash = sha256OfFile(folder / expected.name);
        if (!hash) return hash.error();
        if (*hash != expected.sha256)
            return damaged(folder / expected.name, "has the SHA-256 " + *hash + ", the manifest says " + expected.sha256);
    }
    return infoOf(*manifest, folderName);
}

std::vector<std::filesystem::path> foldersBeginningWith(const RunFolder& run, std::string_view beginning)
{
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(run.checkpoints(), error))
        if (entry.path().filename().string().starts_with(beginning)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

// Those of another live worker stay; ours are left over from an earlier life of this pid or a failed write.
void removeTemporary(const RunFolder& run)
{
    const std::int64_t worker = liveWorker(run).value_or(0);
    for (const std::filesystem::path& folder : foldersBeginningWith(run, kTemporary)) {
        const std::string name = folder.filename().string();
        const std::int64_t pid = std::strtoll(name.c_str() + name.rfind('-') + 1, nullptr, 10);
        std::error_code error;
        if (worker == 0 || pid != worker || worker == ::getpid()) std::filesystem::remove_all(folder, error);
    }
}

ReconciledCheckpoints checkAll(const RunFolder& run, Check how)
{
    ReconciledCheckpoints found;
    for (const CheckpointSeries series : kSeries)
        for (const std::filesystem::path& folder : foldersBeginningWith(run, beginningOf(series))) {
            Result<CheckpointInfo> info = check(folder, how);
            if (info)
                found.valid.push_back(*std::move(info));
            else
                found.damaged.push_back(info.error().message);
        }
    const auto isOlder = [](const auto& a, const auto& b) { return std::pair(a.series, a.step) < std::pair(b.series, b.step); };
    std::sort(found.valid.begin(), found.valid.end(), isOlder);
    return found;
}

// A folder that is half removed must not look like a checkpoint.
bool removeCheckpoint(const RunFolder& run, const CheckpointInfo& checkpoint)
{
    const std::filesystem::path aside = temporaryFolder(run, checkpoint.step);
    std::error_code error;
    std::filesystem::remove_all(aside, error);
    if (!renameDurably(run.path / checkpoint.folder, aside)) return false;
    std::filesystem::remove_all(aside, error);
    return true;
}

}  // namespace

std::string checkpointFolder(CheckpointSeries series, std::int64_t step) { return "checkpoints/" + finalName(series, step); }

Result<CheckpointInfo> writeCheckpoint(const RunFolder& run, std::int64_t step, std::int64_t expectedBytes,
                                       const std::function<Status(const std::filesystem::path&)>& writePayload,
                                       CheckpointSeries series)
{
    const std::filesystem::path folder = temporaryFolder(run, step);
    const std::string name = finalName(series, step);
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    Result<CheckpointInfo> info = fill(folder, name, step, expectedBytes, writePayload);
    if (info)
        if (Status published = publish(folder, run.checkpoints() / name); !published) info = published.error();
    if (!info) std::filesystem::remove_all(folder, error);
    return info;
}

Result<CheckpointInfo> verifyCheckpoint(const std::filesystem::path& checkpoint) { return check(checkpoint, Check::SizesAndHashes); }

ReconciledCheckpoints reconcileCheckpoints(const RunFolder& run)
{
    removeTemporary(run);
    return checkAll(run, Check::SizesAndHashes);
}

std::vector<std::string> pruneCheckpoints(const RunFolder& run, std::int64_t keep, const std::vector<std::string>& spared)
{
    const std::vector<CheckpointInfo> valid = checkAll(run, Check::Sizes).valid;
    const std::size_t kept = std::max(kFewestKept, std::size_t(std::max<std::int64_t>(keep, 0)));
    std::vector<std::string> removed;
    for (std::size_t i = 0; i + kept < valid.size(); ++i) {
        const bool isSpared = std::find(spared.begin(), spared.end(), valid[i].folder) != spared.end();
        if (!isSpared && removeCheckpoint(run, valid[i])) removed.push_back(valid[i].folder);
    }
    return removed;
}

std::vector<std::string> removePretraining(const RunFolder& run)
{
    std::vector<std::string> removed;
    for (const CheckpointInfo& checkpoint : checkAll(run, Check::Sizes).valid)
        if (checkpoint.series == CheckpointSeries::Pretraining && removeCheckpoint(run, checkpoint)) removed.push_back(checkpoint.folder);
    return removed;
}

}  // namespace moebel
