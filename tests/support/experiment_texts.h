// Descriptions as people write them, with comments, for tests of edits.
#pragma once

namespace moebel::test
{

/// [expansion] and both stages come from the preset.
inline const char* const kPresetText = R"(# A small model grows.
title = "Ελληνικά, magyar"   # in their own words
seed = 1
preset = "moe-lpr"            # fills [expansion] and both stages

[languages]                   # BCP-47
original = ["en", "es"]
expanded = [
    "el",                     # first
    "hu"
]

[base]
layers = 4

[evaluation]
every_steps = 100             # of every language
)";

/// Stages of its own, an inline table and dotted keys.
inline const char* const kStagesText = R"(title = "Own stages"
base.layers = 2
base.width = 64

[languages]
original = ["en"]
expanded = ["el"]

[data]
source = "text"
files = {en = "en.txt", el = "el.txt"}   # beside this file

# grows
[[stage]]
kind = "post-pretraining"
tokens = 1000

# keeps
[[stage]]
kind = "review"
prior_weight = 0.25
)";

/// A script that answers `moebel text --json` for kPresetText's languages.
inline const char* const kTextAnswer = R"(cat <<END
{"languages": [
  {"code": "en", "documents": 12, "bytes": 1000, "tokens": 345, "sample": "Hello", "problem": ""},
  {"code": "es", "documents": 10, "bytes": 900, "tokens": null, "sample": "Hola", "problem": ""},
  {"code": "el", "documents": 0, "bytes": 0, "tokens": null, "sample": "", "problem": "apt-get install libreoffice-help-el"}]}
END
)";

}  // namespace moebel::test
