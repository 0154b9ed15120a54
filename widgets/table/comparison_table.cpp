#include "widgets/table/comparison_table.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>
#include <QSaveFile>
#include <algorithm>
#include <cmath>

#include "moebel/analysis/colour.h"
#include "widgets/support/plot_style.h"

namespace moebel
{

namespace
{

QString csvField(const QString& text)
{
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n'))) return text;
    return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString exact(double number) { return QString::number(number, 'g', 17); }

QString oneLine(const QString& text) { return QString(text).replace(QLatin1Char('\n'), QStringLiteral(" / ")); }

class DifferenceDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const double share = index.data(ComparisonModel::ShareRole).toDouble();
        const bool coloured = !std::isnan(share) && share != 0;
        if (!coloured && !index.data(ComparisonModel::DiffersRole).toBool()) return;
        const std::uint32_t middle = option->palette.color(QPalette::Base).rgb() & 0xFFFFFF;
        const std::uint32_t ground = divergingColour(coloured ? 0.75 * share : 0.22, middle);
        option->backgroundBrush = colourOf(ground);
        option->palette.setColor(QPalette::Text, colourOf(inkOn(ground)));
    }
};

}  // namespace

void ComparisonModel::setTable(ComparisonTable table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

int ComparisonModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_table.rows.size()); }

int ComparisonModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_table.columns.size()) + 1;
}

const ComparisonCell* ComparisonModel::cell(const QModelIndex& index) const
{
    const auto& cells = m_table.rows[std::size_t(index.row())].cells;
    const auto at = std::size_t(index.column() - 1);
    return index.column() > 0 && at < cells.size() ? &cells[at] : nullptr;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ComparisonRow& row = m_table.rows[std::size_t(index.row())];
    const ComparisonCell* cell = this->cell(index);
    if (role == Qt::FontRole && row.strong) {
        QFont font;
        font.setBold(true);
        return font;
    }
    if (!cell) return role == Qt::DisplayRole && index.column() == 0 ? QVariant(row.title) : QVariant();
    const bool hasDifference = !std::isnan(cell->difference);
    switch (role) {
        case Qt::DisplayRole:
            if (!hasDifference) return cell->text;
            return QStringLiteral("%1   %2%3")
                .arg(cell->text, cell->difference < 0 ? QStringLiteral("\u2212") : QStringLiteral("+"),
                     QLocale().toString(std::abs(cell->difference), 'f', 3));
        case Qt::TextAlignmentRole:
            return std::isnan(cell->value) ? QVariant() : QVariant(int(Qt::AlignRight | Qt::AlignVCenter));
        case Qt::ToolTipRole:
            return cell->text.size() > 30 ? cell->text : QString();
        case ShareRole:
            return hasDifference && m_table.scale > 0 ? cell->difference / m_table.scale
                                                      : std::numeric_limits<double>::quiet_NaN();
        case DiffersRole:
            return cell->differs;
        default:
            return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == 0 ? m_table.corner : m_table.columns.value(section - 1);
}

QString ComparisonModel::tsv(const QModelIndexList& cells) const
{
    QModelIndexList sorted = cells;
    std::sort(sorted.begin(), sorted.end(), [](const QModelIndex& a, const QModelIndex& b) {
        return a.row() != b.row() ? a.row() < b.row() : a.column() < b.column();
    });
    QString text;
    for (qsizetype i = 0; i < sorted.size(); ++i) {
        if (i > 0) text += sorted[i].row() != sorted[i - 1].row() ? QLatin1Char('\n') : QLatin1Char('\t');
        const ComparisonCell* found = cell(sorted[i]);
        text += !found                     ? m_table.rows[std::size_t(sorted[i].row())].title
                : std::isnan(found->value) ? found->text
                                           : exact(found->value);
    }
    return text;
}

QString ComparisonModel::csv() const
{
    const auto hasDifferences = [this](std::size_t column) {
        return std::any_of(m_table.rows.begin(), m_table.rows.end(), [&](const ComparisonRow& row) {
            return column < row.cells.size() && !std::isnan(row.cells[column].difference);
        });
    };
    QStringList head = {csvField(m_table.corner)};
    for (qsizetype column = 0; column < m_table.columns.size(); ++column) {
        head << csvField(oneLine(m_table.columns[column]));
        if (hasDifferences(std::size_t(column))) head << QStringLiteral("difference");
    }
    QString text = head.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (const ComparisonRow& row : m_table.rows) {
        QStringList fields = {csvField(row.title)};
        for (std::size_t column = 0; column < row.cells.size(); ++column) {
            const ComparisonCell& cell = row.cells[column];
            fields << (std::isnan(cell.value) ? csvField(cell.text) : exact(cell.value));
            if (hasDifferences(column)) fields << (std::isnan(cell.difference) ? QString() : exact(cell.difference));
        }
        text += fields.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return text;
}

ComparisonView::ComparisonView(QWidget* parent) : QTableView(parent), m_model(new ComparisonModel(this))
{
    setModel(m_model);
    setItemDelegate(new DifferenceDelegate(this));
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const auto add = [this](const QString& text, const QKeySequence& shortcut, void (ComparisonView::*slot)()) {
        auto* action = new QAction(text, this);
        action->setShortcut(shortcut);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
    };
    add(tr("&Copy"), QKeySequence::Copy, &ComparisonView::copySelection);
    add(tr("&Save as CSV\u2026"), {}, &ComparisonView::saveCsv);
    setContextMenuPolicy(Qt::ActionsContextMenu);
}

void ComparisonView::setTable(ComparisonTable table)
{
    m_model->setTable(std::move(table));
    resizeColumnsToContents();
    for (int column = 0; column < m_model->columnCount(); ++column)
        setColumnWidth(column, std::min(columnWidth(column) + 14, 320));
}

void ComparisonView::copySelection() { QApplication::clipboard()->setText(m_model->tsv(selectionModel()->selectedIndexes())); }

void ComparisonView::saveCsv()
{
    auto* dialog = new QFileDialog(this, tr("Save the table"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Numbers (*.csv)"));
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
        QSaveFile file(name);
        const QByteArray bytes = m_model->csv().toUtf8();
        const bool ok = file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
        Q_EMIT told(ok, ok ? tr("Saved %1").arg(name) : tr("%1 could not be written: %2").arg(name, file.errorString()));
    });
    dialog->open();
}

}  // namespace moebel
