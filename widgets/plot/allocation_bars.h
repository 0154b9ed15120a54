// Experts of each layer as bars over the similarity of the languages there; bars are dragged, or moved by keys.
#pragma once

#include <QList>
#include <QString>
#include <QWidget>
#include <cstdint>
#include <vector>

#include "moebel/analysis/colour.h"

class QCPAxis;
class QCPBars;
class QCPGraph;
class QCPItemRect;
class QCPItemText;
class QCPLegend;
class QCPPainter;
class QCustomPlot;
class QMouseEvent;

namespace moebel
{

class ExportMenu;

/// A number for each layer, drawn over the bars on an axis of its own. NaN: none in that layer.
struct LayerCurve {
    QString name;
    QString id;  ///< of its column in the CSV
    ColourPair colour;
    bool dashed = false;
    std::vector<double> values;
    bool operator==(const LayerCurve&) const = default;
};

struct AllocationPicture {
    std::vector<std::int64_t> experts;           ///< per layer, all of them; 1: the layer is dense
    std::vector<std::int64_t> present;           ///< per layer: those that cannot be taken away
    std::vector<std::int64_t> marks;             ///< per layer: what a rule would give; empty: no marks
    QString marksName;                           ///< of the marks in the legend
    std::vector<std::int64_t> classifierLayers;  ///< ascending
    QString curveTitle;                          ///< of the axis on the right
    QList<LayerCurve> curves;
    bool operator==(const AllocationPicture&) const = default;
};

/// A bar is dragged by the mouse, anywhere in its layer. Keys: left and right, Home and End choose a layer, up and down (or +
/// and
/// -) change its experts, a digit sets them, C switches its classifier. The widget changes nothing by itself: what is wanted is
/// told, and the next setPicture() shows it.
class AllocationBars : public QWidget
{
    Q_OBJECT

public:
    explicit AllocationBars(QWidget* parent = nullptr);

    void setPicture(AllocationPicture picture);
    const AllocationPicture& picture() const { return m_picture; }
    int layers() const { return int(m_picture.experts.size()); }
    /// -1 = none.
    int currentLayer() const { return m_layer; }
    void setCurrentLayer(int layer);
    /// A layer in words; empty where there is none.
    QString readout(int layer) const;
    /// All layers in words.
    QString summary() const;
    /// Where the top of a layer's bar is drawn, in the widget; tests.
    QPoint topOf(int layer) const;
    /// Pixels of one expert; tests.
    double pixelsOfOne() const;
    /// "layer,experts,present,marks,classifier" and a column a curve.
    QString csv() const;
    ExportMenu& exportMenu() const { return *m_exports; }

    QSize sizeHint() const override { return {720, 340}; }

Q_SIGNALS:
    /// All experts that a layer is to have. What comes with the same gesture belongs together: one drag, or keys in one layer.
    void expertsWanted(int layer, std::int64_t experts, int gesture);
    void classifierWanted(int layer, bool on);
    void currentLayerChanged(int layer);
    /// The layer under the pointer, or the current one; empty when there is none.
    void readoutChanged(const QString& readout);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void build();
    void buildExports();
    void connectMouse();
    void restyle(const QPalette& colours);
    void fillBars();
    void fillCurves();
    void fillNumbers();
    void fitRange();
    void showCurrent();
    void choose(int layer);
    void wantByKey(std::int64_t experts);
    void press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    int layerAt(const QPointF& position) const;
    bool hasClassifier(int layer) const;

    QCustomPlot* m_plot;
    QCPLegend* m_legend = nullptr;
    QCPBars* m_present = nullptr;
    QCPBars* m_added = nullptr;
    QCPGraph* m_marks = nullptr;
    QCPGraph* m_classifiers = nullptr;
    QCPItemRect* m_frame = nullptr;
    std::vector<QCPGraph*> m_curves;
    std::vector<QCPItemText*> m_numbers;
    ExportMenu* m_exports = nullptr;
    AllocationPicture m_picture;
    int m_layer = -1;
    int m_gesture = 0;
    int m_keyLayer = -1;  ///< that the keys of this gesture change
    bool m_dragging = false;
    double m_pressedAt = 0;          ///< y in experts
    std::int64_t m_draggedFrom = 0;  ///< experts when the drag began
    std::int64_t m_draggedTo = 0;    ///< that were told last
};

}  // namespace moebel
