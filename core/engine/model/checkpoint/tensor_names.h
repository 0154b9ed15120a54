// Other families' names and layouts of tensors, put into ours.
#pragma once

#include "engine/model/checkpoint/tensor_files.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{

/// The tensors as a checkpoint of the Llama kind names them: products of GPT-2 turned (its Conv1D has them transposed), joined
/// queries, keys and values taken apart, tables that follow from the config left out. Names that are not known stay as they are.
TensorFiles inOurNames(TensorFiles files, const ModelConfig& config);

/// The other way round for a dense model that is written as GPT-2 or BLOOM (see namingOf()); others stay as they are.
NamedTensors inFamilyNames(NamedTensors tensors, const ModelShape& shape, TensorNaming naming);

}  // namespace moebel
