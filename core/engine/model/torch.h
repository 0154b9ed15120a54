// The precompiled header of everything that touches LibTorch: the only place that includes it.
//
// Shape letters used in names: B sequences, S positions of a sequence, T = B*S tokens, D width, H heads, G key/value heads,
// C head size, F feed-forward width, V vocabulary, E experts of a layer, K experts a token, L layers.
#pragma once

#include <torch/torch.h>
