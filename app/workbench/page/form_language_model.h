// The languages of an experiment as rows: role, text and a sample.
#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QStyledItemDelegate>
#include <vector>

#include "app/workbench/control/plan_estimate.h"
#include "moebel/experiment/language.h"

namespace moebel
{

class FormLanguageModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Role, Documents, Bytes, Tokens, Sample, ColumnCount };
    /// Code of the language; whether the cell tells what is wrong (bool).
    enum DataRole { CodeRole = Qt::UserRole, ProblemRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setLanguages(const std::vector<Language>& languages);
    const std::vector<Language>& languages() const { return m_languages; }
    /// By code. What is not in it is unknown, for the reason given.
    void setFacts(const QHash<QString, LanguageTextFacts>& facts, const QString& whyUnknown);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Role: the word of the file. The row stays as it is until setLanguages() brings the change.
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

Q_SIGNALS:
    void roleWanted(const QString& code, moebel::LanguageRole role);

private:
    QString text(const Language& language, int column) const;
    QVariant stored(const Language& language, int column) const;

    std::vector<Language> m_languages;
    QHash<QString, LanguageTextFacts> m_facts;
    QString m_whyUnknown;
};

/// Writes samples in their own direction and letters, and edits a role as a choice.
class LanguageDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

QString roleTitle(LanguageRole role);
/// "Greek · Ελληνικά · el", each part kept in its own direction.
QString languageTitle(const std::string& code);
/// "Ελληνικά · el".
QString languageShortTitle(const std::string& code);

}  // namespace moebel
