// The similarity of languages against the way LayerMoE's authors measure it: documents one by one, the state of every token
// kept, the cosines of all pairs of tokens (methods.md 2.2). Each side is a process of its own that reads the model and the
// text; the values are compared first, then time and peak memory.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "engine/evaluation/similarity_probe.h"
#include "engine/model/checkpoint/model_file.h"
#include "moebel/base/file.h"
#include "moebel/base/random.h"
#include "tests/bench/pairs.h"

extern char** environ;

namespace
{

using namespace moebel;
namespace fs = std::filesystem;

constexpr int kLanguages = 6, kNew = 3, kPairs = 2;
constexpr std::int64_t kTokens = 10'000;

ModelShape shape() { return ModelShape{6, 256, 4, 4, 64, 704, 4096, 512}; }

/// In every language the next token follows from the last one; documents of 50 to 1000 tokens.
ProbeText textOf(int language)
{
    const CounterRandom random(Seed{3}, std::uint64_t(language));
    std::uint64_t draw = 0;
    ProbeText text{std::string("l") + char('a' + language), {}};
    while (text.tokens() < kTokens) {
        std::uint64_t last = 0;
        std::vector<std::int32_t>& document = text.documents.emplace_back();
        for (std::uint64_t n = 50 + random.below(draw++, 951); n > 0; --n) {
            last =
                1 + (random.uniform(draw++) < 0.8 ? last * std::uint64_t(3 + language) + 7 : random.below(draw++, 4095)) % 4095;
            document.push_back(std::int32_t(last));
        }
    }
    return text;
}

/// A line a layer and pair that has a new language in it.
Status write(const fs::path& file, const LanguageSimilarity& similarity)
{
    std::string text;
    for (std::int64_t layer = 0; layer < similarity.layers(); ++layer)
        for (std::size_t b = kLanguages - kNew; b < kLanguages; ++b)
            for (std::size_t a = 0; a < b; ++a) text += std::to_string(similarity.at(layer, a, b)) + "\n";
    return writeFileAtomically(file, text);
}

int ours(const fs::path& folder)
{
    const auto model = readModel(folder / "model");
    std::vector<ProbeText> texts;
    for (int i = 0; i < kLanguages; ++i) texts.push_back(textOf(i));
    const auto similarity = measureSimilarity(**model, texts, kTokens);
    return similarity && write(folder / "ours", *similarity) ? 0 : 1;
}

/// The feed-forward inputs of a language's first tokens, [layer][T, D].
std::vector<torch::Tensor> statesOf(const Decoder& model, const ProbeText& text)
{
    std::vector<std::vector<torch::Tensor>> kept(std::size_t(shape().layers));
    std::int64_t left = kTokens;
    for (const auto& document : text.documents)
        for (std::size_t begin = 0; begin < document.size() && left > 0;) {
            const auto length = std::min({std::int64_t(document.size() - begin), left, shape().contextLength});
            torch::Tensor ids_BS = torch::empty({1, length}, torch::kInt64);
            for (std::int64_t i = 0; i < length; ++i) ids_BS[0][i] = document[begin + std::size_t(i)];
            (void)model.forward(ids_BS, {{}, [&](std::int64_t layer, const torch::Tensor& x_TD) {
                                             kept[std::size_t(layer)].push_back(x_TD.clone());
                                         }});
            begin += std::size_t(length);
            left -= length;
        }
    std::vector<torch::Tensor> states;
    for (const auto& parts : kept) states.push_back(torch::cat(parts));
    return states;
}

double meanCosine(const torch::Tensor& a_TD, const torch::Tensor& b_TD)
{
    const auto unit = [](const torch::Tensor& x_TD) { return x_TD / torch::linalg_vector_norm(x_TD, 2, at::IntArrayRef{1}, true); };
    const torch::Tensor a = unit(a_TD), b = unit(b_TD);
    double sum = 0;
    for (std::int64_t begin = 0; begin < a.size(0); begin += 1000)  // a matrix of all pairs at once would not fit
        sum += torch::mm(a.slice(0, begin, begin + 1000), b.t()).sum(torch::kFloat64).item<double>();
    return sum / double(a.size(0)) / double(b.size(0));
}

int theirs(const fs::path& folder)
{
    const torch::NoGradGuard noGradient;
    const auto model = readModel(folder / "model");
    std::vector<std::vector<torch::Tensor>> states;
    std::vector<std::string> codes;
    for (int i = 0; i < kLanguages; ++i) {
        const ProbeText text = textOf(i);
        states.push_back(statesOf(**model, text));
        codes.push_back(text.language);
    }
    LanguageSimilarity similarity(shape().layers, codes);
    for (std::size_t layer = 0; layer < std::size_t(shape().layers); ++layer)
        for (std::size_t b = kLanguages - kNew; b < kLanguages; ++b)
            for (std::size_t a = 0; a < b; ++a)
                similarity.set(std::int64_t(layer), a, b, meanCosine(states[a][layer], states[b][layer]));
    return write(folder / "theirs", similarity) ? 0 : 1;
}

/// Peak of resident memory in bytes.
double call(const fs::path& folder, const std::string& threads, const std::string& side)
{
    std::vector<std::string> words = {"bench_similarity", threads, folder.string(), side};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    int status = 1;
    rusage usage = {};
    if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) == 0)
        ::wait4(child, &status, 0, &usage);
    if (status != 0) std::exit(1);
    return 1024.0 * double(usage.ru_maxrss);
}

double largestDifference(const fs::path& folder)
{
    std::istringstream a(readFile(folder / "ours").value()), b(readFile(folder / "theirs").value());
    double largest = 0;
    for (double x = 0, y = 0; a >> x && b >> y;) largest = std::max(largest, std::abs(x - y));
    return largest;
}

int measure(const std::string& threads)
{
    const fs::path folder = fs::temp_directory_path() / ("bench-similarity-" + std::to_string(::getpid()));
    fs::create_directories(folder / "model");
    Decoder model(shape(), ExpertAllocation{});
    initialiseDecoder(model, 0.08, 0.06, Seed{2});
    if (!writeModel(model, folder / "model")) return 1;
    double ourPeak = 0, theirPeak = 0;
    const auto pairs = bench::alternate(
        kPairs, [&] { ourPeak = call(folder, threads, "ours"); }, [&] { theirPeak = call(folder, threads, "theirs"); });
    std::printf("%lld tokens of %d languages: similarities differ by %.1e at most\n", static_cast<long long>(kTokens),
                kLanguages, largestDifference(folder));
    std::printf("time: %.1f s against %.1f s, ratio %.2f (%.2f to %.2f)\n", pairs.first, pairs.second, pairs.ratio,
                pairs.lowest, pairs.highest);
    std::printf("peak memory: %.0f MB against %.0f MB\n", ourPeak / 1e6, theirPeak / 1e6);
    fs::remove_all(folder);
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        bench::prepare(argc, argv);
        return measure(argc > 1 ? argv[1] : "2");
    }
    at::set_num_threads(std::atoi(argv[1]));
    return std::strcmp(argv[3], "ours") == 0 ? ours(argv[2]) : theirs(argv[2]);
}
