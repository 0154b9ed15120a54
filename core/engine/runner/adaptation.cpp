#include "engine/runner/adaptation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/evaluation/heldout.h"
#include "engine/model/precision.h"
#include "engine/runner/allocation.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/nearest_expert.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

/// Of each language of a group, to choose its expert by.
constexpr std::int64_t kTokens = 20'000;

std::string words(const std::vector<std::string>& languages)
{
    std::string text;
    for (const std::string& language : languages) text += (text.empty() ? "" : " ") + language;
    return text;
}

/// Whole documents from the beginning, until there are tokens enough.
struct TextSample {
    std::vector<std::int32_t> tokens;
    std::int64_t bytes = 0;
};
TextSample sampleOf(const TokenShard& shard)
{
    TextSample sample;
    for (std::size_t d = 0; d < shard.documentBytes().size() && std::int64_t(sample.tokens.size()) < kTokens; ++d) {
        const auto document = shard.tokens().subspan(shard.documentStarts()[d], shard.documentStarts()[d + 1] - shard.documentStarts()[d]);
        sample.tokens.insert(sample.tokens.end(), document.begin(), document.end());
        sample.bytes += std::int64_t(shard.documentBytes()[d]);
    }
    return sample;
}

const LanguageText& textOf(const PreparedText& text, const std::string& code)
{
    return *std::find_if(text.languages.begin(), text.languages.end(),
                         [&](const LanguageText& language) { return language.language.code == code; });
}

Error stopped() { return {ErrorKind::Stopped, "stopped", "the choice of the nearest expert was stopped as requested", {}}; }

Result<NearestExpert> measure(Session& session, const Decoder& base, const PreparedText& text, const std::vector<std::string>& group)
{
    NearestExpert nearest{group, std::vector<ExpertFit>(base.allocation().groups.size()), 0};
    const std::int64_t window = usualWindow(base.shape());
    for (const std::string& code : group) {
        if (session.stopWished()) return stopped();
        session.tell(Progress{"looking for the expert that knows " + code + " best", 0.0});
        const TextSample sample = sampleOf(textOf(text, code).training);
        const auto likelihoods = expertPerplexities(base, sample.tokens, sample.bytes, text.tokenizer->endOfDocument(), window,
                                                    std::max<std::int64_t>(1, window / 2));
        if (!likelihoods) return likelihoods.error();
        for (std::size_t e = 0; e < nearest.fits.size(); ++e) {
            nearest.fits[e].nll += (*likelihoods)[e].nll;
            nearest.fits[e].tokens += (*likelihoods)[e].tokens;
            nearest.fits[e].bytes += (*likelihoods)[e].bytes;
        }
    }
    const auto better = [](const ExpertFit& a, const ExpertFit& b) { return a.nll < b.nll; };
    nearest.expert = std::min_element(nearest.fits.begin(), nearest.fits.end(), better) - nearest.fits.begin();
    return nearest;
}

std::string reasonOf(const std::vector<NearestExpert>& added, const std::vector<std::vector<std::string>>& groups)
{
    std::string text;
    for (const NearestExpert& nearest : added) {
        std::vector<double> perplexities;
        for (const ExpertFit& fit : nearest.fits) perplexities.push_back(fit.tokenPerplexity());
        std::sort(perplexities.begin(), perplexities.end());
        char numbers[96];
        std::snprintf(numbers, sizeof numbers, "token perplexity %.1f, the next one's %.1f", perplexities.front(),
                      perplexities[std::min<std::size_t>(1, perplexities.size() - 1)]);
        text += (text.empty() ? "" : "; ") + ("an expert for " + words(nearest.languages) + ", a copy of that of " +
                                              words(groups[std::size_t(nearest.expert)]) + " (" + numbers + ")");
    }
    return text;
}

Status record(Session& session, const std::vector<NearestExpert>& added, const std::vector<std::vector<std::string>>& before,
              const std::vector<std::vector<std::string>>& after)
{
    nlohmann::ordered_json value = {{"groups", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < added.size(); ++i) {
        nlohmann::ordered_json experts = nlohmann::ordered_json::array();
        for (std::size_t e = 0; e < added[i].fits.size(); ++e) {
            const ExpertFit& fit = added[i].fits[e];
            experts.push_back({{"expert", e},
                               {"languages", before[e]},
                               {"token_perplexity", fit.tokenPerplexity()},
                               {"bits_per_byte", fit.bitsPerByte()},
                               {"tokens", fit.tokens}});
        }
        value["groups"].push_back({{"languages", added[i].languages},
                                   {"expert", before.size() + i},
                                   {"nearest", added[i].expert},
                                   {"experts", std::move(experts)}});
    }
    if (Status written = writeFileAtomically(session.run().path / "adaptation.json", value.dump(1) + "\n"); !written) return written;
    return writeFileAtomically(session.run().path / "expert-map.json", toExpertMap({after, {}, {}}) + "\n");
}

}  // namespace

Result<GroupChoice> chooseNearestExperts(Session& session, const Decoder& base, const PreparedText& text)
{
    const std::vector<std::vector<std::string>>& before = base.allocation().groups;
    GroupChoice chosen;
    chosen.groups = before;
    std::vector<NearestExpert> added;
    for (const std::vector<std::string>& group : groupsToAdd(session.experiment(), base.allocation())) {
        auto nearest = measure(session, base, text, group);
        if (!nearest) return nearest.error();
        chosen.nearest.push_back(nearest->expert);
        chosen.groups.push_back(group);
        added.push_back(std::move(*nearest));
    }
    AllocationChoice& choice = chosen.choice;
    choice.rule = AllocationRule::NearestExpert;
    choice.present = base.allocation().experts;
    choice.experts = choice.present;
    for (std::int64_t& experts : choice.experts) experts += experts > 1 ? std::int64_t(added.size()) : 0;
    choice.reason = reasonOf(added, before);
    LanguageGroups formed = withSimilarities({chosen.groups, {}, {}}, {});
    session.tell(GroupsFormed{std::move(formed), GroupingAlgorithm::Manual, GroupingSource::Deviation, layersWithExperts(choice), added});
    if (Status written = record(session, added, before, chosen.groups); !written) return written.error();
    if (Status recorded = recordAllocation(session, {choice, {}}); !recorded) return recorded.error();
    return chosen;
}

Status tellScoresByGroup(Session& session, const Decoder& decoder, const PreparedText& text, std::int64_t stage, std::int64_t step)
{
    StepFinished event{stage, step, {}};
    for (const LanguageText& language : text.languages) {
        const std::int64_t expert = decoder.allocation().groupOf(language.language.code);
        if (expert < 0) continue;
        if (session.stopWished()) return stopped();
        const TextLikelihood likelihood = scoreHeldout(decoder, language.heldout, session.experiment().evaluation.heldoutBytes,
                                                       text.tokenizer->endOfDocument(), LanguageId{}, nullptr, nullptr, expert);
        event.metrics.push_back({"bits-per-byte-by-group", "bits/byte", language.language.code, likelihood.bitsPerByte});
    }
    if (!event.metrics.empty()) session.tell(event);
    return Done{};
}

}  // namespace moebel
