#include <nlohmann/json.hpp>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/sentence_piece_tokenizer.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/file.h"

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

/// tokenizer.json, or what stands for it in a GGUF file; the model of SentencePiece.
Result<std::string> contentOf(const std::filesystem::path& file)
{
    if (file.extension() != ".gguf") return readFile(file, kLargestFile);
    auto vocabulary = readGgufTokenizer(file);
    return vocabulary ? Result<std::string>(std::move(vocabulary->json)) : vocabulary.error();
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
    if (file.extension() != ".json" && file.extension() != ".gguf") return openSentencePiece(file);
    auto pipeline = readPipeline(file);
    if (!pipeline) return pipeline.error();
    return makeTokenizer(std::move(*pipeline));
}

Status writeTokenizer(const Tokenizer& tokenizer, const std::filesystem::path& folder)
{
    const bool isJson = tokenizer.file().extension() == ".json" || tokenizer.file().extension() == ".gguf";
    const auto content = contentOf(tokenizer.file());
    if (!content) return content.error();
    if (!isJson) return writeFileAtomically(folder / "tokenizer.model", *content);
    if (const auto end = tokenizer.decode({tokenizer.endOfDocument()}, true)) {
        const nlohmann::json config = {{"eos_token", *end}, {"tokenizer_class", "PreTrainedTokenizerFast"}};
        if (Status done = writeFileAtomically(folder / "tokenizer_config.json", config.dump(2) + "\n"); !done) return done;
    }
    return writeFileAtomically(folder / "tokenizer.json", *content);
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
