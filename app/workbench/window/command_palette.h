// A line over the window: type a few letters of an action, a page, a run or a language, and Enter does it.
#pragma once

#include <QFrame>
#include <QPointer>
#include <vector>

#include "app/workbench/window/palette_list.h"

class QLineEdit;
class QListView;

namespace moebel
{

class CommandPalette : public QFrame
{
    Q_OBJECT

public:
    /// A child of the window that it covers in part.
    explicit CommandPalette(QWidget* window);

    /// Opens it on these, with nothing typed yet.
    void open(const QString& hint, std::vector<PaletteItem> items);
    /// Does what is chosen, and closes.
    void accept();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    void step(int rows);
    void close();

    QLineEdit* m_line;
    QListView* m_list;
    PaletteList* m_model;
    QPointer<QWidget> m_focusBefore;
};

}  // namespace moebel
