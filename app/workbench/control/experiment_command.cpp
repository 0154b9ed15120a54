#include "app/workbench/control/experiment_command.h"

#include <algorithm>

#include "app/workbench/control/experiment_document.h"

namespace moebel
{

ExperimentEdit::ExperimentEdit(ExperimentDocument& document, const QString& before, const QString& after, const QString& key,
                               bool merges)
    : m_document(document), m_key(key), m_merges(merges)
{
    const qsizetype shorter = std::min(before.size(), after.size());
    while (m_at < shorter && before[m_at] == after[m_at]) ++m_at;
    qsizetype tail = 0;
    while (tail < shorter - m_at && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
    m_before = before.mid(m_at, before.size() - m_at - tail);
    m_after = after.mid(m_at, after.size() - m_at - tail);
}

void ExperimentEdit::replace(const QString& part, const QString& by)
{
    m_document.endEdit();  // after undo and redo a new command begins
    QString text = m_document.text();
    m_document.apply(text.replace(m_at, part.size(), by));
}

void ExperimentEdit::undo() { replace(m_after, m_before); }

void ExperimentEdit::redo() { replace(m_before, m_after); }

bool ExperimentEdit::mergeWith(const QUndoCommand* other)
{
    const auto* next = static_cast<const ExperimentEdit*>(other);  // id() is that of this class alone
    if (!next->m_merges || next->m_key != m_key) return false;
    // The texts before this command and after the next one, as far as one of the two touches them.
    const qsizetype from = std::min(m_at, next->m_at);
    const qsizetype to = std::max(m_at + m_after.size(), next->m_at + next->m_before.size());
    const QString now = m_document.text();  // next is done already
    const qsizetype endAfter = to - next->m_before.size() + next->m_after.size();
    QString after = now.mid(from, endAfter - from);
    QString middle = after;
    middle.replace(next->m_at - from, next->m_after.size(), next->m_before);
    QString before = middle;
    before.replace(m_at - from, m_after.size(), m_before);
    m_at = from;
    m_before = before;
    m_after = after;
    setText(next->text());
    return true;
}

}  // namespace moebel
