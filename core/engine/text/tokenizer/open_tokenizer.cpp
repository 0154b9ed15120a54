#include <nlohmann/json.hpp>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/sentence_piece_tokenizer.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/file.h"
#include "moebel/base/pickle.h"

namespace moebel
{

namespace
{

constexpr std::uint64_t kLargestFile = std::uint64_t(256) << 20;

Result<TokenizerPipeline> readPipeline(const std::filesystem::path& file)
{
    if (file.extension() == ".gguf") {
        const auto vocabulary = readGgufTokenizer(file);
        return vocabulary ? readTokenizerJson(vocabulary->json, file, vocabulary->endOfDocument) : vocabulary.error();
    }
    const auto text = readFile(file, kLargestFile);
    return text ? readTokenizerJson(*text, file) : text.error();
}

}  // namespace

const SpecialFrame& Tokenizer::frame() const
{
    static const SpecialFrame kNone;
    return kNone;
}

std::filesystem::path tokenizerFileIn(const std::filesystem::path& folder)
{
    if (folder.extension() == ".gguf") return folder;
    for (const char* name : {"tokenizer.json", "tokenizer.model"})
        if (std::error_code ignored; std::filesystem::exists(folder / name, ignored)) return folder / name;
    return {};
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path)
{
    std::error_code ignored;
    std::filesystem::path file = path;
    if (std::filesystem::is_directory(path, ignored)) {
        file = tokenizerFileIn(path);
        if (file.empty())
            return invalidInput("no-tokenizer", path.string() + " holds neither tokenizer.json nor tokenizer.model",
                                path.string());
    }
    if (Status allowed = refusePickle(file, "give the model's tokenizer.json or tokenizer.model instead"); !allowed)
        return allowed.error();
    if (file.extension() != ".json" && file.extension() != ".gguf") return openSentencePiece(file);
    auto pipeline = readPipeline(file);
    if (!pipeline) return pipeline.error();
    return makeTokenizer(std::move(*pipeline));
}

Status needsEndOfDocument(const Tokenizer& tokenizer)
{
    if (tokenizer.endOfDocument() >= 0) return Done{};
    const std::string file = tokenizer.file().string();
    return invalidInput(
        "no-end-of-document",
        file + ": no file says which token ends a document; set \"eos_token\" in tokenizer_config.json beside it", file);
}

}  // namespace moebel
