#include "checkpoint_manifest.h"

#include <algorithm>

#include "json_fields.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel {

namespace {

constexpr std::uint64_t kLongest = 64 << 20;
constexpr int kDeepest = 32;

std::string toText(const CheckpointManifest& manifest)
{
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const ManifestFile& file : manifest.files)
        files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    const nlohmann::ordered_json json = {{"v", 1}, {"step", manifest.step}, {"files", files}};
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

bool isPlainName(const std::string& name)
{
    const bool special = name.empty() || name == "." || name == ".." || name == kManifestFile;
    return !special && name.size() <= 255 && name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

Error badManifest(const std::filesystem::path& file, const std::string& what)
{
    return invalidInput("damaged-checkpoint", file.string() + " " + what + "; use an older checkpoint", file.string());
}

}  // namespace

Result<CheckpointManifest> makeManifest(const std::filesystem::path& folder, std::int64_t step)
{
    CheckpointManifest manifest;
    manifest.step = step;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        std::error_code ignored;
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file(ignored) || entry.is_symlink(ignored) || !isPlainName(name))
            return failed("bad-payload", entry.path().string() + " is not a plain file, a checkpoint holds nothing else; leave it out");
        const Result<std::string> hash = sha256OfFile(entry.path());
        if (!hash) return hash.error();
        manifest.files.push_back({name, std::int64_t(entry.file_size(ignored)), *hash});
    }
    if (error) return failed("unreadable-folder", folder.string() + " can't be read: " + error.message(), folder.string());
    std::sort(manifest.files.begin(), manifest.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    manifest.text = toText(manifest);
    return manifest;
}

Result<CheckpointManifest> readManifest(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / kManifestFile;
    const Result<std::string> text = readFile(file, kLongest);
    if (!text) return badManifest(file, "is missing or unreadable, so the checkpoint is incomplete");
    if (jsonDepth(*text) > kDeepest) return badManifest(file, "is nested too deeply");
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    JsonFields fields(json);
    CheckpointManifest manifest;
    std::int64_t version = 0;
    fields.read("v", version);
    fields.read("step", manifest.step);
    for (const nlohmann::json& entry : fields.list("files")) {
        JsonFields inner(entry);
        ManifestFile& payload = manifest.files.emplace_back();
        inner.read("name", payload.name);
        inner.read("bytes", payload.bytes);
        inner.read("sha256", payload.sha256);
        fields.take(inner);
        if (!isPlainName(payload.name)) fields.complain("name", "a plain file name");
    }
    if (!fields.problem().empty()) return badManifest(file, fields.problem());
    if (version != 1) return badManifest(file, "has version " + std::to_string(version) + ", this program knows version 1");
    if (manifest.files.empty()) return badManifest(file, "names no files");
    manifest.text = *text;
    return manifest;
}

}  // namespace moebel
