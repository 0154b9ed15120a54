// DMoE's probe of 18 languages against the way its authors do it: one process a language that reads the base, trains all of it
// and saves the whole model, and one at the end that reads every model twice (methods.md 3.2 to 3.4). The values are compared
// first.
#include <spawn.h>
#include <sys/wait.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include "engine/model/checkpoint/model_file.h"
#include "engine/training/deviation_probe.h"
#include "engine/training/losses.h"
#include "engine/training/optimizer.h"
#include "moebel/base/file.h"
#include "moebel/base/random.h"
#include "tests/bench/pairs.h"

extern char** environ;

namespace
{

using namespace moebel;
namespace fs = std::filesystem;

constexpr int kLanguages = 18, kSteps = 10, kBatch = 8, kLength = 128, kPairs = 3;

ModelShape shape() { return ModelShape{4, 256, 4, 4, 64, 704, 4096, kLength}; }

DeviationSettings settings(bool packing)
{
    DeviationSettings result;
    result.steps = kSteps;
    result.batchSequences = kBatch;
    result.sequenceLength = kLength;
    result.packing = packing;
    return result;
}

std::string code(int language) { return std::string("l") + char('a' + language); }

/// In every language the next token follows from the last one; documents of 20 to 200 tokens.
void writeText(const fs::path& folder, int language)
{
    const CounterRandom random(Seed{3}, std::uint64_t(language));
    std::uint64_t draw = 0;
    std::vector<TokenizedDocument> documents(200);
    for (TokenizedDocument& document : documents) {
        std::uint64_t last = 0;
        for (std::uint64_t n = 20 + random.below(draw++, 181); n > 0; --n) {
            last =
                1 +
                (random.uniform(draw++) < 0.8 ? last * std::uint64_t(3 + language / 3) + 7 : random.below(draw++, 4095)) % 4095;
            document.tokens.push_back(std::int32_t(last));
        }
        document.bytes = document.tokens.size();
    }
    (void)writeTokenShard(folder / code(language), code(language), 0, documents).ok();
}

/// All languages on one set of weights.
int ours(const fs::path& folder, bool packing)
{
    const auto base = readModel(folder / "base");
    std::vector<TokenShard> shards;
    for (int i = 0; i < kLanguages; ++i) shards.push_back(TokenShard::open(folder / code(i)).value());
    std::vector<SampleStream> streams;
    for (const TokenShard& shard : shards)
        streams.push_back(SampleStream::make({{&shard, LanguageId{}, 1.0}}, kLength, Seed{1}).value());
    std::vector<DeviationText> texts;
    for (std::size_t i = 0; i < shards.size(); ++i) texts.push_back({code(int(i)), &streams[i], &shards[i]});
    const auto deviation = measureDeviation(**base, texts, settings(packing), Seed{1}, folder / "spool");
    return deviation && writeFileAtomically(folder / "ours.json", toJson(*deviation)) ? 0 : 1;
}

/// One language, one document a sequence with padding on all positions, the whole model saved.
int trainOne(const fs::path& folder, int language)
{
    const auto base = readModel(folder / "base");
    const TokenShard shard = TokenShard::open(folder / code(language)).value();
    AdamW optimizer(applyFreezePlan(**base, TrainableSet::All), 0.9, 0.999, 0);
    const auto order = randomPermutation(std::uint32_t(shard.documentBytes().size()), Seed{1}, 0x646f6373);
    for (int step = 0; step < kSteps; ++step) {
        torch::Tensor ids_BS = torch::zeros({kBatch, kLength}, torch::kInt64),
                      targets_BS = torch::full({kBatch, kLength}, -100, torch::kInt64);
        for (int b = 0; b < kBatch; ++b) {
            const std::uint32_t d = order[std::size_t(step * kBatch + b)];
            const auto begin = shard.documentStarts()[d], end = std::min(shard.documentStarts()[d + 1], begin + kLength + 1);
            for (auto i = begin; i + 1 < end; ++i) {
                ids_BS[b][std::int64_t(i - begin)] = shard.tokens()[i];
                targets_BS[b][std::int64_t(i - begin)] = shard.tokens()[i + 1];
            }
        }
        optimizer.zeroGradients();
        const torch::Tensor logits_TV = torch::linear((*base)->forward(ids_BS).hidden_TD, (*base)->head_VD());
        torch::cross_entropy_loss(logits_TV, targets_BS.flatten()).backward();
        optimizer.step(3e-4 * double(kSteps - step) / kSteps);
    }
    const fs::path model = folder / ("model-" + code(language));
    fs::create_directories(model);
    return writeModel(**base, model) ? 0 : 1;
}

std::map<std::string, torch::Tensor> weightsOf(const fs::path& folder)
{
    std::map<std::string, torch::Tensor> weights;
    for (const NamedParameter& parameter : (*readModel(folder))->parameters())
        if (parameter.name.find(".mlp.") != std::string::npos) weights[parameter.name] = parameter.tensor;
    return weights;
}

/// Norms from one reading of every model, cosines from another.
int compareAll(const fs::path& folder)
{
    const auto base = weightsOf(folder / "base");
    ParameterDeviation deviation;
    std::vector<torch::Tensor> last;
    for (int i = 0; i < kLanguages; ++i) {
        deviation.languages.push_back(code(i));
        deviation.feedForward.emplace_back(std::size_t(shape().layers), 0.0);
        deviation.attention.emplace_back();
        for (const auto& [name, tensor] : weightsOf(folder / ("model-" + code(i))))
            deviation.feedForward.back()[std::size_t(name[13] - '0')] += (tensor - base.at(name)).square().sum().item<double>();
        for (double& norm : deviation.feedForward.back()) norm = std::sqrt(norm);
        std::vector<torch::Tensor> parts;
        for (const auto& [name, tensor] : weightsOf(folder / ("model-" + code(i))))
            if (name[13] - '0' >= shape().layers - 3) parts.push_back((tensor - base.at(name)).flatten());
        last.push_back(torch::cat(parts));
    }
    deviation.similarity = LanguageMatrix(deviation.languages);
    for (std::size_t a = 0; a < kLanguages; ++a)
        for (std::size_t b = 0; b <= a; ++b)
            deviation.similarity.set(a, b, torch::cosine_similarity(last[a], last[b], 0).item<double>());
    return writeFileAtomically(folder / "theirs.json", toJson(deviation)) ? 0 : 1;
}

void call(const fs::path& folder, const std::string& threads, const std::string& part, const std::string& argument = "0")
{
    std::vector<std::string> words = {"bench_deviation", threads, folder.string(), part, argument};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    int status = 1;
    if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) == 0) ::waitpid(child, &status, 0);
    if (status != 0) std::exit(1);
}

