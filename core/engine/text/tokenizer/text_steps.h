// What is done to a text before it is cut into pieces: normalisers, and the marks that pre-tokenisers write into it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/text/tokenizer/aligned_text.h"
#include "engine/text/tokenizer/characters_map.h"
#include "engine/text/tokenizer/text_pattern.h"
#include "moebel/base/result.h"

namespace moebel
{

using TextStep = std::function<AlignedText(const AlignedText&)>;
using TextSteps = std::vector<TextStep>;

/// "nfc", "nfkc", "nfkc_cf" are ICU's names; `decompose`: NFD, NFKD.
Result<TextStep> unicodeNormalisation(const char* name, bool decompose);
TextStep lowercase();
/// Before a text that is not empty.
TextStep prepended(std::string mark);
TextStep replaced(std::string from, std::string to);
/// Every match.
TextStep replaced(TextPattern pattern, std::string to);
/// White space at the chosen ends is taken away.
TextStep stripped(bool left, bool right);

/// The Precompiled normaliser: a grapheme of fewer than 6 bytes becomes what the map says of its beginning, else every
/// character becomes what the map says of it (tokenizers, precompiled.rs).
TextStep mapped(CharactersMap map);

/// BertNormalizer's parts. Control characters, U+0000 and U+FFFD go, white space becomes a space.
TextStep cleaned();
/// A space before and behind every Chinese character.
TextStep spacedIdeographs();
/// Non-spacing marks go: of a decomposed text, the accents.
TextStep withoutAccents();
/// StripAccents: marks of all kinds go.
TextStep withoutMarks();

enum class PrependScheme { Always, First, Never };
/// Spaces become `mark`; one is put before the text where there is none, by the scheme (First: where the source begins).
TextStep metaspace(std::string mark, PrependScheme scheme);
/// A space before a text that begins with none.
TextStep prefixSpace();

AlignedText applied(const TextSteps& steps, AlignedText text);
/// Bytes that are no UTF-8 become U+FFFD, one for each part that cannot be continued.
AlignedText validUtf8(std::string_view text, bool tracked = true);

}  // namespace moebel
