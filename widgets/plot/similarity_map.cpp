#include "widgets/plot/similarity_map.h"

#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/plot/heat_map_widget.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/qcustomplot.h"

namespace moebel
{

namespace
{

/// From 0 (or the lowest) to the most alike pair: a language with itself says nothing.
ValueScale scaleOf(const LanguageMatrix& matrix)
{
    double low = 0, high = 0;
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            if (!std::isfinite(matrix.at(a, b))) continue;
            low = std::min(low, matrix.at(a, b));
            high = std::max(high, matrix.at(a, b));
        }
    return {low, high > low ? high : low + 1};
}

}  // namespace

SimilarityMap::SimilarityMap(QWidget* parent)
    : QWidget(parent), m_map(new HeatMapWidget(this)), m_tree(new DendrogramView(this))
{
    m_map->setObjectName(QStringLiteral("similarityMap"));
    m_map->setAccessibleName(tr("Similarities of the languages"));
    m_map->setContextMenuPolicy(Qt::NoContextMenu);  // the menu is that of map and tree together
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tree);
    layout->addWidget(m_map, 1);
    setFocusProxy(m_map);
    connect(m_map, &HeatMapWidget::laidOut, this, &SimilarityMap::alignTree);
    connect(m_map, &HeatMapWidget::readoutChanged, this, &SimilarityMap::readoutChanged);
    connect(m_map, &HeatMapWidget::cellChosen, this, [this](const HeatMapCell& cell) {
        const std::size_t language = m_picture.order[std::size_t(cell.row)];
        Q_EMIT languageChosen(QString::fromStdString(m_picture.matrix.languages()[language]));
    });
    buildExports();
}

void SimilarityMap::setPicture(SimilarityPicture picture)
{
    if (picture == m_picture) return;
    const bool sameMap =
        picture.title == m_picture.title && picture.matrix == m_picture.matrix && picture.order == m_picture.order;
    m_picture = std::move(picture);
    m_tree->setPicture({m_picture.tree, m_picture.order, m_picture.colours, m_picture.groups});
    if (!sameMap) showMap();
}

void SimilarityMap::showMap()
{
    const LanguageMatrix& matrix = m_picture.matrix;
    HeatMap map;
    map.title = m_picture.title;
    map.valueTitle = tr("similarity");
    map.scale = scaleOf(matrix);
    map.firstRowOnTop = true;
    for (const std::size_t row : m_picture.order) {
        map.values.emplace_back();
        map.rowNames << QString::fromStdString(matrix.languages()[row]);
        for (const std::size_t column : m_picture.order)
            map.values.back().push_back(row == column ? std::nan("") : matrix.at(row, column));
    }
    map.columnNames = map.rowNames;
    m_map->setHeatMap(std::move(map));
}

void SimilarityMap::alignTree()
{
    std::vector<double> centres;
    const double above = m_map->mapTo(this, QPoint()).y() - m_tree->y();
    for (int row = 0; row < m_map->heatMap().rows(); ++row) centres.push_back(m_map->cellRect(row, 0).center().y() + above);
    m_tree->setRows(std::move(centres));
}

void SimilarityMap::setCurrentLanguage(const std::string& code)
{
    const auto& languages = m_picture.matrix.languages();
    for (std::size_t row = 0; row < m_picture.order.size(); ++row) {
        if (languages[m_picture.order[row]] != code) continue;
        const auto now = m_map->currentCell();
        if (!now || now->row != int(row)) m_map->setCurrentCell(HeatMapCell{int(row), now ? now->column : int(row)});
        return;
    }
    m_map->setCurrentCell(std::nullopt);
}

void SimilarityMap::paint(QCPPainter& painter, const QPalette& colours)
{
    painter.save();
    painter.translate(m_tree->pos());
    m_tree->paint(painter, colours);
    painter.restore();
    painter.save();
    painter.translate(m_map->pos());
    m_map->paint(painter, colours);
    painter.restore();
}

// The matrix as `moebel group` reads it, whatever the order on screen.
void SimilarityMap::buildExports()
{
    Exports exports;
    exports.name = QStringLiteral("similarity");
    exports.size = [this] { return size(); };
    exports.paint = [this](QCPPainter& painter, const QPalette& colours) { paint(painter, colours); };
    exports.csv = [this] { return QString::fromStdString(toCsv(m_picture.matrix)); };
    m_exports = new ExportMenu(*this, std::move(exports));
    m_exports->attach();
}

}  // namespace moebel