void theirs(const fs::path& folder, const std::string& threads)
{
    for (int i = 0; i < kLanguages; ++i) call(folder, threads, "train", std::to_string(i));
    call(folder, threads, "compare");
}

ParameterDeviation read(const fs::path& file) { return parseDeviationJson(readFile(file).value(), file.string()).value(); }

void compareValues(const fs::path& folder, const std::string& threads)
{
    call(folder, threads, "ours", "0");
    theirs(folder, threads);
    const ParameterDeviation a = read(folder / "ours.json"), b = read(folder / "theirs.json");
    double norms = 0, cosines = 0;
    for (std::size_t i = 0; i < kLanguages; ++i)
        for (std::size_t k = 0; k < kLanguages; ++k) {
            cosines = std::max(cosines, std::abs(a.similarity.at(i, k) - b.similarity.at(i, k)));
            if (k < a.feedForward[i].size()) norms = std::max(norms, std::abs(a.feedForward[i][k] / b.feedForward[i][k] - 1));
        }
    std::printf("the same documents, padded: norms differ by %.1e at most (relative), cosines by %.1e\n", norms, cosines);
}

std::uintmax_t bytesOf(const fs::path& folder, const std::string& prefix)
{
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().string().find(prefix) != std::string::npos) bytes += entry.file_size();
    return bytes;
}

int measure(const std::string& threads)
{
    const fs::path folder = fs::temp_directory_path() / ("bench-deviation-" + std::to_string(::getpid()));
    fs::create_directories(folder / "base");
    Decoder base(shape(), ExpertAllocation{});
    initialiseDecoder(base, 0.08, 0.06, Seed{2});
    if (!writeModel(base, folder / "base")) return 1;
    for (int i = 0; i < kLanguages; ++i) writeText(folder, i);
    compareValues(folder, threads);
    const double spooled = kLanguages * 4.0 * 3 * 3 * double(shape().width * shape().feedForwardWidth);
    std::printf("disk: %.1f MB against %.1f MB, a share of 1/%.1f\n", spooled / 1e6, double(bytesOf(folder, "/model-")) / 1e6,
                double(bytesOf(folder, "/model-")) / spooled);
    for (const char* packing : {"0", "1"}) {
        const auto pairs = bench::alternate(
            kPairs, [&] { call(folder, threads, "ours", packing); }, [&] { theirs(folder, threads); });
        std::printf("%s: %.1f s against %.1f s, ratio %.2f (%.2f to %.2f)\n", *packing == '1' ? "packed" : "padded",
                    pairs.first, pairs.second, pairs.ratio, pairs.lowest, pairs.highest);
    }
    fs::remove_all(folder);
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 5) {
        bench::prepare(argc, argv);
        return measure(argc > 1 ? argv[1] : "2");
    }
    at::set_num_threads(std::atoi(argv[1]));
    const fs::path folder = argv[2];
    if (std::strcmp(argv[3], "ours") == 0) return ours(folder, *argv[4] == '1');
    return std::strcmp(argv[3], "train") == 0 ? trainOne(folder, std::atoi(argv[4])) : compareAll(folder);
}
