#include "app/workbench/page/step_player.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

namespace moebel
{

namespace
{

constexpr int kPlayMilliseconds = 350;

}  // namespace

StepPlayer::StepPlayer(QWidget* parent)
    : QWidget(parent), m_slider(new QSlider(Qt::Horizontal, this)), m_play(new QToolButton(this)), m_text(new QLabel(this))
{
    m_slider->setObjectName(QStringLiteral("step"));
    m_slider->setPageStep(1);
    m_slider->setAccessibleName(tr("Step"));
    m_play->setObjectName(QStringLiteral("play"));
    m_play->setText(tr("Play"));
    m_play->setCheckable(true);
    m_play->setToolTip(tr("Go through the steps"));
    m_text->setTextFormat(Qt::PlainText);
    auto* label = new QLabel(tr("&Step"), this);
    label->setBuddy(m_slider);
    label->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(label);
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_play);
    layout->addWidget(m_text);
    connect(m_slider, &QSlider::valueChanged, this, &StepPlayer::chosen);
    connect(m_play, &QToolButton::toggled, this, &StepPlayer::play);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (!m_busy || !m_busy()) move(1);
        if (atEnd()) m_play->setChecked(false);
    });
    setCount(0);
}

void StepPlayer::setSteps(int count, int chosen)
{
    const QSignalBlocker quiet(m_slider);
    m_slider->setRange(0, std::max(0, count - 1));
    m_slider->setValue(chosen);
    m_slider->setEnabled(count > 1);
    m_play->setEnabled(count > 1);
}

void StepPlayer::setText(const QString& text) { m_text->setText(text); }

void StepPlayer::play(bool on)
{
    m_play->setText(on ? tr("Pause") : tr("Play"));
    if (!on) return m_timer.stop();
    if (atEnd()) m_slider->setValue(0);
    m_timer.start(kPlayMilliseconds);
}

}  // namespace moebel
