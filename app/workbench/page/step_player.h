// A slider over captured steps, with play.
#pragma once

#include <QSlider>
#include <QTimer>
#include <QWidget>
#include <functional>

class QLabel;
class QToolButton;

namespace moebel
{

/// The last step is "now": while it is chosen, a step that comes is chosen.
class StepPlayer : public QWidget
{
    Q_OBJECT

public:
    explicit StepPlayer(QWidget* parent = nullptr);

    /// Tells nothing.
    void setSteps(int count, int chosen);
    /// Keeps the chosen step, or the end; tells nothing.
    void setCount(int count) { setSteps(count, atEnd() ? count - 1 : index()); }
    void choose(int index) { m_slider->setValue(index); }
    int index() const { return m_slider->value(); }
    bool atEnd() const { return m_slider->value() == m_slider->maximum(); }
    void setText(const QString& text);
    void move(int by) { m_slider->setValue(m_slider->value() + by); }
    /// Play waits while it says so: what was chosen is not shown yet.
    void waitWhile(std::function<bool()> busy) { m_busy = std::move(busy); }

Q_SIGNALS:
    void chosen(int index);

private:
    void play(bool on);

    QSlider* m_slider;
    QToolButton* m_play;
    QLabel* m_text;
    QTimer m_timer;
    std::function<bool()> m_busy;
};

}  // namespace moebel
