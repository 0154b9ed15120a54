#include "app/workbench/control/log_tail.h"

#include <QFile>

namespace moebel
{

namespace
{

constexpr qint64 kMostOfALog = 1 << 20;
constexpr qint64 kPiece = 1 << 15;
constexpr qint64 kBetweenLooks = 300;  // milliseconds

}  // namespace

LogPiece readLog(const RunFolder& run, qint64 from)
{
    LogPiece piece;
    QFile file(QFile::decodeName(QByteArray::fromStdString(run.logFile().string())));
    if (!file.open(QIODevice::ReadOnly)) return piece;
    const qint64 size = file.size();
    piece.again = from > size;
    if (from < 0 || from > size) {
        piece.beginsLate = size > kMostOfALog;
        from = piece.beginsLate ? size - kMostOfALog : 0;
    }
    file.seek(from);
    QByteArray bytes = file.read(kPiece);
    const qsizetype begin = piece.beginsLate ? bytes.indexOf('\n') + 1 : 0;
    qsizetype end = bytes.lastIndexOf('\n') + 1;
    if (end == 0 && bytes.size() == kPiece) end = bytes.size();  // a line without end
    piece.next = from + end;
    piece.more = end > 0 && from + bytes.size() < size;
    if (end <= begin) return piece;
    piece.lines = QString::fromUtf8(bytes.mid(begin, end - begin - 1)).split(QLatin1Char('\n'));
    return piece;
}

void LogTail::follow(const RunFolder& run)
{
    ++m_request;
    m_run = run;
    m_next = -1;
    m_reading = false;
    m_lastLook.invalidate();
    Q_EMIT restarted();
    read();
}

void LogTail::read()
{
    if (m_reading || m_run.path.empty() || (m_lastLook.isValid() && !m_lastLook.hasExpired(kBetweenLooks))) return;
    m_reading = true;
    m_lastLook.start();
    const quint64 request = m_request;
    m_jobs.run(
        this, [run = m_run, from = m_next] { return readLog(run, from); },
        [this, request](const LogPiece& piece) {
            if (request != m_request) return;
            m_reading = false;
            m_next = piece.next;
            if (piece.again) Q_EMIT restarted();
            if (piece.beginsLate) Q_EMIT linesRead({tr("\u2026 earlier lines are in log.txt")});
            if (!piece.lines.isEmpty()) Q_EMIT linesRead(piece.lines);
            if (!piece.more) return;
            m_lastLook.invalidate();
            read();
        });
}

}  // namespace moebel
