// Languages as points in the plane: the nearer, the more alike; the members of a group are joined.
#pragma once

#include <QList>
#include <QStringList>
#include <QWidget>
#include <utility>
#include <vector>

#include "moebel/analysis/colour.h"
#include "moebel/analysis/language_map.h"

namespace moebel
{

class ExportMenu;

struct ScatterPicture {
    QString title;
    QStringList codes;
    QStringList readouts;  ///< each language in words
    std::vector<MapPoint> points;
    std::vector<ColourPair> colours;
    std::vector<int> groups;  ///< -1: none
    QList<std::pair<QString, ColourPair>> legend;
    bool operator==(const ScatterPicture&) const = default;
};

/// A point is chosen by a click, or by the arrow keys one after the other. Labels that find no room are left out; the readout
/// tells every one.
class LanguageScatter : public QWidget
{
    Q_OBJECT

public:
    explicit LanguageScatter(QWidget* parent = nullptr);

    void setPicture(ScatterPicture picture);
    const ScatterPicture& picture() const { return m_picture; }
    /// -1 = none.
    int current() const { return m_current; }
    void setCurrent(int language);
    /// Where a language is drawn, in the widget.
    QPointF placeOf(int language) const;
    /// "language,x,y,group".
    QString csv() const;
    ExportMenu& exportMenu() const { return *m_exports; }

    QSize sizeHint() const override { return {360, 320}; }

Q_SIGNALS:
    /// By a click or a key.
    void chosen(int language);
    /// The language under the pointer, or the current one; empty when there is none.
    void readoutChanged(const QString& readout);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void paint(QPainter& painter, const QPalette& colours) const;
    void paintGroups(QPainter& painter, const QPalette& colours) const;
    void paintPoints(QPainter& painter, const QPalette& colours) const;
    void paintLabels(QPainter& painter, const QPalette& colours) const;
    void paintLegend(QPainter& painter, const QPalette& colours) const;
    QRectF room() const;
    int languageAt(const QPointF& position) const;
    int legendRows() const;
    void showCurrent();

    ScatterPicture m_picture;
    ExportMenu* m_exports;
    int m_current = -1;
};

}  // namespace moebel
