#include "app/workbench/dialog/shortcuts_dialog.h"

#include <QDialogButtonBox>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "app/workbench/application/action_table.h"

namespace moebel
{

namespace
{

QString row(const QString& keys, const QString& text)
{
    return QStringLiteral("<tr><td style='padding:2px 24px 2px 0'>%1</td><td style='padding:2px 0'><b>%2</b></td></tr>")
        .arg(text.toHtmlEscaped(), keys.toHtmlEscaped());
}

QString sectionOf(const QString& title, const QString& rows)
{
    return rows.isEmpty() ? QString()
                          : QStringLiteral("<h3>%1</h3><table cellspacing='0'>%2</table>").arg(title.toHtmlEscaped(), rows);
}

// What views do that are no actions of the window.
QString everywhere()
{
    const auto tr = [](const char* text) { return ShortcutsDialog::tr(text); };
    return row(tr("Ctrl+C"), tr("Copy the selected cells of a table as tab-separated text")) +
           row(tr("Enter"), tr("Open the chosen run; with several chosen runs compare them")) +
           row(tr("Tab, Shift+Tab"), tr("Next, previous field")) +
           row(tr("Arrow keys"), tr("Move the cell of a table or of a map"));
}

QString text(const ActionTable& actions)
{
    QString html =
        QStringLiteral("<p>%1</p>")
            .arg(ShortcutsDialog::tr("Every action is in a menu and in the command palette; a few letters of its name are "
                                     "enough there. Training runs in a process of its own: closing the window changes "
                                     "nothing in a run.")
                     .toHtmlEscaped());
    for (ActionMenu menu : kActionMenus) {
        QString rows;
        for (const QAction* action : actions.actions(menu))
            if (!action->shortcut().isEmpty())
                rows += row(action->shortcut().toString(QKeySequence::NativeText), plainText(*action));
        html += sectionOf(menuText(menu).remove(QLatin1Char('&')), rows);
    }
    return html + sectionOf(ShortcutsDialog::tr("Everywhere"), everywhere());
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(const ActionTable& actions, QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Help: what the keys do"));
    auto* page = new QTextBrowser(this);
    page->setFrameShape(QFrame::NoFrame);
    page->setHtml(text(actions));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(page, 1);
    layout->addWidget(buttons);
    resize(560, 640);
}

}  // namespace moebel
