// A part of the form: a title, fields in columns, and those behind "More".
#pragma once

#include <QWidget>
#include <map>
#include <string>

#include "app/workbench/page/form_texts.h"

class QGridLayout;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace moebel
{

class ExperimentDocument;

/// Builds its fields from the document and keeps both the same: what is edited here becomes one key of the text.
class FormSectionView : public QWidget
{
    Q_OBJECT

public:
    FormSectionView(const FormSection& section, ExperimentDocument& document, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    /// Stands at the end of the title's line.
    void addToTitle(QWidget* widget);
    /// Values, dots, problems and which fields mean something, from the document.
    void refresh();
    /// The field of this path, brought to sight; null when it is not in this part.
    ValueField* reveal(const QString& path);
    const std::map<QString, ValueField*>& fields() const { return m_fields; }

Q_SIGNALS:
    void lookedAt(const QString& path);

private:
    void addField(const Field& field);
    void arrange();
    bool isMore(const QString& path) const { return m_section.more.contains(path); }

    FormSection m_section;
    ExperimentDocument& m_document;
    QLabel* m_title;
    QHBoxLayout* m_head;
    QGridLayout* m_grid;
    QToolButton* m_moreButton;
    std::map<QString, ValueField*> m_fields;
    QStringList m_arranged;  ///< what stands in the grid now
};

}  // namespace moebel
