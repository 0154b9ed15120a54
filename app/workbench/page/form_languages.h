// The table of languages with what adds and removes them.
#pragma once

#include <QWidget>

#include "app/workbench/page/form_language_model.h"

class QComboBox;
class QPushButton;
class QTableView;
class QLabel;

namespace moebel
{

class ExperimentDocument;
class ExportMenu;

class FormLanguages : public QWidget
{
    Q_OBJECT

public:
    explicit FormLanguages(ExperimentDocument& document, QWidget* parent = nullptr);

    FormLanguageModel& model() { return *m_model; }
    /// Languages and what is wrong with them, from the document.
    void refresh();
    QWidget* table() const;
    ExportMenu& exportMenu() const { return *m_exports; }

Q_SIGNALS:
    void lookedAt(const QString& path);

private:
    void build();
    void add(LanguageRole role);
    void removeChosen();
    void write(const std::vector<Language>& languages, const QString& command);
    void fitHeight();

    ExperimentDocument& m_document;
    FormLanguageModel* m_model;
    QLabel* m_title;
    QTableView* m_table;
    ExportMenu* m_exports;
    QComboBox* m_choice;
    QPushButton* m_addOriginal;
    QPushButton* m_addExpanded;
    QPushButton* m_remove;
};

}  // namespace moebel
