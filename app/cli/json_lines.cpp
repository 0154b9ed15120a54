#include "json_lines.h"

#include <fstream>
#include <iostream>

#include "json_input.h"

namespace moebel {

Result<int> transformJsonLines(const std::string& file,
                               const std::function<Result<nlohmann::ordered_json>(const nlohmann::json&)>& transform)
{
    std::ifstream opened;
    if (file != "-") opened.open(file);
    std::istream& input = file == "-" ? std::cin : opened;
    if (!input) return invalidInput("no-file", file + ": this file cannot be read", file);
    const std::string place = file == "-" ? "stdin" : file;
    std::string line;
    for (std::int64_t number = 1; std::getline(input, line); ++number) {
        const std::string where = place + ":" + std::to_string(number);
        const auto value = readJson(line, where);
        if (!value) return value.error();
        auto result = transform(*value);
        if (!result) return invalidInput(result.error().code, where + ": " + result.error().message, where);
        std::cout << result->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    std::cout << std::flush;
    if (!std::cout) return failed("no-output", "the output could not be written");
    return 0;
}

}  // namespace moebel
