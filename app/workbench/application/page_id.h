// The pages of the window by name. What each of them is stands in page/page_table.cpp.
#pragma once

namespace moebel
{

enum class PageId { Runs, Experiment, Live, Routing, Compare, Models, Tokenizer, Allocation, Groups, Lineage };

}  // namespace moebel
