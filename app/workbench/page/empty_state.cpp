#include "app/workbench/page/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/workbench/application/action_table.h"

namespace moebel
{

EmptyState::EmptyState(const ActionTable& actions, QWidget* parent)
    : QWidget(parent), m_actions(actions), m_sentence(new QLabel(this)), m_buttons(new QHBoxLayout)
{
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setForegroundRole(QPalette::PlaceholderText);
    m_buttons->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(16);
    layout->addStretch(1);
    layout->addWidget(m_sentence);
    layout->addLayout(m_buttons);
    layout->addStretch(1);
}

void EmptyState::show(const QString& sentence, const QStringList& actions)
{
    m_sentence->setText(sentence);
    if (actions == m_shown) return;
    m_shown = actions;
    for (QPushButton* before : findChildren<QPushButton*>(QString(), Qt::FindDirectChildrenOnly)) {
        before->setObjectName(QString());
        before->hide();
        before->deleteLater();  // it may be the one that was just pressed
    }
    for (const QString& id : actions) {
        QAction* action = m_actions.find(id);
        if (!action) continue;
        auto* button = new QPushButton(action->text(), this);
        button->setObjectName(QStringLiteral("do.") + id);
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        m_buttons->addWidget(button);
    }
}

QString EmptyState::sentence() const { return m_sentence->text(); }

QStringList projectActions()
{
    return {QStringLiteral("project.new"), QStringLiteral("project.open"), QStringLiteral("project.example")};
}

}  // namespace moebel
