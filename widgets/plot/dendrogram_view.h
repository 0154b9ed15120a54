// A tree of languages beside the rows of a heat map: which of them join at what distance, and each one's colour and group.
#pragma once

#include <QWidget>
#include <vector>

#include "moebel/analysis/colour.h"
#include "moebel/analysis/language_map.h"

class QPainter;

namespace moebel
{

/// Row r of the heat map is leaf `order[r]`.
struct DendrogramPicture {
    std::vector<Merge> tree;
    std::vector<std::size_t> order;
    std::vector<ColourPair> colours;  ///< by language
    std::vector<int> groups;          ///< by language; -1: none
    bool operator==(const DendrogramPicture&) const = default;
};

class DendrogramView : public QWidget
{
    Q_OBJECT

public:
    explicit DendrogramView(QWidget* parent = nullptr);

    void setPicture(DendrogramPicture picture);
    /// Where the rows are drawn, from top to bottom in this widget.
    void setRows(std::vector<double> centres);
    /// In the colours of a palette.
    void paint(QPainter& painter, const QPalette& colours) const;

    QSize sizeHint() const override { return {120, 200}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintTree(QPainter& painter, double left, double right) const;

    DendrogramPicture m_picture;
    std::vector<double> m_centres;
};

}  // namespace moebel
