// experiment.toml: problems with their places, or an experiment.
#include <string_view>

#include "moebel/experiment/experiment_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    (void)moebel::readExperiment(std::string_view(reinterpret_cast<const char*>(bytes), size), "fuzz.toml");
    return 0;
}
