// The precompiled header of everything that touches LibTorch: the only place that includes it. Tensors, their operators and
// autograd; torch/torch.h would bring its modules and optimizers too, and every unit would compile twice as long.
//
// Shape letters used in names: B sequences, S positions of a sequence, T = B*S tokens, D width, H heads, G key/value heads,
// C head size, F feed-forward width, V vocabulary, E experts of a layer, K experts a token, L layers.
#pragma once

#include <torch/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/types.h>
#include <torch/utils.h>
