// DMoE's probe (methods.md 3.2 to 3.4): what a few steps of training on one language alone change in a base model.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/text/sample_stream.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// The text of one language; stream and shard must outlive the probe.
struct DeviationText {
    std::string language;
    const SampleStream* stream = nullptr;  ///< of this language alone and of the settings' length: what packed sequences are
    const TokenShard* shard = nullptr;     ///< needed only without packing: its documents, one a sequence
};

using DeviationSettings = DeviationSpec;
/// Asked after each step; the fraction is that of all languages. False ends the probe.
using ProbeListener = std::function<bool(const std::string& language, double fraction)>;

/// Trains a copy of the base on each language (AdamW 0.9/0.999, no weight decay, no clipping, the rate linear to 0) and measures
/// what changed: norms of the weight matrices of feed-forward network and attention by layer, and the cosines between the
/// feed-forward changes of the last layers. All in this process on one set of weights, which is the base's again afterwards, bit
/// for bit. Languages do not see each other: their order changes nothing but the order of the result.
///
/// `seed`: that of the streams; without packing it draws the documents, the same way in every language.
/// `spool`: a folder for what is kept of finished languages (norms, and the changes that make the similarity), so that an
/// interrupted probe goes on after them with the same result; removed at the end. Empty: nothing is kept on disk.
/// `goOn` is told of languages taken from the spool, too.
/// `precision`: of the products; the trained weights are fp32 in both.
/// Errors: a model with experts; a language without text enough for its steps, by name; a loss that is not finite; "stopped".
Result<ParameterDeviation> measureDeviation(Decoder& base, const std::vector<DeviationText>& texts,
                                            const DeviationSettings& settings, Seed seed, const std::filesystem::path& spool = {},
                                            const ProbeListener& goOn = {}, Precision precision = Precision::Float32);

/// GradSim: the cosines between the gradients of the feed-forward matrices of the last layers (settings.similarityLayers) at the
/// base, each summed over the text that the probe's steps would read. No step is taken; the base is as before. Errors: as above.
Result<LanguageMatrix> measureGradients(Decoder& base, const std::vector<DeviationText>& texts, const DeviationSettings& settings,
                                        Seed seed, const ProbeListener& goOn = {}, Precision precision = Precision::Float32);

/// The settings as words, each with its value: part of what names a cached result.
std::string identity(const DeviationSettings& settings);

/// What a person should know before believing the numbers, one sentence each.
std::vector<std::string> warningsOf(const ParameterDeviation& deviation, const DeviationSettings& settings);

}  // namespace moebel
