// What differs between descriptions.
#pragma once

#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// One key of the descriptions, with what each of them says.
struct DescriptionRow {
    std::string key;                  ///< "stage.1.prior_weight"
    std::vector<std::string> values;  ///< in the descriptions' order; empty where a description does not have the key
    bool differs = false;             ///< not all values are the same

    bool operator==(const DescriptionRow&) const = default;
};

/// All keys of canonical descriptions (RunRecord::experimentJson), nested ones joined by dots, in the order in which they first
/// appear. Lists of plain values are one value. Error "bad-description": one of them is not a JSON object.
Result<std::vector<DescriptionRow>> compareDescriptions(const std::vector<std::string>& experimentJsons);

/// Whether a description that another version of this program stored as canonical JSON is `experiment`: what that version did not know
/// stands at its default, and all else is the same.
bool isSameDescription(const std::string& storedJson, const Experiment& experiment);

}  // namespace moebel
