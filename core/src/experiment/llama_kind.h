// What many families say in the words of Llama's config.json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "json_fields.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

/// What a family has where its file is silent, as in transformers.
struct LlamaDefaults {
    std::optional<std::int64_t> headSize = {};  ///< none: width / heads
    double normEpsilon = 1e-6;
    bool tiedHead = false;
    double ropeTheta = 10'000;
};

/// Layers, widths, heads, vocabulary, norms and the rotary embedding.
ModelShape readLlamaKind(JsonFields& config, const std::string& where, const LlamaDefaults& defaults = {});
/// The same of those that are silent about soft caps and use SiLU.
ModelShape readSiluKind(JsonFields& config, const std::string& where, const LlamaDefaults& defaults = {});
void refuseSoftCaps(JsonFields& config);

using LayerRule = std::function<bool(std::int64_t layer)>;
/// "sliding_window": `absent` where it is missing, 0 where it is null.
std::int64_t readWindow(JsonFields& config, std::int64_t absent);
/// The window in the layers that "layer_types" names, or else in those of the rule; empty where no layer has one. A layer with a
/// window while `window` is 0 is a fault.
std::vector<std::int64_t> readWindows(JsonFields& config, std::int64_t layers, std::int64_t window, const LayerRule& hasWindow);
/// The same in families that do not read "layer_types": the window (0: none) is in every layer, and a list that says otherwise
/// is a fault.
std::vector<std::int64_t> readSameWindows(JsonFields& config, std::int64_t layers, std::int64_t window);
/// The window of Qwen's families, 0 without "use_sliding_window".
std::int64_t readQwenWindow(JsonFields& config);
/// Qwen 2 and 3: the layers from "max_window_layers" on.
std::vector<std::int64_t> readQwenWindows(JsonFields& config, std::int64_t layers);

}  // namespace moebel
