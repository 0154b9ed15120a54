#include "moebel/base/embedded.h"

#include "embedded_table.h"

namespace moebel {

std::optional<std::string_view> embeddedFile(std::string_view path)
{
    for (const EmbeddedEntry* entry = kEmbeddedFiles; !entry->path.empty(); ++entry)
        if (entry->path == path) return entry->content;
    return std::nullopt;
}

std::vector<std::string_view> embeddedFiles(std::string_view prefix)
{
    std::vector<std::string_view> paths;
    for (const EmbeddedEntry* entry = kEmbeddedFiles; !entry->path.empty(); ++entry)
        if (entry->path.starts_with(prefix)) paths.push_back(entry->path);
    return paths;
}

}  // namespace moebel
