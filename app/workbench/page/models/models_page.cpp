#include "app/workbench/page/models/models_page.h"

#include <QAction>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/models/model_details.h"
#include "app/workbench/page/models/model_table_model.h"
#include "app/workbench/page/run_delegates.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"
#include "widgets/support/title_label.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

ModelsPage::ModelsPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_models(context.models),
      m_table(new ModelTableModel(context.models, this)),
      m_list(new QTableView(this)),
      m_details(new ModelDetails(this)),
      m_panes(new QSplitter(Qt::Horizontal, this)),
      m_empty(new QLabel(this))
{
    m_context.undo.addStack(&m_models.undoStack());
    build();
    addActions();
    connectAll();
    showList();
}

void ModelsPage::build()
{
    setObjectName(QStringLiteral("modelsPage"));
    m_list->setObjectName(QStringLiteral("modelList"));
    m_list->setAccessibleName(tr("Base models"));
    m_list->setModel(m_table);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setShowGrid(false);
    m_list->setAlternatingRowColors(true);
    m_list->setWordWrap(false);
    m_list->setTabKeyNavigation(false);
    m_list->verticalHeader()->hide();
    setRowAir(*m_list, 12);
    QHeaderView* header = m_list->horizontalHeader();
    header->setSectionResizeMode(ModelTableModel::Name, QHeaderView::Stretch);
    header->setMinimumSectionSize(70);
    applyHeaderStyle(*header, 11);
    m_list->setItemDelegate(new CellDelegate(m_list));
    (new TableColumns(*m_list, *header))->followContents();
    m_exports = new ExportMenu(*m_list, tableExports(*m_list, QStringLiteral("models")));
    m_exports->attach();
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setText(
        tr("No base model yet.\n\nDrop a Hugging Face folder or a .gguf file here, or add one above; it stays where it "
           "is.\nPickled checkpoints (.bin, .pt) are not read: save them as safetensors first."));
    m_panes->setObjectName(QStringLiteral("modelPanes"));
    m_panes->addWidget(m_list);
    m_panes->addWidget(m_details);
    m_panes->setStretchFactor(0, 2);
    m_panes->setStretchFactor(1, 3);
    m_panes->setSizes({480, 640});
    m_panes->setHandleWidth(9);
    m_panes->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(8);
    layout->addWidget(buildHead());
    layout->addWidget(m_panes, 1);
    layout->addWidget(m_empty, 1);
    setFocusProxy(m_list);
}

QWidget* ModelsPage::buildHead()
{
    auto* head = new QWidget(this);
    auto* title = new QLabel(tr("Base models"), head);
    beTitle(*title);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(title);
    row->addStretch(1);
    const auto button = [&](const char* name, const QString& text, const QString& tip, auto act) {
        auto* made = new QPushButton(text, head);
        made->setObjectName(QString::fromLatin1(name));
        made->setToolTip(tip);
        connect(made, &QPushButton::clicked, this, act);
        row->addWidget(made);
        return made;
    };
    button("addModelFolder", tr("Add a folder\u2026"), tr("A Hugging Face folder with config.json and safetensors"),
           [this] { choose(true); });
    button("addModelFile", tr("Add a file\u2026"), tr("A .gguf file"), [this] { choose(false); });
    m_remove = button("removeModel", tr("Remove"), tr("Takes it out of this list; its files stay (Delete)"), [this] {
        if (const KnownModel* model = chosen()) m_models.remove(model->path);
    });
    m_base = button("useAsBase", tr("Use as base"), tr("The experiment that is being written starts from this model"), [this] {
        if (const KnownModel* model = chosen()) m_context.navigator.useAsBase(model->path);
    });
    row->addWidget(exportButton([this] { return m_exports; }, head));
    return head;
}

void ModelsPage::addActions()
{
    const auto add = [this](ActionMenu menu, const char* id, const QString& text, const QKeySequence& keys, auto act) {
        m_context.actions.add(menu, QString::fromLatin1(id), text, keys, this, act);
    };
    add(ActionMenu::Project, "model.addFolder", tr("Add a base model (&folder)\u2026"), {}, [this] { choose(true); });
    add(ActionMenu::Project, "model.addFile", tr("Add a base model (.&gguf)\u2026"), {}, [this] { choose(false); });
    add(ActionMenu::Edit, "find.tensors", tr("Find &tensors of the model"), {}, [this] {
        m_context.navigator.showPage(PageId::Models);
        m_details->focusSearch();
    });
    auto* removeKey = new QAction(m_list);
    removeKey->setShortcut(QKeySequence::Delete);
    removeKey->setShortcutContext(Qt::WidgetShortcut);
    connect(removeKey, &QAction::triggered, m_remove, &QPushButton::click);
    m_list->addAction(removeKey);
}

void ModelsPage::connectAll()
{
    connect(&m_models, &KnownModels::listChanged, this, &ModelsPage::showList);
    connect(&m_models, &KnownModels::modelChanged, this, [this](int index) {
        if (m_list->currentIndex().row() == index) showChosen();
    });
    connect(&m_models, &KnownModels::added, this, [this](const QString& path) {
        m_wanted = path;
        showList();
    });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (current.isValid()) m_wanted = m_models.models()[std::size_t(current.row())].path;
        showChosen();
    });
    const auto command = [this] {
        return shellLine({QStringLiteral("moebel"), QStringLiteral("inspect"), m_wanted, QStringLiteral("--json")});
    };
    for (ExportMenu* menu : {m_exports, &m_details->exportMenu()}) {
        menu->setCommand(command);
        connect(menu, &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    }
}

void ModelsPage::choose(bool folder)
{
    auto* dialog = new QFileDialog(this, folder ? tr("Add the folder of a model") : tr("Add a model file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    if (!folder) dialog->setNameFilters({tr("Models (*.gguf *.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { m_context.navigator.showModel(path); });
    dialog->open();
}

const KnownModel* ModelsPage::chosen() const
{
    const int row = m_list->currentIndex().row();
    return row >= 0 && row < int(m_models.models().size()) ? &m_models.models()[std::size_t(row)] : nullptr;
}

void ModelsPage::showList()
{
    const bool any = !m_models.models().empty();
    m_panes->setVisible(any);
    m_empty->setVisible(!any);
    if (any) m_list->selectRow(std::max(0, m_models.indexOf(m_wanted)));
    showChosen();
}

void ModelsPage::showChosen()
{
    const KnownModel* model = chosen();
    m_details->setModel(model);
    m_remove->setEnabled(model != nullptr);
    m_base->setEnabled(model != nullptr && model->facts && model->facts->hasShape());
}

void ModelsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_models.undoStack().setActive();
}

}  // namespace moebel
