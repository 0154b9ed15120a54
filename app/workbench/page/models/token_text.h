// A text that shows while it is written how a tokenizer cuts it.
#pragma once

#include <QTemporaryFile>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "app/workbench/control/models/tokenizer_facts.h"
#include "app/workbench/control/moebel_call.h"

class QLabel;
class QPlainTextEdit;

namespace moebel
{

class TokenText : public QWidget
{
    Q_OBJECT

public:
    TokenText(Jobs& jobs, const QString& program, QWidget* parent = nullptr);

    /// A file that `moebel tokenize` reads; empty: none yet.
    void setTokenizer(const QString& file);
    const std::vector<TokenSpan>& spans() const { return m_spans; }

Q_SIGNALS:
    /// A text that is about to be cut.
    void written(const QString& text);

protected:
    void changeEvent(QEvent* event) override;

private:
    void ask();
    void take(const QJsonObject& answer);
    void colour();

    MoebelCall m_call;
    QTimer m_timer;
    std::unique_ptr<QTemporaryFile> m_file;
    QString m_tokenizer;
    QString m_asked;  ///< the text that was sent
    int m_tokens = 0;
    std::vector<TokenSpan> m_spans;
    QPlainTextEdit* m_text;
    QLabel* m_counts;
};

}  // namespace moebel
