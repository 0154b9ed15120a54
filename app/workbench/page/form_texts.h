// What the fields of an experiment are called and what they mean, in the user's language.
#pragma once

#include <QString>
#include <QStringList>

#include "moebel/experiment/experiment.h"
#include "moebel/experiment/experiment_fields.h"
#include "widgets/edit/value_field.h"

namespace moebel
{

/// Label and one sentence of help of the field at this path; stages share theirs. Empty label = the form does not show it.
struct FieldTexts {
    QString label;
    QString help;
};
FieldTexts fieldTexts(const QString& path);

/// How the form edits a field.
ValueFieldSpec fieldSpec(const Field& field);

/// A part of the form: fields that are always there, and those behind "More".
struct FormSection {
    QString title;
    QStringList fields;
    QStringList more;
};
/// All but the languages and the stages, in the order of the form; the stages stand before the last one.
QList<FormSection> formSections();
/// The fields of one stage.
FormSection stageSection(int index);
/// Whether a field means something with the other choices as they are (a path without a checkpoint means nothing).
bool isRelevant(const QString& path, const Experiment& experiment);

/// What a preset says of itself: the comment at its head; empty for none.
QString presetDescription(const QString& preset);
QString stageTitle(StageKind kind);

}  // namespace moebel
