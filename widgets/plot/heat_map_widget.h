// Numbers in rows and columns as coloured cells, with a readout, a cell that the keyboard moves, and export.
#pragma once

#include <QRectF>
#include <QStringList>
#include <QWidget>
#include <optional>
#include <vector>

#include "moebel/analysis/routing_map.h"

class QCPColorScale;
class QCPItemRect;
class QCPItemText;
class QCPPainter;
class QCPTextElement;
class QCustomPlot;
class QLabel;
class QMouseEvent;

namespace moebel
{

class ExportMenu;
class HeatMapCells;
class HeatMapFrame;

/// Ragged: rows may have different lengths; NaN is a cell without a value. Both are hatched. Without rows the title says why.
struct HeatMap {
    QString title;
    QString rowTitle, columnTitle, valueTitle;
    QStringList rowNames, columnNames;  ///< empty: numbers from 0
    std::vector<std::vector<double>> values;
    ValueScale scale;
    bool firstRowOnTop = false;
    int framedFrom = 0;      ///< the cells of columns from here on stand in a frame together; 0: no frame
    QStringList rowNotes{};  ///< words across rows, by row; where there is no room for them the readout alone tells
    int decimals = 2;    ///< of the numbers in the cells; a readout has two more, whole numbers have none

    int rows() const { return int(values.size()); }
    int columns() const;
};

struct HeatMapCell {
    int row = 0;
    int column = 0;
    bool operator==(const HeatMapCell&) const = default;
};

/// The number stands in the cell where it fits. Arrow keys or H, J, K, L move the current cell, a click chooses one; its
/// readout is the widget's accessible description. While nothing of it can be seen, it draws nothing. A compact one has neither
/// scale nor axis titles, for many of them side by side.
class HeatMapWidget : public QWidget
{
    Q_OBJECT

public:
    explicit HeatMapWidget(QWidget* parent = nullptr, bool compact = false);

    void setHeatMap(HeatMap map);
    const HeatMap& heatMap() const { return m_heatMap; }
    std::optional<HeatMapCell> currentCell() const { return m_current; }
    /// None = no cell; a cell outside of the map too.
    void setCurrentCell(std::optional<HeatMapCell> cell);

    /// A cell in words; empty outside of the map.
    virtual QString readout(int row, int column) const;
    /// The colour a cell is drawn in; invalid where there is none.
    QColor cellColour(int row, int column) const;
    /// Where it is drawn, in the widget.
    QRectF cellRect(int row, int column) const;
    /// "row,column,value", one line a cell with a value, the numbers at full precision.
    virtual QString csv() const;
    ExportMenu& exportMenu() const { return *m_exports; }
    /// As on screen, in other colours.
    void paint(QCPPainter& painter, const QPalette& colours);

    QSize sizeHint() const override { return m_compact ? QSize(210, 200) : QSize(640, 480); }

Q_SIGNALS:
    /// The cell under the pointer, or the current one; empty when there is none.
    void readoutChanged(const QString& readout);
    /// Chosen by a click or by the keyboard.
    void cellChosen(const moebel::HeatMapCell& cell);
    /// Rows and columns have places, see cellRect(): for what stands beside them.
    void laidOut();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Stale { Nothing, Values, All };
    void buildPlot();
    void buildExports();
    void applyFont();
    void restyle(const QPalette& palette);
    void bringUpToDate(bool now) const;
    void showAxes() const;
    void fitColumnNames();
    void updateNumbers();
    void updateFrame();
    void showReadout(QMouseEvent* event);
    void choose(const HeatMapCell& cell);
    std::optional<HeatMapCell> cellAt(const QPointF& position) const;
    bool hasValue(int row, int column) const;

    const bool m_compact;
    QCustomPlot* m_plot;
    QLabel* m_nothing;  ///< the title of a map without rows, alone
    ExportMenu* m_exports = nullptr;
    HeatMapCells* m_cells = nullptr;
    QCPColorScale* m_scale = nullptr;
    QCPTextElement* m_title = nullptr;
    QCPItemRect* m_frame = nullptr;
    HeatMapFrame* m_border = nullptr;  ///< of the columns from framedFrom on, and the notes
    std::vector<QCPItemText*> m_numbers;
    HeatMap m_heatMap;
    mutable Stale m_stale = Stale::All;  ///< what the plot does not show yet
    std::optional<HeatMapCell> m_current;
};

}  // namespace moebel
