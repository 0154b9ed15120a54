#include <nlohmann/json.hpp>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/sentence_piece_tokenizer.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/file.h"

namespace moebel
{

namespace
{

/// tokenizer.json, or what stands for it in a GGUF file.
Result<std::string> jsonOf(const std::filesystem::path& file)
{
    constexpr std::uint64_t kLargest = std::uint64_t(256) << 20;
    return file.extension() == ".gguf" ? tokenizerJsonOfGguf(file) : readFile(file, kLargest);
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
    const auto text = jsonOf(file);
    if (!text) return text.error();
    auto pipeline = readTokenizerJson(*text, file);
    if (!pipeline) return pipeline.error();
    return makeTokenizer(std::move(*pipeline));
}

Status writeTokenizer(const Tokenizer& tokenizer, const std::filesystem::path& folder)
{
    const bool isJson = tokenizer.file().extension() == ".json" || tokenizer.file().extension() == ".gguf";
    const auto content = isJson ? jsonOf(tokenizer.file()) : readFile(tokenizer.file());
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
