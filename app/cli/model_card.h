// README.md of an exported model.
#pragma once

#include <string>

#include "app/cli/run_view.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

struct ModelCard {
    std::string title;
    std::string source;  ///< what was exported, as the user named it
    ModelShape shape;
    ExpertAllocation allocation;
    const RunView* run = nullptr;  ///< none: the model is no run's
    const Experiment* experiment = nullptr;
    std::string licence{};  ///< of the base model as the hub spells it: "apache-2.0"; empty: unknown
    std::string baseHash{};  ///< of an expert pack: of the base model it belongs to; empty: the model is whole
};

/// Markdown with the header that model hubs read: languages, experts per layer, method, data, scores as the run measured them,
/// how to load it. What is not known is said to be unknown.
std::string modelCard(const ModelCard& card);

}  // namespace moebel
