// What the papers took for the fields of the form: hints beside values that are made for small models.
#pragma once

#include <QString>

namespace moebel
{

struct Experiment;

/// "6 (MoE-LPR)"; empty where the preset follows no paper or the paper says nothing of this field.
QString paperValue(const QString& path, const Experiment& experiment);

}  // namespace moebel
