#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/sentence_piece_tokenizer.h"
#include "engine/text/tokenizer/tokenizer_json.h"

namespace moebel
{

const SpecialFrame& Tokenizer::frame() const
{
    static const SpecialFrame kNone;
    return kNone;
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path)
{
    std::error_code ignored;
    std::filesystem::path file = path;
    if (std::filesystem::is_directory(path, ignored))
        file /= std::filesystem::exists(path / "tokenizer.json", ignored) ? "tokenizer.json" : "tokenizer.model";
    if (file.extension() != ".json") return openSentencePiece(file);
    auto pipeline = readTokenizerJson(file);
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
