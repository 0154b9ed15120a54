// The runs that wait for their turn, to be put in another order, taken out, tried again or held back.
#pragma once

#include <QWidget>

class QLabel;
class QListView;
class QToolButton;

namespace moebel
{

class RunQueue;

/// Drag or Alt+Up and Alt+Down move an entry, Delete takes it out.
class QueuePanel : public QWidget
{
    Q_OBJECT

public:
    explicit QueuePanel(RunQueue& queue, QWidget* parent = nullptr);

private:
    void build();
    void showState();
    int current() const;
    void move(int by);
    void remove();

    RunQueue& m_queue;
    QListView* m_list;
    QLabel* m_empty;
    QLabel* m_waits;  ///< what becomes of the queue without a window
    QToolButton* m_up;
    QToolButton* m_down;
    QToolButton* m_remove;
    QToolButton* m_retry;
    QToolButton* m_pause;
};

}  // namespace moebel
