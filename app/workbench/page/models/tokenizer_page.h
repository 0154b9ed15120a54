// Before anything is trained: how a tokenizer treats the languages of the project's experiment.
#pragma once

#include <QWidget>

#include "app/workbench/control/models/tokenizer_facts.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"

class QComboBox;
class QLabel;
class QSplitter;

namespace moebel
{

class ComparisonView;
class EmptyState;
class HeatMapWidget;
class TokenText;

class TokenizerPage : public QWidget
{
    Q_OBJECT

public:
    explicit TokenizerPage(PageContext& context, QWidget* parent = nullptr);

private:
    void build();
    void connectAll();
    void offerTokenizers();
    void measure();
    void take(const TokenizerFacts& facts);
    void say(const QString& sentence);
    /// The verb with its arguments.
    QStringList question() const;

    PageContext& m_context;
    MoebelCall m_call;
    QString m_browsed;  ///< a tokenizer that was chosen as a file
    QString m_measured;  ///< the question that was answered, or is being
    QComboBox* m_choice;
    QLabel* m_state;
    EmptyState* m_empty;
    QSplitter* m_panes;
    ComparisonView* m_table;
    HeatMapWidget* m_overlap;
    TokenText* m_text;
    WhenSeen* m_showing;
};

}  // namespace moebel
