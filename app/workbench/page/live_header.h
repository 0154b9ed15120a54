// The upper part of the Live page: which run, how far it is, and what can be asked of it.
#pragma once

#include <QWidget>

#include "app/workbench/control/run_requests.h"
#include "app/workbench/page/live_rows.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace moebel
{

class LiveHeader : public QWidget
{
    Q_OBJECT

public:
    explicit LiveHeader(QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setState(const RunStatus& status, bool attached, const LiveProgress& progress);
    void setChoices(const RunChoices& choices);
    /// A line below the bar: an answer, or what is wrong.
    void tell(bool ok, const QString& sentence);
    /// No run: nothing but the title.
    void clear(const QString& title);

Q_SIGNALS:
    void asked(moebel::RunCommand command);
    void resumeAsked();

private:
    QToolButton* button(const QString& text, const QString& name, const QString& tip);

    QLabel* m_title;
    QLabel* m_state;
    QProgressBar* m_bar;
    QLabel* m_progress;
    QLabel* m_reason;  ///< why a worker does not answer
    QLabel* m_line;
    QToolButton* m_pause;
    QToolButton* m_save;
    QToolButton* m_stop;
    QToolButton* m_resume;
    RunChoices m_choices;
};

}  // namespace moebel
