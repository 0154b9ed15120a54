// An experiment of some seconds, long enough to be watched, stopped and resumed.
#pragma once

namespace moebel::test
{

inline constexpr const char* kJourneyExperiment = R"(# a journey through the window
title = "journey"
seed = 3
[languages]
original = ["aa", "ab"]
expanded = ["ba"]
[data]
source = "synthetic"
synthetic_documents = 120
[tokenizer]
vocabulary = 512
train_bytes_per_language = 40_000
[base]
layers = 2
width = 64
heads = 2
feed_forward_width = 128
context_length = 64
sequence_length = 64
tokens = 25_600
[expansion]
experts = 3
[[stage]]
kind = "post-pretraining"
tokens = 102_400
batch_sequences = 8
sequence_length = 64
balance_weight = 0.01
[[stage]]
kind = "review"
tokens = 102_400
batch_sequences = 8
sequence_length = 64
learning_rate = 1e-2
prior_weight = 0.3
replay_ratio = 1.0
[evaluation]
every_steps = 50
heldout_bytes = 4_000
heldout_bytes_during = 2_000
[checkpoint]
every_steps = 50
)";

}  // namespace moebel::test
