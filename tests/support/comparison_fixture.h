// A small comparison of two columns: numbers where less is better, shares where more is, words.
#pragma once

#include <limits>

#include "widgets/table/comparison_table.h"

namespace moebel::test
{

inline ComparisonTable scores()
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    ComparisonTable table{"Bits & bytes", {"base", "run_1\nreview"}, {}, 1};
    table.rows.push_back(
        {"Greek, el", false, {{"2.500", 2.5, nan, false}, {"2.333", 7.0 / 3, -1.0 / 6, false}}, Better::Lower});
    table.rows.push_back({"kept", true, {{"80 %", 0.8, nan, false}, {"75 %", 0.75, nan, false}}, Better::Higher});
    table.rows.push_back({"rule", false, {{"a_b", nan, nan, false}, {"", nan, nan, false}}, Better::Unknown});
    return table;
}

}  // namespace moebel::test
