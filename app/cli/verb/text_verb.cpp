// moebel text: what text there is for the languages of an experiment, and what is missing, packages of Debian among it.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/experiment_source.h"
#include "app/cli/output.h"
#include "engine/text/corpus.h"
#include "engine/text/prepared_text.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

/// What is known of the text of one language.
struct TextFacts {
    std::int64_t documents = 0;
    std::int64_t bytes = 0;
    std::optional<std::int64_t> tokens;  ///< of the training text; none before it was tokenised
    std::string sample;
    std::string problem;
};

constexpr std::size_t kSampleBytes = 240;
constexpr std::size_t kShortSample = 20;  ///< a title, not a sentence

/// The first line that says something, cut between two characters; a short one where there is no longer.
std::string sampleOf(const Corpus& corpus)
{
    std::string sample;
    for (const Document& document : corpus.documents) {
        const std::string line = document.text.substr(0, document.text.find('\n'));
        if (sample.empty() || line.size() >= kShortSample) sample = line;
        if (sample.size() >= kShortSample) break;
    }
    std::size_t end = std::min(sample.size(), kSampleBytes);
    while (end < sample.size() && end > 0 && (static_cast<unsigned char>(sample[end]) & 0xC0U) == 0x80U) --end;
    return sample.substr(0, end);
}

TextFacts factsOf(const Result<Corpus>& corpus)
{
    TextFacts facts;
    if (!corpus) {
        facts.problem = corpus.error().message;
        return facts;
    }
    facts.documents = std::int64_t(corpus->documents.size());
    for (const Document& document : corpus->documents) facts.bytes += std::int64_t(document.text.size());
    facts.sample = sampleOf(*corpus);
    return facts;
}

TextFacts factsOf(const LanguageText& text)
{
    return {text.trainingDocuments + text.heldoutDocuments,
            text.trainingBytes,
            std::int64_t(text.training.tokens().size()),
            text.sample,
            {}};
}

/// From the cache where the text was prepared before, else from the source itself.
std::vector<TextFacts> readFacts(const Experiment& experiment, const std::filesystem::path& folder)
{
    std::vector<TextFacts> facts;
    const auto own = withTokenizer(experiment, folder);  // without it nothing was tokenised, the text is there all the same
    if (const auto prepared = own ? findPreparedText(*own, folder, userCacheFolder()) : std::nullopt) {
        for (const LanguageText& text : prepared->languages) facts.push_back(factsOf(text));
        return facts;
    }
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, folder);
    for (const Language& language : experiment.languages)
        facts.push_back(importer ? factsOf((*importer)->load(language.code))
                                 : TextFacts{0, 0, {}, {}, importer.error().message});
    return facts;
}

std::vector<std::string> packagesFor(const Experiment& experiment, const std::filesystem::path& folder)
{
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, folder);
    return importer ? missingPackages(**importer, experiment.languages) : std::vector<std::string>();
}

void printPackages(const std::vector<std::string>& packages, bool json)
{
    if (json) {
        printJson({{"packages", packages}});
        return;
    }
    for (const std::string& package : packages) std::cout << package << "\n";
    std::cout << std::flush;
}

void print(const Experiment& experiment, const std::vector<TextFacts>& facts, const std::vector<std::string>& packages, bool json)
{
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    std::vector<std::vector<std::string>> table = {{"language", "role", "sample", "documents", "bytes", "tokens"}};
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const Language& language = experiment.languages[i];
        const TextFacts& one = facts[i];
        const auto tokens = one.tokens ? nlohmann::ordered_json(*one.tokens) : nlohmann::ordered_json();
        rows.push_back({{"code", language.code},
                        {"role", name(language.role)},
                        {"documents", one.documents},
                        {"bytes", one.bytes},
                        {"tokens", tokens},
                        {"sample", one.sample},
                        {"problem", one.problem}});
        table.push_back({language.code, std::string(name(language.role)), one.problem.empty() ? one.sample : one.problem,
                         std::to_string(one.documents), std::to_string(one.bytes),
                         one.tokens ? std::to_string(*one.tokens) : "?"});
    }
    if (json)
        printJson({{"languages", rows}, {"packages", packages}});
    else
        std::cout << formatTable(table, 3) << std::flush;
}

Result<int> text(const CommonOptions& common, const std::string& file, bool packagesOnly)
{
    auto read = readExperimentFile(file);
    if (!read) return invalidInput(read.error().code, read.error().message, read.error().where);
    // Only what the text depends on must be right: the rest may still be written.
    const auto elsewhere = [](const Problem& problem) {
        const auto in = [&](const char* section) { return problem.path.rfind(section, 0) == 0; };
        return !in("languages") && !in("data") && !in("tokenizer") && problem.code != "not-toml";
    };
    std::erase_if(read->problems, elsewhere);
    if (!read->problems.empty()) return asError(read->problems, file);
    const auto folder = std::filesystem::absolute(file).lexically_normal().parent_path();
    const std::vector<std::string> packages = packagesFor(read->experiment, folder);
    if (packagesOnly) {
        printPackages(packages, common.json);
    } else {
        print(read->experiment, readFacts(read->experiment, folder), packages, common.json);
    }
    return 0;
}

}  // namespace

void addText(CommandLine& line)
{
    auto file = std::make_shared<std::string>();
    auto packages = std::make_shared<bool>(false);
    CLI::App* verb =
        line.addVerb("text", "The text of an experiment's languages: documents, bytes, tokens, and what is missing",
                     "moebel text projects/first-expansion/experiment.toml");
    verb->add_option("EXPERIMENT", *file, "Experiment file (TOML)")->required();
    verb->add_flag("--packages", *packages, "Only the Debian packages that hold the text and are not there, one a line");
    line.onCall(verb, [file, packages](const CommonOptions& common) { return text(common, *file, *packages); });
}

}  // namespace moebel
