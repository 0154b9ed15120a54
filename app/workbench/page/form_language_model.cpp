#include "app/workbench/page/form_language_model.h"

#include <QComboBox>
#include <QLocale>

#include "widgets/support/script_fonts.h"
#include "widgets/support/table_text.h"
#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

const QString kNothing = QStringLiteral("\u2013");

QString isolated(const std::string& text) { return QStringLiteral("\u2068%1\u2069").arg(QString::fromStdString(text)); }

QString amount(qint64 number) { return number < 0 ? kNothing : QLocale().toString(number); }

QString wordOf(LanguageRole role) { return QString::fromUtf8(name(role).data(), qsizetype(name(role).size())); }

}  // namespace

QString roleTitle(LanguageRole role)
{
    return role == LanguageRole::Original ? FormLanguageModel::tr("original") : FormLanguageModel::tr("expanded");
}

QString languageTitle(const std::string& code)
{
    const LanguageFacts facts = languageFacts(code);
    QStringList parts = {isolated(facts.englishName)};
    if (facts.nativeName != facts.englishName) parts << isolated(facts.nativeName);
    if (code != facts.englishName) parts << isolated(code);
    return parts.join(QStringLiteral(" \u00b7 "));
}

QString languageShortTitle(const std::string& code)
{
    const LanguageFacts facts = languageFacts(code);
    if (facts.nativeName == code || facts.nativeName.empty()) return isolated(code);
    return isolated(facts.nativeName) + QStringLiteral(" \u00b7 ") + isolated(code);
}

void FormLanguageModel::setLanguages(const std::vector<Language>& languages)
{
    if (languages == m_languages) return;
    if (languages.size() == m_languages.size()) {
        m_languages = languages;
        if (!m_languages.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_languages = languages;
    endResetModel();
}

void FormLanguageModel::setFacts(const QHash<QString, LanguageTextFacts>& facts, const QString& whyUnknown)
{
    m_facts = facts;
    m_whyUnknown = whyUnknown;
    if (!m_languages.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int FormLanguageModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_languages.size()); }

int FormLanguageModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

QString FormLanguageModel::text(const Language& language, int column) const
{
    const LanguageTextFacts facts = m_facts.value(QString::fromStdString(language.code));
    switch (column) {
        case Name:
            return languageShortTitle(language.code);
        case Role:
            return roleTitle(language.role);
        case Documents:
            return amount(facts.documents);
        case Bytes:
            return facts.bytes < 0
                       ? kNothing
                       : isolated(QLocale().formattedDataSize(facts.bytes, 1, QLocale::DataSizeSIFormat).toStdString());
        case Tokens:
            return amount(facts.tokens);
        case Sample:
            if (!facts.problem.isEmpty()) return QStringLiteral("\u26a0 ") + facts.problem;
            return facts.sample.isEmpty() ? m_whyUnknown : facts.sample;
        default:
            return {};
    }
}

// What is not known is nothing.
QVariant FormLanguageModel::stored(const Language& language, int column) const
{
    const LanguageTextFacts facts = m_facts.value(QString::fromStdString(language.code));
    const auto counted = [](std::int64_t number) { return number < 0 ? QVariant(QString()) : QVariant(qint64(number)); };
    switch (column) {
        case Documents:
            return counted(facts.documents);
        case Bytes:
            return counted(facts.bytes);
        case Tokens:
            return counted(facts.tokens);
        default:
            return text(language, column);
    }
}

QVariant FormLanguageModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Language& language = m_languages[std::size_t(index.row())];
    const bool number = index.column() == Documents || index.column() == Bytes || index.column() == Tokens;
    const LanguageTextFacts facts = m_facts.value(QString::fromStdString(language.code));
    switch (role) {
        case Qt::DisplayRole:
            return text(language, index.column());
        case Qt::EditRole:
            return index.column() == Role ? QVariant(wordOf(language.role)) : QVariant(text(language, index.column()));
        case StoredRole:
            return stored(language, index.column());
        case Qt::ToolTipRole:
            if (index.column() == Tokens && facts.tokens < 0 && facts.problem.isEmpty())
                return tr("Known once the text was tokenised, by a first run or dry run");
            if (index.column() == Name) return languageTitle(language.code);
            if (index.column() == Bytes && facts.bytes >= 0) return tr("%1 bytes").arg(QLocale().toString(facts.bytes));
            return text(language, index.column());
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
        case ProblemRole:
            return index.column() == Sample && !facts.problem.isEmpty();
        case CodeRole:
            return QString::fromStdString(language.code);
        default:
            return {};
    }
}

QVariant FormLanguageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter |
                        (section == Documents || section == Bytes || section == Tokens ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Name:
            return tr("Language");
        case Role:
            return tr("Role");
        case Documents:
            return tr("Documents");
        case Bytes:
            return tr("Text");
        case Tokens:
            return tr("Tokens");
        case Sample:
            return tr("Sample");
        default:
            return {};
    }
}

Qt::ItemFlags FormLanguageModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags plain = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == Role ? plain | Qt::ItemIsEditable : plain;
}

bool FormLanguageModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !index.isValid() || index.column() != Role) return false;
    const Language& language = m_languages[std::size_t(index.row())];
    for (const LanguageRole wanted : {LanguageRole::Original, LanguageRole::Expanded})
        if (value.toString() == wordOf(wanted) && wanted != language.role)
            Q_EMIT roleWanted(QString::fromStdString(language.code), wanted);
    return false;
}

QWidget* LanguageDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const
{
    auto* box = new QComboBox(parent);
    for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded})
        box->addItem(roleTitle(role), wordOf(role));
    connect(box, &QComboBox::activated, this, [this, box] {
        auto* self = const_cast<LanguageDelegate*>(this);  // the signals of a delegate are not const
        Q_EMIT self->commitData(box);
        Q_EMIT self->closeEditor(box);
    });
    return box;
}

void LanguageDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    auto* box = static_cast<QComboBox*>(editor);
    box->setCurrentIndex(box->findData(index.data(Qt::EditRole)));
}

void LanguageDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const
{
    model->setData(index, static_cast<QComboBox*>(editor)->currentData());
}

void LanguageDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->font = withScripts(option->font, index.data(FormLanguageModel::CodeRole).toString());
    if (index.data(FormLanguageModel::ProblemRole).toBool())
        option->palette.setColor(QPalette::Text, option->palette.color(kErrorRole));
    if (index.column() != FormLanguageModel::Sample) return;
    const bool rightToLeft = option->text.isRightToLeft();
    option->direction = rightToLeft ? Qt::RightToLeft : Qt::LeftToRight;
    option->displayAlignment = Qt::AlignVCenter | Qt::AlignAbsolute | (rightToLeft ? Qt::AlignRight : Qt::AlignLeft);
}

}  // namespace moebel
