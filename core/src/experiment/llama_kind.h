// What many families say in the words of Llama's config.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json_fields.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

/// Layers, widths, heads, vocabulary, norms and the rotary embedding. Defaults are those of transformers.
ModelShape readLlamaKind(JsonFields& config, const std::string& where, std::optional<std::int64_t> headSize = {},
                         double normEpsilon = 1e-6, bool tiedHead = false);
/// The same of those that are silent about soft caps and use SiLU.
ModelShape readSiluKind(JsonFields& config, const std::string& where, std::optional<std::int64_t> headSize = {});
void refuseSoftCaps(JsonFields& config);

/// Windows of the layers from "layer_types", or of those from `firstWindowed` on; empty where no layer has one.
std::vector<std::int64_t> readWindows(JsonFields& config, std::int64_t layers, std::int64_t window, std::int64_t firstWindowed);
/// "sliding_window" of every layer: `absent` where it is missing, none where it is null; 0: none.
void readMistralWindow(JsonFields& config, ModelShape& shape, std::int64_t absent);
/// "use_sliding_window" and "max_window_layers".
void readQwenWindows(JsonFields& config, ModelShape& shape);

}  // namespace moebel
