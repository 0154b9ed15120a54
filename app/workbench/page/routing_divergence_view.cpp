#include "app/workbench/page/routing_divergence_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/routing_views.h"
#include "app/workbench/page/routing_words.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

QString number(double value) { return std::isnan(value) ? QStringLiteral("\u2013") : QLocale().toString(value, 'f', 4); }

QString bandText(const RoutingDivergence& divergence, const NullBand& band)
{
    if (std::isnan(band.high)) return DivergenceView::tr("too few documents to say what chance is");
    return divergence.fromHalves
               ? DivergenceView::tr("two halves of the language itself: %1 to %2").arg(number(band.low), number(band.high))
               : DivergenceView::tr("chance gives at least %1").arg(number(band.high));
}

// Languages down, layers across; the null band stands in the tool tip and in the CSV of the map.
ComparisonTable tableOf(const RoutingDivergence& divergence, const std::vector<std::vector<double>>& values,
                        const QStringList& names, const QString& title)
{
    ComparisonTable table{title, {}, {}, 1};
    const std::size_t layers = values.empty() ? 0 : values.front().size();
    for (std::size_t layer = 0; layer < layers; ++layer) table.columns << DivergenceView::tr("layer %1").arg(layer);
    for (std::size_t i = 0; i < values.size(); ++i) {
        ComparisonRow row{names[qsizetype(i)], false, {}, Better::Unknown};
        for (std::size_t layer = 0; layer < layers; ++layer) {
            ComparisonCell cell;
            cell.value = values[i][layer];
            cell.decimals = 4;
            if (!std::isnan(cell.value)) cell.note = bandText(divergence, divergence.chance[i][layer]);
            row.cells.push_back(cell);
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

double largestOf(const std::vector<std::vector<double>>& values)
{
    double largest = 0;
    for (const auto& row : values)
        for (const double value : row)
            if (value > largest) largest = value;
    return largest;
}

}  // namespace

void DivergenceMap::setDivergence(HeatMap map, RoutingDivergence divergence, QStringList codes)
{
    m_divergence = std::move(divergence);
    m_codes = std::move(codes);
    setHeatMap(std::move(map));
}

QString DivergenceMap::readout(int row, int column) const
{
    const QString value = HeatMapWidget::readout(row, column);
    if (value.isEmpty() || std::size_t(row) >= m_divergence.chance.size()) return value;
    if (std::isnan(m_divergence.normalised[std::size_t(row)][std::size_t(column)])) return value;
    return value + QStringLiteral("; ") + bandText(m_divergence, m_divergence.chance[std::size_t(row)][std::size_t(column)]);
}

QString DivergenceMap::csv() const
{
    QString text = QStringLiteral("language,layer,divergence,jensen_shannon,chance_low,chance_high\n");
    const auto exact = [](double value) { return std::isnan(value) ? QString() : exactText(value); };
    for (std::size_t i = 0; i < m_divergence.normalised.size(); ++i)
        for (std::size_t layer = 0; layer < m_divergence.normalised[i].size(); ++layer) {
            const NullBand& band = m_divergence.chance[i][layer];
            text += QStringList{csvField(m_codes.value(qsizetype(i))),
                                QString::number(layer),
                                exact(m_divergence.normalised[i][layer]),
                                exact(m_divergence.jensenShannon[i][layer]),
                                exact(band.low),
                                exact(band.high)}
                        .join(QLatin1Char(',')) +
                    QLatin1Char('\n');
        }
    return text;
}

DivergenceView::DivergenceView(QWidget* parent)
    : QWidget(parent),
      m_reference(new QComboBox(this)),
      m_measure(new QComboBox(this)),
      m_explanation(new QLabel(this)),
      m_map(new DivergenceMap(this)),
      m_table(new ComparisonView(this))
{
    m_map->setAccessibleName(tr("Routing divergence, languages by layers"));
    m_map->setObjectName(QStringLiteral("divergenceMap"));
    m_table->setObjectName(QStringLiteral("divergenceTable"));
    m_table->setAccessibleName(tr("The routing divergence as a table"));
    m_reference->setObjectName(QStringLiteral("divergenceReference"));
    m_reference->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_measure->setObjectName(QStringLiteral("divergenceMeasure"));
    m_measure->setAccessibleName(tr("Measure of the divergence"));
    for (const DivergenceMeasure measure : kDivergenceMeasures) m_measure->addItem(measureText(measure), int(measure));
    m_explanation->setForegroundRole(QPalette::PlaceholderText);
    m_explanation->setWordWrap(true);
    m_explanation->setTextFormat(Qt::PlainText);
    auto* label = new QLabel(tr("&Compared with"), this);
    label->setBuddy(m_reference);
    label->setForegroundRole(QPalette::PlaceholderText);
    auto* choices = new QHBoxLayout;
    choices->addWidget(m_measure);
    choices->addSpacing(10);
    choices->addWidget(label);
    choices->addWidget(m_reference);
    choices->addStretch(1);
    auto* halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(m_map);
    halves->addWidget(m_table);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 1);
    halves->setChildrenCollapsible(false);
    halves->setSizes({420, 140});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->addLayout(choices);
    layout->addWidget(m_explanation);
    layout->addWidget(halves, 1);
    connect(m_reference, &QComboBox::currentIndexChanged, this, &DivergenceView::choiceChanged);
    connect(m_measure, &QComboBox::currentIndexChanged, this, &DivergenceView::choiceChanged);
}

DivergenceMeasure DivergenceView::measure() const { return DivergenceMeasure(m_measure->currentData().toInt()); }

QString DivergenceView::reference() const { return m_reference->currentData().toString(); }

void DivergenceView::show(const RoutingPicture& picture)
{
    QStringList names, codes;
    for (const Language& language : picture.languages) {
        names << languageText(language.code);
        codes << QString::fromStdString(language.code);
    }
    {
        const QSignalBlocker quiet(m_reference);
        const QString before = reference();
        m_reference->clear();
        for (qsizetype i = 0; i < codes.size(); ++i) m_reference->addItem(names[i], codes[i]);
        m_reference->setCurrentIndex(std::max(0, int(codes.indexOf(before))));
    }
    RoutingDivergence divergence =
        routingDivergence(picture.stats, LanguageId{std::int32_t(m_reference->currentIndex())}, picture.halves);
    const auto values = divergence.values(measure());
    const QString title =
        tr("%1, each language to %2, %3").arg(measureText(measure()), m_reference->currentText(), picture.when);
    m_explanation->setText(explanationText(measure()) + QLatin1Char(' ') +
                           (divergence.fromHalves
                                ? tr("The texts are not translations of each other: their topics count as well.")
                                : tr("This capture keeps no single documents, so chance is only known from below.")));
    m_table->setTable(tableOf(divergence, values, names, tr("to %1").arg(m_reference->currentText())));
    HeatMap map{title, tr("language"), tr("layer"), measureText(measure()), names, {}, values, {0, scaleEnd(largestOf(values))},
                true};
    m_map->setDivergence(std::move(map), std::move(divergence), codes);
}

void DivergenceView::clear(const QString& reason)
{
    m_explanation->clear();
    m_map->setDivergence({reason, {}, {}, {}, {}, {}, {}, {}, false}, {}, {});
    m_table->setTable({});
}

}  // namespace moebel
