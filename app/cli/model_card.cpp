#include "app/cli/model_card.h"

#include <algorithm>
#include <sstream>

#include "moebel/experiment/language.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

std::string codes(const Experiment& experiment, LanguageRole role)
{
    std::string text;
    for (const Language& language : experiment.languages)
        if (language.role == role) text += (text.empty() ? "" : ", ") + language.code;
    return text;
}

void writeHeader(const ModelCard& card, bool isMoe, std::ostringstream& out)
{
    out << "---\nlibrary_name: transformers\npipeline_tag: text-generation\nlicense: " << (card.licence.empty() ? "unknown" : card.licence)
        << '\n';
    if (card.experiment != nullptr) {
        out << "language:\n";
        for (const Language& language : card.experiment->languages) out << "- \"" << language.code << "\"\n";
    }
    out << "tags:\n- moebel\n" << (isMoe ? "- mixture-of-experts\n" : "") << "---\n\n";
}

void writeExperts(const ModelCard& card, bool isMoe, std::ostringstream& out)
{
    const ParameterCount count = countParameters(card.shape, card.allocation);
    out << "## Model\n\n"
        << card.shape.layers << " layers of width " << card.shape.width << ", " << count.total
        << " weights, of which a token passes through " << count.active << ".\n\n";
    if (!isMoe) return;
    out << "Experts per layer, the original one (expert 0) included:";
    for (const std::int64_t experts : card.allocation.experts) out << ' ' << experts;
    out << ". A token takes the best " << card.allocation.topK << " of its layer.\n\n";
    if (card.allocation.classifierLayers.empty()) return;
    out << "Language classifiers of scope `" << name(card.allocation.classifierScope) << "` stand in front of the routers of layers";
    for (const std::int64_t layer : card.allocation.classifierLayers) out << ' ' << layer;
    const std::string note = causalityNote(card.allocation.classifierLayers, card.allocation.classifierScope);
    out << (note.empty() ? "" : "; " + note) << ".\n\n";
}

void writeRun(const ModelCard& card, std::ostringstream& out)
{
    const Experiment& experiment = *card.experiment;
    out << "## How it was made\n\nMethod: " << card.run->record.method << ", seed " << card.run->record.seed
        << ". The base model knew " << codes(experiment, LanguageRole::Original) << "; it was expanded to "
        << codes(experiment, LanguageRole::Expanded) << ".\n\n";
    for (const StageSpec& stage : experiment.stages)
        out << "- " << name(stage.kind) << ": " << stage.tokens << " tokens in sequences of " << stage.sequenceLength
            << ", learning rate " << stage.learningRate << '\n';
    out << "\nText: " << name(experiment.data.source)
        << ". The licence of the base model and of the text holds for this model, too.\n\n"
        << "## Scores\n\nBits per byte of held-out documents; lower is better.\n\n```\n"
        << resultTable(*card.run) << "```\n\n";
}

void writeLoading(bool needsCode, std::ostringstream& out)
{
    out << "## Use\n\n```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        << "tokenizer = AutoTokenizer.from_pretrained(\".\")\nmodel = AutoModelForCausalLM.from_pretrained(\".\""
        << (needsCode ? ", trust_remote_code=True" : "") << ")\n```\n";
    if (needsCode) out << "\n`modeling_moebel.py` beside the weights holds the model; read it before you trust it.\n";
}

void writeUnpacking(const ModelCard& card, std::ostringstream& out)
{
    out << "## Use\n\nThis is an expert pack: the new experts and routers alone. They belong to the base model whose weights have the "
           "hash "
        << card.baseHash
        << ", which `moebel unpack` checks:\n\n```sh\nmoebel unpack . --base BASE_MODEL --out expanded-model\n```\n";
}

}  // namespace

std::string modelCard(const ModelCard& card)
{
    const auto& experts = card.allocation.experts;
    const bool isMoe = std::any_of(experts.begin(), experts.end(), [](std::int64_t count) { return count > 1; });
    // A dense model may have no class in transformers as well: one whose values no family there has.
    const bool needsCode = configJson(card.shape, card.allocation).find("\"MoebelForCausalLM\"") != std::string::npos;
    std::ostringstream out;
    writeHeader(card, isMoe, out);
    out << "# " << card.title << "\n\nExported by Moebel from " << card.source << ".\n\n";
    writeExperts(card, isMoe, out);
    if (card.run != nullptr && card.experiment != nullptr) writeRun(card, out);
    card.baseHash.empty() ? writeLoading(needsCode, out) : writeUnpacking(card, out);
    return out.str();
}

}  // namespace moebel
