// One undoable change of the experiment's text.
#pragma once

#include <QString>
#include <QUndoCommand>

namespace moebel
{

class ExperimentDocument;

/// Keeps the part that differs. Commands with the same key are one as long as the document's edit stays open.
class ExperimentEdit : public QUndoCommand
{
public:
    ExperimentEdit(ExperimentDocument& document, const QString& before, const QString& after, const QString& key, bool merges);

    void undo() override;
    void redo() override;
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    void replace(const QString& part, const QString& by);

    ExperimentDocument& m_document;
    QString m_key;
    bool m_merges;  ///< continues the command before it
    qsizetype m_at = 0;
    QString m_before;
    QString m_after;
};

}  // namespace moebel
