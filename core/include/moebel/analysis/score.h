// What was measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moebel/experiment/language.h"

namespace moebel {

/// What one item of a task came to; the score is the mean of the values by weight.
struct SampleScore {
    std::string item;   ///< its content hash: the same text in two runs has the same one
    double value = 0;   ///< "bits-per-byte": of this document
    double weight = 0;  ///< "bits-per-byte": its bytes

    bool operator==(const SampleScore&) const = default;
};

/// One value of one task. `checkpoint` is "base" or the words of a stage kind ("post-pretraining", "review").
struct Score {
    std::string task;    ///< "bits-per-byte"
    std::string metric;  ///< "bits-per-byte", or "token-perplexity"
    std::string language;
    LanguageRole role = LanguageRole::Original;
    std::string checkpoint;
    std::int64_t step = 0;
    double value = 0;
    double standardError = 0;  ///< over documents
    std::int64_t samples = 0;  ///< documents
    std::vector<SampleScore> items{};  ///< on the way into the record only; read again with RunReader::samples
    bool isEarlier = false;  ///< the language was expanded to in an earlier round of a lifelong expansion

    bool operator==(const Score&) const = default;
    LanguageCohort cohort() const { return cohortOf(role, isEarlier); }
};

/// Mean expert-0 behaviour of a language in a layer on held-out text.
struct ExpertZeroScore {
    std::string checkpoint;
    std::string language;
    std::int64_t layer = 0;
    double meanScore = 0;
    double topOneShare = 0;

    bool operator==(const ExpertZeroScore&) const = default;
};

/// Bits per byte averaged over the languages of a cohort; NaN where nothing was measured.
struct CohortScores {
    double base = 0, afterExpansion = 0, afterReview = 0;
    bool operator==(const CohortScores&) const = default;
};

/// What became of the languages that the base knew and of those that this run expands to.
struct ForgettingReport {
    CohortScores original;
    CohortScores earlier;   ///< expanded to in earlier rounds of a lifelong expansion; NaN without such languages
    CohortScores expanded;  ///< in this run
    double restored = 0;  ///< share of the original languages' loss of stage 1 that the review brought back; NaN: they lost nothing
    double earlierRestored = 0;  ///< the same of the earlier languages
    double kept = 0;      ///< share of the expanded languages' gain of stage 1 that the review kept; NaN: they gained nothing
    bool complete = false;    ///< base, post-pretraining and review are all there
    bool hasEarlier = false;  ///< and those of languages of earlier rounds

    bool operator==(const ForgettingReport&) const = default;
};

ForgettingReport forgettingReport(const std::vector<Score>& scores);
bool hasEarlier(const std::vector<Score>& scores);

}  // namespace moebel
