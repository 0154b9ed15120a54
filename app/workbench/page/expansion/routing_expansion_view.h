// The Routing page's view of an expansion: how right the language classifiers are, what goes past the routers, the experts'
// rounds, how well the routers know the groups of languages.
#pragma once

#include <QWidget>

#include "widgets/plot/heat_map_widget.h"

class QComboBox;
class QLabel;

namespace moebel
{

struct RoutingPicture;

class RoutingExpansionView : public QWidget
{
    Q_OBJECT

public:
    enum Measure { Accuracy, Bypass, Rounds, GroupAccuracy, GroupConfusion };

    explicit RoutingExpansionView(QWidget* parent = nullptr);

    void show(const RoutingPicture& picture);
    /// Nothing to see, and why.
    void clear(const QString& reason);
    HeatMapWidget& map() const { return *m_map; }
    /// What the numbers are, in one sentence.
    QString explanation() const;

Q_SIGNALS:
    /// Another measure is wanted.
    void choiceChanged();

private:
    Measure measure() const;
    void chooseFor(const RoutingPicture& picture);
    void showClassifiers(const RoutingPicture& picture);
    void showGroups(const RoutingPicture& picture);
    void showRounds(const RoutingPicture& picture);

    bool m_isChosen = false;  ///< by the user
    QComboBox* m_measure;
    QLabel* m_summary;
    HeatMapWidget* m_map;
};

}  // namespace moebel
