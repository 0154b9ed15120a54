#include "widgets/support/export_menu.h"

#include <QAbstractScrollArea>
#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QToolButton>

#include "widgets/support/plot_style.h"

namespace moebel
{

namespace
{

struct FileKind {
    const char* ending;
    const char* entry;
    const char* filter;
};

constexpr FileKind kFileKinds[] = {
    {"png", QT_TRANSLATE_NOOP("moebel::ExportMenu", "Save as P&NG\u2026"),
     QT_TRANSLATE_NOOP("moebel::ExportMenu", "Picture (*.png)")},
    {"svg", QT_TRANSLATE_NOOP("moebel::ExportMenu", "Save as &SVG\u2026"),
     QT_TRANSLATE_NOOP("moebel::ExportMenu", "Vector picture (*.svg)")},
    {"pdf", QT_TRANSLATE_NOOP("moebel::ExportMenu", "Save as &PDF\u2026"),
     QT_TRANSLATE_NOOP("moebel::ExportMenu", "Document (*.pdf)")},
    {"csv", QT_TRANSLATE_NOOP("moebel::ExportMenu", "Save as CS&V\u2026"),
     QT_TRANSLATE_NOOP("moebel::ExportMenu", "Numbers (*.csv)")},
};

}  // namespace

ExportMenu::ExportMenu(QWidget& owner, Exports exports) : QObject(&owner), m_owner(owner), m_exports(std::move(exports))
{
    if (!m_exports.tsv) return;
    m_copy = new QAction(tr("Copy &data"), &owner);
    m_copy->setObjectName(QStringLiteral("copyData"));
    m_copy->setShortcut(QKeySequence::Copy);
    m_copy->setShortcutContext(Qt::WidgetShortcut);
    connect(m_copy, &QAction::triggered, this, &ExportMenu::copyData);
    owner.addAction(m_copy);
}

void ExportMenu::attach()
{
    m_owner.setContextMenuPolicy(Qt::CustomContextMenu);
    connect(&m_owner, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        const auto* area = qobject_cast<QAbstractScrollArea*>(&m_owner);
        popup(area ? area->viewport()->mapToGlobal(at) : m_owner.mapToGlobal(at));
    });
}

void ExportMenu::fill(QMenu& menu)
{
    const auto add = [&](const QString& text, const QString& name, auto act) {
        menu.addAction(text, this, act)->setObjectName(name);
    };
    if (m_exports.paint) add(tr("Copy &image"), QStringLiteral("copyImage"), &ExportMenu::copyImage);
    for (const FileKind& kind : kFileKinds) {
        const QString ending = QString::fromLatin1(kind.ending);
        if (ending == QLatin1String("csv") ? !m_exports.csv : !m_exports.paint) continue;
        add(tr(kind.entry), QStringLiteral("save.") + ending, [this, ending] { askForFile(ending); });
    }
    menu.addSeparator();
    if (m_copy)
        menu.addAction(m_copy);
    else if (m_exports.csv)
        add(tr("Copy &data"), QStringLiteral("copyData"), &ExportMenu::copyData);
    if (m_exports.latex) add(tr("Copy as &LaTeX"), QStringLiteral("copyLatex"), &ExportMenu::copyLatex);
    if (!m_exports.command) return;
    menu.addSeparator();
    add(tr("Copy as &command"), QStringLiteral("copyCommand"), &ExportMenu::copyCommand);
}

void ExportMenu::popup(const QPoint& globalPosition)
{
    auto* menu = new QMenu(&m_owner);
    menu->setObjectName(QStringLiteral("exportMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fill(*menu);
    menu->popup(globalPosition);
}

Status ExportMenu::save(const QString& file)
{
    const Status saved = saveExport(m_exports, file);
    Q_EMIT told(saved.ok(),
                saved.ok() ? tr("\u2068%1\u2069 was written.").arg(file) : QString::fromStdString(saved.error().message));
    return saved;
}

void ExportMenu::askForFile(const QString& ending)
{
    auto* dialog = new QFileDialog(m_owner.window(), tr("Save \u2068%1\u2069").arg(m_exports.name));
    dialog->setObjectName(QStringLiteral("exportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    QStringList filters;
    for (const FileKind& kind : kFileKinds)
        if (m_exports.paint || QLatin1String(kind.ending) == QLatin1String("csv")) filters << tr(kind.filter);
    dialog->setNameFilters(filters);
    for (const QString& filter : filters)
        if (filter.contains(QStringLiteral("*.") + ending)) dialog->selectNameFilter(filter);
    dialog->setDefaultSuffix(ending);
    dialog->selectFile(m_exports.name + QLatin1Char('.') + ending);
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1)); });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) { (void)save(file); });
    dialog->open();
}

// A program that can draw takes the SVG, the others the picture.
void ExportMenu::copyImage()
{
    auto* mime = new QMimeData;
    mime->setImageData(pictureOf(m_exports, paperPalette()));
    mime->setData(QStringLiteral("image/svg+xml"), svgOf(m_exports));
    QGuiApplication::clipboard()->setMimeData(mime);
    Q_EMIT told(true, tr("The picture is on the clipboard."));
}

void ExportMenu::copyText(const QString& text, const QString& sentence)
{
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT told(true, sentence);
}

void ExportMenu::copyData()
{
    if (m_exports.tsv)
        copyText(m_exports.tsv(), tr("The chosen cells are on the clipboard."));
    else
        copyText(m_exports.csv(), tr("The numbers are on the clipboard."));
}

void ExportMenu::copyLatex() { copyText(m_exports.latex(), tr("The table is on the clipboard as LaTeX (booktabs).")); }

void ExportMenu::copyCommand()
{
    const QString line = m_exports.command();
    copyText(line, tr("Copied: \u2068%1\u2069").arg(line));
}

QToolButton* exportButton(std::function<ExportMenu*()> current, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(QStringLiteral("export"));
    button->setText(ExportMenu::tr("E&xport"));
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    button->setMenu(menu);
    QObject::connect(menu, &QMenu::aboutToShow, menu, [menu, current = std::move(current)] {
        menu->clear();
        if (ExportMenu* exports = current()) exports->fill(*menu);
    });
    return button;
}

}  // namespace moebel
