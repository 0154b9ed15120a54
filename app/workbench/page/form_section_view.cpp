#include "app/workbench/page/form_section_view.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <algorithm>

#include "app/workbench/control/experiment_document.h"

namespace moebel
{

namespace
{

constexpr int kColumns = 3;

bool isWide(const QString& path)
{
    static const QStringList kWide = {"title", "data.files"};
    return kWide.contains(path);
}

int columnsOf(const QString& path)
{
    if (isWide(path)) return kColumns;
    return path == QLatin1String("preset") || path.endsWith(QLatin1String(".path")) ? 2 : 1;
}

}  // namespace

FormSectionView::FormSectionView(const FormSection& section, ExperimentDocument& document, QWidget* parent)
    : QWidget(parent),
      m_section(section),
      m_document(document),
      m_title(new QLabel(section.title, this)),
      m_head(new QHBoxLayout),
      m_grid(new QGridLayout),
      m_moreButton(new QToolButton(this))
{
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setTextFormat(Qt::PlainText);
    m_moreButton->setText(tr("More"));
    m_moreButton->setCheckable(true);
    m_moreButton->setAutoRaise(true);
    m_moreButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_moreButton->setArrowType(Qt::RightArrow);
    m_moreButton->setVisible(!section.more.isEmpty());
    connect(m_moreButton, &QToolButton::toggled, this, [this](bool on) {
        m_moreButton->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        arrange();
    });
    m_head->addWidget(m_title);
    m_head->addStretch(1);
    m_head->addWidget(m_moreButton);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(6);
    for (int column = 0; column < kColumns; ++column) m_grid->setColumnStretch(column, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(m_head);
    layout->addLayout(m_grid);
    for (const QString& path : m_section.fields + m_section.more)
        for (const Field& field : m_document.fields())
            if (path == QLatin1String(field.path.c_str())) addField(field);
    refresh();
}

void FormSectionView::setTitle(const QString& title)
{
    if (m_title->text() != title) m_title->setText(title);
}

void FormSectionView::addToTitle(QWidget* widget)
{
    m_head->addWidget(widget);
    setTabOrder(m_moreButton, widget);
}

void FormSectionView::addField(const Field& field)
{
    ValueFieldSpec spec = fieldSpec(field);
    const QString path = spec.name;
    const bool numberLike = spec.kind == ValueFieldSpec::Text && path == QLatin1String("data.heldout");
    auto* view = new ValueField(std::move(spec), this);
    m_fields[path] = view;
    connect(view, &ValueField::edited, this, [this, path, numberLike](const QString& toml) {
        // "every 10th document" may be shortened to its number.
        bool number = false;
        const qlonglong every = textOfToml(toml).toLongLong(&number);
        m_document.setField(path, numberLike && number ? QString::number(every) : toml);
    });
    connect(view, &ValueField::editingDone, this, [this] { m_document.endEdit(); });
    connect(view, &ValueField::presetWanted, this, [this, path] { m_document.clearField(path); });
    connect(view, &ValueField::lookedAt, this, [this, path] { Q_EMIT lookedAt(path); });
}

void FormSectionView::refresh()
{
    std::map<std::string, QString> problems;
    for (const Problem& problem : m_document.problems())
        problems.emplace(problem.path, QString::fromStdString(problem.message));
    for (const Field& field : m_document.fields()) {
        const auto found = m_fields.find(QString::fromStdString(field.path));
        if (found == m_fields.end()) continue;
        const auto problem = problems.find(field.path);
        // While something wrong is being typed, what was read in its place must not replace it.
        const bool beingTyped = problem != problems.end() && found->second->editor()->hasFocus();
        if (!beingTyped) found->second->setValue(QString::fromStdString(field.value));
        const bool compared = field.path != "title" && field.path != "preset" && field.path != "seed";
        found->second->setPresetValue(compared ? m_document.presetValue(field.path) : QString());
        found->second->setProblem(problem == problems.end() ? QString() : problem->second);
        if (problem != problems.end() && isMore(found->first)) m_moreButton->setChecked(true);
    }
    arrange();
}

void FormSectionView::arrange()
{
    QStringList wanted;
    for (const QString& path : m_section.fields + m_section.more)
        if (m_fields.contains(path) && isRelevant(path, m_document.experiment()) &&
            (m_moreButton->isChecked() || !isMore(path)))
            wanted << path;
    if (wanted == m_arranged) return;
    m_arranged = wanted;
    for (const auto& [path, field] : m_fields) {
        m_grid->removeWidget(field);
        field->setVisible(wanted.contains(path));
    }
    int row = 0, column = 0;
    for (const QString& path : wanted) {
        const int columns = columnsOf(path);
        if (column + columns > kColumns) ++row, column = 0;
        m_grid->addWidget(m_fields[path], row, column, 1, columns);
        column += columns;
    }
    for (qsizetype i = 1; i < wanted.size(); ++i) setTabOrder(m_fields[wanted[i - 1]], m_fields[wanted[i]]);
}

ValueField* FormSectionView::reveal(const QString& path)
{
    const auto found = m_fields.find(path);
    if (found == m_fields.end()) return nullptr;
    if (isMore(path)) m_moreButton->setChecked(true);
    return found->second;
}

}  // namespace moebel
