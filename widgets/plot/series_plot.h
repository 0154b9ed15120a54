// Rows of small plots over one x axis: curves of a run, with one crosshair through all of them.
#pragma once

#include <QSet>
#include <QWidget>
#include <vector>

#include "widgets/plot/series_values.h"

class QCPAxisRect;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPLayer;
class QCPPainter;
class QCPRange;
class QCPTextElement;
class QCustomPlot;
class QMouseEvent;

namespace moebel
{

class ExportMenu;

/// Every stored point is drawn (spikes survive decimation), NaN makes a gap. Wheel: zoom at the pointer; Shift and wheel: x
/// only; drag: move; click: choose the step; right drag: zoom into a rectangle; right click: what can be exported; double
/// click: show all. Keys: left and right move the crosshair and choose from point to point, Home and End to the ends, + and -
/// zoom x, 0 shows all. While all is shown, new points keep coming into view.
class SeriesPlot : public QWidget
{
    Q_OBJECT

public:
    explicit SeriesPlot(QWidget* parent = nullptr);

    void setRows(const QList<PlotRow>& rows);
    const QList<PlotRow>& rows() const { return m_rows; }
    /// Where stages begin, and warnings.
    void setStages(const QList<StageMark>& stages);
    /// What stands on the x axis, and its label. Without knots the steps below 0 are shown as their part counts them.
    void setScale(const StepScale& scale, const QString& label);
    /// What a step of the columns is when it is none: "token", and its column in the CSV, "tokens".
    void setStepName(const QString& word, const QString& column);
    const QString& stepName() const { return m_stepName; }
    /// Weight of the moving average (see smooth()); 0 draws the values alone. The values stay visible beneath. Of very long
    /// curves the average grows from replot to replot until it is whole.
    void setSmoothing(double weight);
    void setLogarithmic(bool logarithmic);
    void setHidden(const QString& curve, bool hidden);
    /// One curve in front, the others pale; empty = none.
    void setHighlighted(const QString& curve);
    /// The steps that "all" means; none: every step there is.
    void setSpan(std::optional<std::pair<std::int64_t, std::int64_t>> span);
    /// The columns have grown: one queued replot.
    void dataChanged();
    /// Shows everything again.
    void resetView();

    std::optional<std::int64_t> crosshair() const { return m_crosshair; }
    /// The point at or before `step` of the axis; without a step the crosshair goes away.
    void setCrosshair(std::optional<std::int64_t> step);
    /// The step that was chosen, here or elsewhere: a line that stays; none without one.
    void setChosen(std::optional<std::int64_t> step);
    std::optional<std::int64_t> chosen() const { return m_chosen; }
    /// Visible range on the x axis.
    std::pair<double, double> xRange() const;
    /// Points that are drawn of a curve at the moment; tests and the accessible summary.
    std::vector<PlotPoint> drawn(const QString& series) const;
    /// "Bits per byte: Greek 2.31 at step 700, from 3.70 at step 0 ...": what is seen, in words.
    QString summary() const;
    /// Ids of the series that are not hidden.
    QStringList seriesShown() const;
    /// "series,step,value", or the name of the steps instead: the stored points of all visible curves in full precision.
    QString csv() const;
    ExportMenu& exportMenu() const { return *m_exports; }
    int replots() const { return m_replots; }

    QSize sizeHint() const override { return {720, 480}; }
    /// So that curves of every row can be read in the size of the text that there is.
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void crosshairMoved(std::optional<std::int64_t> step);
    /// By a click or by the keyboard.
    void stepChosen(std::int64_t step);

protected:
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Curve {
        QCPGraph* raw = nullptr;     ///< the values
        QCPGraph* smooth = nullptr;  ///< their average, when one is wanted
        QCPGraph* marks = nullptr;
        QCPItemStraightLine* reference = nullptr;
        SmoothedSeries smoothed{};
    };
    struct Row {
        QCPAxisRect* rect = nullptr;
        QCPTextElement* title = nullptr;
        QCPItemStraightLine* crosshair = nullptr;
        QCPItemStraightLine* chosen = nullptr;
        std::vector<QCPItemStraightLine*> stages;
        std::vector<Curve> curves;
        int filled = 0;       ///< its height when its ticks were chosen
        bool follows = true;  ///< the y range follows the values that are seen
    };
    struct Reach {
        std::int64_t first = 0, last = 0;
    };

    void build();
    void buildRow(int index);
    Curve buildCurve(const PlotSeries& series, QCPAxisRect& rect);
    void buildStages();
    void restyle() { restyle(palette()); }
    void restyle(const QPalette& colours);
    QColor markColour(int mark, const QPalette& colours) const;
    void styleCurve(const PlotSeries& series, Curve& curve, bool dark) const;
    void buildExports();
    void connectMouse();
    void refill(std::size_t mayBeSmoothed);
    void refillRow(int index, std::size_t& mayBeSmoothed);
    void shareX(const QCPRange& range);
    void pointAt(const QMouseEvent* event);
    void stepCrosshair(int direction);
    std::optional<std::int64_t> nearestStep(double step) const;
    void moveByKey(std::int64_t step);
    void showLine(QCPItemStraightLine& line, std::optional<std::int64_t> step) const;
    void showCrosshair();
    void paintLegend(QCPPainter& painter, const QPalette& colours, int top) const;
    int legendHeight() const;
    std::optional<Reach> reach() const;
    std::int64_t earliestStart() const;
    void showAxis();
    void queueReplot();

    QCustomPlot* m_plot;
    ExportMenu* m_exports = nullptr;
    QCPLayer* m_cursor = nullptr;
    std::vector<Row> m_view;
    std::vector<QCPItemText*> m_stageNames;
    QList<PlotRow> m_rows;
    QList<StageMark> m_stages;
    StepScale m_scale;
    QString m_xLabel, m_stepName, m_stepColumn = QStringLiteral("step");
    double m_smoothing = 0;
    bool m_logarithmic = false;
    QSet<QString> m_hidden;
    QString m_highlighted;
    std::optional<std::int64_t> m_crosshair, m_chosen;
    std::optional<std::pair<std::int64_t, std::int64_t>> m_span;
    bool m_followsX = true;  ///< the x range follows the run
    bool m_settingRange = false;
    QPoint m_pressed;  ///< on the screen
    int m_replots = 0;
};

}  // namespace moebel
