// The families of models: how each one's config.json says the values of a shape.
#pragma once

#include <string>
#include <string_view>

#include "json_fields.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{

struct ModelFamily {
    std::string_view architecture;  ///< as in "architectures"
    std::string_view type;          ///< as in "model_type"
    TensorNaming naming;
    ModelShape (*read)(JsonFields& config, const std::string& where);
    ExpertAllocation (*experts)(JsonFields& config, std::int64_t layers) = nullptr;  ///< null: dense
};

/// Null, and a fault of `config` that names the known ones, for any other.
const ModelFamily* familyOf(JsonFields& config);

/// Faults of `config` name what is missing, out of range or not supported.
ModelShape readShape(JsonFields& config, const std::string& where, const ModelFamily& family);

}  // namespace moebel
