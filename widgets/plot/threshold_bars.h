// A share for each layer as bars, and the line from which on a layer is chosen; it is dragged, or moved by keys.
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QCPBars;
class QCPItemRect;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;
class QMouseEvent;

namespace moebel
{

class ExportMenu;

struct ThresholdPicture {
    QString valueTitle;          ///< of the axis
    std::vector<double> values;  ///< per layer, 0 to 1
    std::vector<double> raw;     ///< per layer, what the shares were made of
    std::vector<bool> chosen;    ///< per layer
    double threshold = 0;        ///< 0 to 1
    bool operator==(const ThresholdPicture&) const = default;
};

/// Keys: up and down move the line by a hundredth, Page Up and Page Down by a tenth; left and right choose a layer to be told.
/// The widget changes nothing by itself: what is wanted is told, and the next setPicture() shows it.
class ThresholdBars : public QWidget
{
    Q_OBJECT

public:
    explicit ThresholdBars(QWidget* parent = nullptr);

    void setPicture(ThresholdPicture picture);
    const ThresholdPicture& picture() const { return m_picture; }
    int layers() const { return int(m_picture.values.size()); }
    /// A layer in words; empty where there is none.
    QString readout(int layer) const;
    /// Where the line is drawn, in the widget; tests.
    int lineY() const;
    int pixelsOf(double share) const;
    /// "layer,mean,normalised,chosen".
    QString csv() const;
    ExportMenu& exportMenu() const { return *m_exports; }

    QSize sizeHint() const override { return {640, 220}; }

Q_SIGNALS:
    void thresholdWanted(double threshold);
    void readoutChanged(const QString& readout);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void build();
    void buildExports();
    void restyle(const QPalette& colours);
    void fill();
    void showCurrent();
    void want(double threshold);
    void press(const QMouseEvent& event);
    void move(const QMouseEvent& event);
    int layerAt(const QPointF& position) const;

    QCustomPlot* m_plot;
    QCPBars* m_chosen = nullptr;
    QCPBars* m_others = nullptr;
    QCPItemStraightLine* m_line = nullptr;
    QCPItemText* m_label = nullptr;
    QCPItemRect* m_frame = nullptr;
    ExportMenu* m_exports = nullptr;
    ThresholdPicture m_picture;
    int m_layer = -1;
    bool m_dragging = false;
};

}  // namespace moebel
