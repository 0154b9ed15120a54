// What the readers of event lines share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "json_fields.h"
#include "moebel/store/run_event.h"

namespace moebel {

inline constexpr std::size_t kMostLayers = 1024;
inline constexpr std::size_t kMostExperts = 4096;
inline constexpr std::size_t kMostLanguages = 1024;

// expansion_events.cpp: what a run tells of the model that it expands.
void readEvent(JsonFields& line, ExpertsAllocated& event);
void readEvent(JsonFields& line, TextReady& event);
void readEvent(JsonFields& line, BaseReady& event);
void readEvent(JsonFields& line, ModelExpanded& event);

// group_events.cpp: what a run tells of the groups of languages that get an expert each.
void readEvent(JsonFields& line, DeviationMeasured& event);
void readEvent(JsonFields& line, GroupsFormed& event);

// Whole numbers of a list, each at most `largest`.
void readWholes(JsonFields& line, const char* key, std::uint64_t largest, std::vector<std::int64_t>& numbers);

}  // namespace moebel
