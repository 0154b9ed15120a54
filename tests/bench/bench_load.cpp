// How fast a model on disk can be used: bench_load MODEL [threads] prints the seconds until it is read, and until the logits of 16 tokens
// are there. load_peer.py calls it in turns with transformers.
#include "engine/model/checkpoint/model_file.h"
#include "tests/bench/pairs.h"

using namespace moebel;

int main(int argc, char** argv)
{
    if (argc < 2) return std::fprintf(stderr, "bench_load MODEL [threads]\n"), 2;
    at::set_num_threads(argc > 2 ? std::max(1, std::atoi(argv[2])) : 2);
    std::unique_ptr<Decoder> model;
    std::string fault;
    const bench::Time reading = bench::timeOf([&] {
        auto read = readModel(argv[1]);
        if (read)
            model = std::move(*read);
        else
            fault = read.error().message;
    });
    if (!model) return std::fprintf(stderr, "%s\n", fault.c_str()), 2;
    double sum = 0;
    const bench::Time first =
        bench::timeOf([&] { sum = logits(*model, torch::arange(16, torch::kInt64).unsqueeze(0)).sum(torch::kFloat64).item<double>(); });
    std::printf("%.4f %.4f %.6g\n", reading.wall, reading.wall + first.wall, sum);
    return 0;
}
