#include "engine/runner/similarity_cache.h"

#include "moebel/base/file.h"
#include "moebel/store/run_event.h"

namespace moebel
{
namespace
{

std::filesystem::path fileOf(const std::string& key)
{
    return userCacheFolder() / "similarities" / (key + ".json");
}

}  // namespace

std::optional<LanguageSimilarity> readCachedSimilarity(const std::string& key, std::int64_t layers)
{
    const auto line = readFile(fileOf(key));
    const auto event = line ? fromJsonLine(*line) : Result<RunEvent>(line.error());  // an entry is the event that a run has told
    const auto* allocated = event ? std::get_if<ExpertsAllocated>(&*event) : nullptr;
    const bool fits = allocated && allocated->similarity.layers() == layers;
    return fits ? std::optional(allocated->similarity) : std::nullopt;
}

void cacheSimilarity(const std::string& key, const LanguageSimilarity& similarity)
{
    if (Status made = makeDirectories(fileOf(key).parent_path()); made)
        (void)writeFileAtomically(fileOf(key), toJsonLine(ExpertsAllocated{{}, similarity}, 0) + "\n").ok();
}

}  // namespace moebel
