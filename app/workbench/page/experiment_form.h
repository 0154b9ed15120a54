// The experiment as a form: sections of fields, the languages, the stages, and one line of help.
#pragma once

#include <QWidget>
#include <vector>

class QLabel;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace moebel
{

class ExperimentDocument;
class FormLanguages;
class FormSectionView;

class ExperimentForm : public QWidget
{
    Q_OBJECT

public:
    explicit ExperimentForm(ExperimentDocument& document, QWidget* parent = nullptr);

    FormLanguages& languages() { return *m_languages; }
    /// Checkpoints to choose from as a base.
    void setBases(const QStringList& paths);
    /// Stands below the fields of the base model.
    void setBaseRun(QWidget* widget);
    /// Brings the field of this TOML path, or what is nearest to it, into view and gives it the focus.
    void jumpTo(const QString& path);

private:
    void build();
    void refresh();
    void matchStages();
    void addStageView(int index);
    QWidget* anchor() const;
    int heightOf(const QWidget& field) const;
    void showHelp(const QString& path);
    QString placesOf(const QString& path) const;
    QString stageHeading(int index) const;

    ExperimentDocument& m_document;
    QScrollArea* m_scroll;
    QWidget* m_content;
    QVBoxLayout* m_stageLayout;
    FormLanguages* m_languages;
    std::vector<FormSectionView*> m_sections;
    std::vector<FormSectionView*> m_stages;
    QToolButton* m_addStage;
    QLabel* m_help;
};

}  // namespace moebel
