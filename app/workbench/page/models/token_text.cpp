#include "app/workbench/page/models/token_text.h"

#include <QDir>
#include <QEvent>
#include <QJsonArray>
#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace moebel
{

namespace
{

constexpr int kDelayMilliseconds = 300;
constexpr qsizetype kMostLetters = 20'000;

}  // namespace

TokenText::TokenText(Jobs& jobs, const QString& program, QWidget* parent)
    : QWidget(parent), m_call(jobs, program), m_text(new QPlainTextEdit(this)), m_counts(new QLabel(this))
{
    m_text->setObjectName(QStringLiteral("tokenText"));
    m_text->setAccessibleName(tr("Text to be cut into tokens"));
    m_text->setPlaceholderText(tr("Write or paste a sentence to see how it is cut into tokens."));
    m_text->setTabChangesFocus(true);
    m_text->setPlainText(QStringLiteral(
        "Good morning \u00b7 Καλημέρα \u00b7 Jó reggelt \u00b7 Günaydın \u00b7 Доброе утро \u00b7 शुभ प्रभात \u00b7 "
        "早上好 \u00b7 صباح الخير"));
    m_counts->setObjectName(QStringLiteral("tokenCounts"));
    m_counts->setForegroundRole(QPalette::PlaceholderText);
    m_counts->setTextFormat(Qt::PlainText);
    m_counts->setWordWrap(true);
    m_timer.setSingleShot(true);
    m_timer.setInterval(kDelayMilliseconds);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_counts);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        if (m_text->toPlainText() != m_asked) m_timer.start();
    });
    connect(&m_timer, &QTimer::timeout, this, &TokenText::ask);
    connect(&m_call, &MoebelCall::answered, this, [this](const QJsonDocument& answer) { take(answer.object()); });
    connect(&m_call, &MoebelCall::failed, m_counts, &QLabel::setText);
}

void TokenText::setTokenizer(const QString& file)
{
    m_tokenizer = file;
    ask();
}

void TokenText::ask()
{
    m_call.withdraw();
    m_asked = m_text->toPlainText().left(kMostLetters);
    Q_EMIT written(m_asked);
    m_spans.clear();
    m_tokens = 0;
    colour();
    m_counts->clear();
    if (m_asked.isEmpty() || m_tokenizer.isEmpty()) return;
    m_file = std::make_unique<QTemporaryFile>(QDir::temp().filePath(QStringLiteral("moebel-XXXXXX.jsonl")));
    const QByteArray list = QJsonDocument(QJsonArray{m_asked}).toJson(QJsonDocument::Compact);
    if (!m_file->open() || m_file->write(list.mid(1, list.size() - 2) + '\n') < 0 || !m_file->flush()) {
        m_counts->setText(tr("No temporary file could be made in \u2068%1\u2069; make room there.").arg(QDir::tempPath()));
        return;
    }
    m_call.ask({QStringLiteral("tokenize"), QStringLiteral("--tokenizer"), m_tokenizer, QStringLiteral("--no-special"),
                m_file->fileName()});
}

void TokenText::take(const QJsonObject& answer)
{
    std::vector<std::pair<qint64, qint64>> offsets;
    for (const QJsonValue& pair : answer[QLatin1String("offsets")].toArray())
        offsets.emplace_back(pair.toArray()[0].toInteger(), pair.toArray()[1].toInteger());
    m_tokens = int(offsets.size());
    m_spans = tokenSpans(m_asked, offsets);
    int parts = 0;
    for (const TokenSpan& span : m_spans) parts += span.tokens > 1 ? span.tokens : 0;
    QString counts = tr("Tokens: %1, bytes: %2").arg(m_tokens).arg(m_asked.toUtf8().size());
    if (parts > 0) counts += QStringLiteral(" \u00b7 ") + tr("%1 of the tokens are parts of characters (orange)").arg(parts);
    m_counts->setText(counts);
    colour();
}

void TokenText::colour()
{
    QList<QTextEdit::ExtraSelection> marks;
    QColor shades[] = {palette().color(QPalette::Highlight), palette().color(QPalette::Highlight)};
    shades[0].setAlpha(90);
    shades[1].setAlpha(40);
    const QColor shared(0xE6, 0x9F, 0x00, 130);
    int number = 0;
    for (const TokenSpan& span : m_spans) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_text->document());
        mark.cursor.setPosition(int(span.begin));
        mark.cursor.setPosition(int(span.end), QTextCursor::KeepAnchor);
        mark.format.setBackground(span.tokens > 1 ? shared : shades[number++ % 2]);
        marks << mark;
    }
    m_text->setExtraSelections(marks);
}

void TokenText::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) colour();
    QWidget::changeEvent(event);
}

}  // namespace moebel
