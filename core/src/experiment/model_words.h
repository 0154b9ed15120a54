// What the values of a shape are called in the config.json of a MoebelForCausalLM; the first word is the default.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "moebel/experiment/model_shape.h"

namespace moebel
{

template <typename Kind, std::size_t count>
using Words = std::array<std::pair<Kind, std::string_view>, count>;

inline constexpr Words<NormKind, 2> kNormWords = {{{NormKind::Rms, "rms_norm"}, {NormKind::Layer, "layer_norm"}}};
inline constexpr Words<NormPlacement, 3> kNormPlacementWords = {
    {{NormPlacement::Before, "before"}, {NormPlacement::After, "after"}, {NormPlacement::Both, "both"}}};
inline constexpr Words<FeedForwardKind, 3> kFeedForwardWords = {{{FeedForwardKind::SwiGlu, "silu"},
                                                                 {FeedForwardKind::GeGlu, "gelu_pytorch_tanh"},
                                                                 {FeedForwardKind::Gelu, "gelu_pytorch_tanh_without_gate"}}};
inline constexpr Words<PositionKind, 3> kPositionWords = {
    {{PositionKind::Rotary, "rotary"}, {PositionKind::Learned, "learned"}, {PositionKind::Alibi, "alibi"}}};
inline constexpr Words<ClassifierScope, 3> kClassifierScopeWords = {
    {{ClassifierScope::Sequence, "sequence"}, {ClassifierScope::Prefix, "prefix"}, {ClassifierScope::Token, "token"}}};
inline constexpr Words<QueryKeyNorm, 3> kQueryKeyNormWords = {
    {{QueryKeyNorm::None, "none"}, {QueryKeyNorm::Head, "head"}, {QueryKeyNorm::Whole, "whole"}}};

template <typename Kind, std::size_t count>
std::string_view wordOf(const Words<Kind, count>& words, Kind kind)
{
    for (const auto& [value, word] : words)
        if (value == kind) return word;
    return {};
}

}  // namespace moebel
