#include "app/workbench/page/live_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/workbench/control/run_list_model.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

constexpr int kBarUnits = 1000;

}  // namespace

LiveHeader::LiveHeader(QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel(this)),
      m_state(new QLabel(this)),
      m_bar(new QProgressBar(this)),
      m_progress(new QLabel(this)),
      m_line(new QLabel(this)),
      m_pause(button(tr("&Pause"), QStringLiteral("pause"), tr("Wait after this step, with the model in memory"))),
      m_save(button(tr("Save &now"), QStringLiteral("save"), tr("Write a checkpoint after this step"))),
      m_stop(button(tr("&Stop"), QStringLiteral("stop"), tr("Write a checkpoint and end the worker; the run can be resumed"))),
      m_resume(button(tr("R&esume"), QStringLiteral("resume"), tr("Start a worker again from the newest checkpoint")))
{
    beTitle(*m_title);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state->setObjectName(QStringLiteral("state"));
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setForegroundRole(QPalette::PlaceholderText);
    m_line->setObjectName(QStringLiteral("line"));
    m_line->setTextFormat(Qt::PlainText);
    m_line->setWordWrap(true);
    m_line->hide();
    m_bar->setRange(0, kBarUnits);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(8);
    m_bar->setAccessibleName(tr("Progress of the run"));
    auto* first = new QHBoxLayout;
    first->addWidget(m_title, 1);
    for (QToolButton* one : {m_pause, m_save, m_stop, m_resume}) first->addWidget(one);
    auto* second = new QHBoxLayout;
    second->setSpacing(12);
    second->addWidget(m_state);
    second->addWidget(m_bar, 1);
    second->addWidget(m_progress);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(first);
    layout->addLayout(second);
    layout->addWidget(m_line);
    connect(m_pause, &QToolButton::clicked, this,
            [this] { Q_EMIT asked(m_choices.goOn ? RunCommand::Resume : RunCommand::Pause); });
    connect(m_save, &QToolButton::clicked, this, [this] { Q_EMIT asked(RunCommand::Save); });
    connect(m_stop, &QToolButton::clicked, this, [this] { Q_EMIT asked(RunCommand::Stop); });
    connect(m_resume, &QToolButton::clicked, this, &LiveHeader::resumeAsked);
    clear(QString());
}

QToolButton* LiveHeader::button(const QString& text, const QString& name, const QString& tip)
{
    auto* made = new QToolButton(this);
    made->setText(text);
    made->setObjectName(name);
    made->setToolTip(tip);
    made->setFocusPolicy(Qt::TabFocus);
    return made;
}

void LiveHeader::setTitle(const QString& title) { m_title->setText(title); }

void LiveHeader::setState(const RunStatus& status, bool attached, const LiveProgress& progress)
{
    const bool live = status.state == RunState::Running || status.state == RunState::Paused;
    m_state->setText(live && !attached ? tr("%1, no connection to the worker").arg(stateText(status)) : stateText(status));
    m_state->setToolTip(live && !attached ? tr("The record is read once a second; requests need the worker's socket.")
                        : status.ending  ? tr("The worker has ended; how, is being written.")
                                      : QString::fromStdString(status.reason));
    m_bar->setVisible(!progress.text.isEmpty());
    m_bar->setValue(int(std::lround(progress.fraction * kBarUnits)));
    m_progress->setText(progress.text);
}

void LiveHeader::setChoices(const RunChoices& choices)
{
    m_choices = choices;
    m_pause->setText(choices.goOn ? tr("&Continue") : tr("&Pause"));
    m_pause->setToolTip(choices.goOn ? tr("Go on with the run") : tr("Wait after this step, with the model in memory"));
    m_pause->setEnabled(choices.pause || choices.goOn);
    m_save->setEnabled(choices.save);
    m_stop->setEnabled(choices.stop);
    m_resume->setEnabled(choices.resume);
}

void LiveHeader::tell(bool ok, const QString& sentence)
{
    m_line->setForegroundRole(ok ? QPalette::PlaceholderText : QPalette::WindowText);
    m_line->setText(ok || sentence.isEmpty() ? sentence : QStringLiteral("\u26A0 ") + sentence);
    m_line->setVisible(!sentence.isEmpty());
}

void LiveHeader::clear(const QString& title)
{
    setTitle(title);
    m_state->clear();
    m_progress->clear();
    m_bar->hide();
    tell(true, QString());
    setChoices({});
}

}  // namespace moebel
