#include "engine/text/prepared_text.h"

#include <optional>

#include "engine/text/help_language.h"
#include "engine/text/prepared_index.h"
#include "engine/text/text_preparation.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{

namespace
{

/// Everything the result depends on, without reading the texts.
Result<std::string> sourceKey(const Experiment& experiment, const std::filesystem::path& tokenizerPath,
                              CorpusImporter& importer)
{
    Sha256 hash;
    const DataSpec& data = experiment.data;
    const TokenizerSpec& tokenizer = experiment.tokenizer;
    hash.update("prepared text 1 " + std::to_string(data.heldoutEvery) + " " + std::to_string(data.maxBytesPerLanguage) + " " +
                std::to_string(tokenizer.vocabulary) + " " + std::to_string(tokenizer.trainBytesPerLanguage) + "\n");
    if (!tokenizerPath.empty()) {
        const Result<std::string> content = sha256OfFile(tokenizerPath);
        if (!content) return content.error();
        hash.update(tokenizerPath.string() + " " + *content + "\n");
    }
    for (const Language& language : experiment.languages) {
        if (!isLanguageCode(language.code)) return badLanguage(language.code);
        const Result<std::string> fingerprint = importer.fingerprint(language.code);
        if (!fingerprint) return fingerprint.error();
        hash.update(language.code + " " + *fingerprint + "\n");
    }
    return hash.hex();
}

/// The model file that the description names; empty when a tokenizer is to be trained.
std::filesystem::path ownTokenizer(const TokenizerSpec& spec, const std::filesystem::path& experimentFolder)
{
    if (spec.path.empty()) return {};
    const std::filesystem::path path = experimentFolder / spec.path;
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return path;
    const std::filesystem::path file = tokenizerFileIn(path);
    return file.empty() ? path / "tokenizer.json" : file;
}

/// The text that an index promises; none when a file of it is missing or is not what was promised.
std::optional<PreparedText> openPrepared(const PreparedIndex& index, const std::vector<Language>& languages)
{
    PreparedText text;
    Result<std::unique_ptr<Tokenizer>> tokenizer = openTokenizer(index.tokenizerFile);
    if (!tokenizer || (*tokenizer)->hash() != index.tokenizerHash || index.languages.size() != languages.size())
        return std::nullopt;
    text.tokenizer = std::move(*tokenizer);
    Sha256 hash;
    hash.update(index.tokenizerHash);
    for (std::size_t i = 0; i < languages.size(); ++i) {
        const PreparedLanguage& entry = index.languages[i];
        Result<TokenShard> training = TokenShard::open(preparedShardFile(index, entry.code, "train"));
        Result<TokenShard> heldout = TokenShard::open(preparedShardFile(index, entry.code, "heldout"));
        if (!training || !heldout || training->hash() != entry.trainingHash || heldout->hash() != entry.heldoutHash)
            return std::nullopt;
        hash.update(training->hash() + heldout->hash());
        text.languages.push_back({languages[i], std::move(*training), std::move(*heldout), entry.trainingDocuments,
                                  entry.trainingBytes, entry.heldoutDocuments, entry.sample});
    }
    text.hash = hash.hex();
    text.warnings = index.warnings;
    return text;
}

std::optional<PreparedIndex> findIndex(const Experiment& experiment, const std::filesystem::path& experimentFolder,
                                       const std::filesystem::path& cacheFolder)
{
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, experimentFolder);
    if (!importer) return std::nullopt;
    const auto key = sourceKey(experiment, ownTokenizer(experiment.tokenizer, experimentFolder), **importer);
    if (!key) return std::nullopt;
    return readPreparedIndex(cacheFolder / "prepared" / (*key + ".json"));
}

}  // namespace

Result<Experiment> withBaseTokenizer(Experiment experiment, const std::filesystem::path& baseModel)
{
    if (experiment.base.kind == BaseKind::Pretrain || !experiment.tokenizer.path.empty()) return experiment;
    std::error_code error;
    if (!std::filesystem::exists(baseModel, error))
        return invalidInput("no-such-model", "base.path: " + baseModel.string() + " does not exist: check the path", "base.path");
    experiment.tokenizer.path = tokenizerFileIn(std::filesystem::absolute(baseModel).lexically_normal()).string();
    return experiment;
}

Result<PreparedText> prepareText(const Experiment& experiment, const std::filesystem::path& experimentFolder,
                                 const std::filesystem::path& cacheFolder,
                                 const std::function<void(const std::string&, double)>& progress)
{
    Result<std::unique_ptr<CorpusImporter>> importer =
        makeImporter(experiment.data, experiment.languages, experiment.seed, experimentFolder);
    if (!importer) return importer.error();
    const std::filesystem::path tokenizerPath = ownTokenizer(experiment.tokenizer, experimentFolder);
    const Result<std::string> key = sourceKey(experiment, tokenizerPath, **importer);
    if (!key) return key.error();

    const std::filesystem::path indexFile = cacheFolder / "prepared" / (*key + ".json");
    if (const std::optional<PreparedIndex> index = readPreparedIndex(indexFile))
        if (std::optional<PreparedText> text = openPrepared(*index, experiment.languages)) return std::move(*text);

    const Result<PreparedIndex> index = TextPreparation(experiment, tokenizerPath, cacheFolder, progress).prepare(**importer);
    if (!index) return index.error();
    Status written = makeDirectories(indexFile.parent_path());
    if (written) written = writePreparedIndex(indexFile, *index);
    if (!written) return written.error();
    std::optional<PreparedText> text = openPrepared(*index, experiment.languages);
    if (!text)
        return failed("cache-changed",
                      "the prepared text in " + index->shardFolder + " changed while it was made; start again");
    if (progress) progress("text is ready", 1.0);
    return std::move(*text);
}

std::optional<PreparedText> findPreparedText(const Experiment& experiment, const std::filesystem::path& experimentFolder,
                                             const std::filesystem::path& cacheFolder)
{
    const auto index = findIndex(experiment, experimentFolder, cacheFolder);
    return index ? openPrepared(*index, experiment.languages) : std::nullopt;
}

bool isTextPrepared(const Experiment& experiment, const std::filesystem::path& experimentFolder, const std::filesystem::path& cacheFolder)
{
    const auto index = findIndex(experiment, experimentFolder, cacheFolder);
    std::error_code error;
    bool there = index && index->languages.size() == experiment.languages.size() && std::filesystem::exists(index->tokenizerFile, error);
    for (std::size_t i = 0; there && i < index->languages.size(); ++i)
        for (const char* part : {"train", "heldout"})
            there = there && std::filesystem::exists(preparedShardFile(*index, index->languages[i].code, part), error);
    return there;
}

}  // namespace moebel
