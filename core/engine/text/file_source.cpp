#include "engine/text/file_source.h"

#include <algorithm>
#include <cstdio>

#include "moebel/base/hash.h"

namespace moebel {

Result<std::filesystem::path> sourceOf(const DataSpec& data, const std::filesystem::path& baseFolder,
                                       const std::string& language)
{
    const auto entry = data.files.find(language);
    if (entry == data.files.end())
        return invalidInput("no-text", "language " + language + " has no text: data.files has no entry for it",
                            "data.files." + language);
    const std::filesystem::path source = baseFolder / entry->second;
    std::error_code error;
    if (!std::filesystem::exists(source, error))
        return invalidInput("no-text", "language " + language + " has no text: there is nothing at '" + source.string() + "'",
                            "data.files." + language);
    return source;
}

std::vector<std::filesystem::path> filesOf(const std::filesystem::path& source)
{
    std::error_code error;
    if (!std::filesystem::is_directory(source, error)) return {source};
    std::vector<std::filesystem::path> files;
    for (std::filesystem::recursive_directory_iterator it(source, error), end; !error && it != end; it.increment(error))
        if (it->is_regular_file(error)) files.push_back(it->path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string filesFingerprint(const std::filesystem::path& source)
{
    Sha256 hash;
    for (const std::filesystem::path& file : filesOf(source)) {
        std::error_code error;
        hash.update(file.string() + " " + std::to_string(std::filesystem::file_size(file, error)) + " " +
                    std::to_string(std::filesystem::last_write_time(file, error).time_since_epoch().count()) + "\n");
    }
    return hash.hex();
}

std::string numberedPage(std::int64_t number)
{
    char page[32];
    std::snprintf(page, sizeof page, "%09lld", static_cast<long long>(number));
    return page;
}

Result<Corpus> nonEmpty(Corpus corpus, const std::filesystem::path& source)
{
    if (!corpus.documents.empty()) return corpus;
    std::string message = "language " + corpus.language + " has no text: '" + source.string() + "' holds no document";
    for (const std::string& warning : corpus.warnings) message += "; " + warning;
    return invalidInput("no-text", message, source.string());
}

}  // namespace moebel
