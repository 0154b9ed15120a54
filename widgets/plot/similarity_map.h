// Similarities of languages as a heat map in the order of a tree that stands beside it.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "moebel/analysis/language_matrix.h"
#include "widgets/plot/dendrogram_view.h"

class QCPPainter;

namespace moebel
{

class ExportMenu;
class HeatMapWidget;

struct SimilarityPicture {
    QString title;
    LanguageMatrix matrix;
    std::vector<Merge> tree;
    std::vector<std::size_t> order;   ///< of the leaves; of all languages
    std::vector<ColourPair> colours;  ///< by language
    std::vector<int> groups;          ///< by language; -1: none
    bool operator==(const SimilarityPicture&) const = default;
};

class SimilarityMap : public QWidget
{
    Q_OBJECT

public:
    explicit SimilarityMap(QWidget* parent = nullptr);

    void setPicture(SimilarityPicture picture);
    const SimilarityPicture& picture() const { return m_picture; }
    HeatMapWidget& map() const { return *m_map; }
    /// Frames the row of a language; one that is not there: none.
    void setCurrentLanguage(const std::string& code);
    ExportMenu& exportMenu() const { return *m_exports; }

Q_SIGNALS:
    /// By a click or a key in its row.
    void languageChosen(const QString& code);
    void readoutChanged(const QString& readout);

private:
    void showMap();
    void alignTree();
    void buildExports();
    void paint(QCPPainter& painter, const QPalette& colours);

    HeatMapWidget* m_map;
    DendrogramView* m_tree;
    ExportMenu* m_exports = nullptr;
    SimilarityPicture m_picture;
};

}  // namespace moebel
