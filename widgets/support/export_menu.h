// The one menu with which plots and tables give away what they show: pictures, numbers, LaTeX, the command behind them.
#pragma once

#include <QObject>

#include "widgets/support/export_file.h"

class QAction;
class QMenu;
class QToolButton;
class QWidget;

namespace moebel
{

/// Belongs to the widget whose content it gives away. Where there is a selection of cells, Ctrl+C copies it.
class ExportMenu : public QObject
{
    Q_OBJECT

public:
    ExportMenu(QWidget& owner, Exports exports);

    const Exports& exports() const { return m_exports; }
    /// The line for a shell; it is asked for when it is copied.
    void setCommand(std::function<QString()> command) { m_exports.command = std::move(command); }
    /// Right click and Menu key of the owner.
    void attach();
    /// Appends the entries.
    void fill(QMenu& menu);
    void popup(const QPoint& globalPosition);
    /// By the file's ending, see saveExport(); told as well.
    Status save(const QString& file);

    /// In a dialog that stops nobody; the kind that is offered first.
    void askForFile(const QString& ending);
    void copyImage();
    /// The selection of a table as TSV, all of a plot as CSV.
    void copyData();
    void copyLatex();
    void copyCommand();

Q_SIGNALS:
    /// What was copied or written, or why not, in one sentence.
    void told(bool ok, const QString& sentence);

private:
    void copyText(const QString& text, const QString& sentence);

    QWidget& m_owner;
    Exports m_exports;
    QAction* m_copy = nullptr;  ///< of the selection
};

/// A button whose menu is that of what is shown at the moment; `current` may give none.
QToolButton* exportButton(std::function<ExportMenu*()> current, QWidget* parent);

}  // namespace moebel
