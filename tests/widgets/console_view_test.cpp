// The console: search, filter, following, and a log that is read piece by piece.
#include "widgets/text/console_view.h"

#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/control/log_tail.h"

using namespace moebel;

namespace
{

QStringList numbered(int first, int last)
{
    QStringList lines;
    for (int i = first; i <= last; ++i)
        lines << QStringLiteral("line %1 %2").arg(i).arg(i % 10 == 0 ? "[warning] loss" : "fine");
    return lines;
}

void write(const RunFolder& run, const QByteArray& text, QIODevice::OpenMode mode)
{
    QFile file(QString::fromStdString(run.logFile().string()));
    QVERIFY(file.open(mode) && file.write(text) == text.size());
}

}  // namespace

class ConsoleViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyMatchesHidesTheOtherLinesAndLetsNewOnesThrough()
    {
        ConsoleView console;
        console.appendLines(numbered(1, 30));
        console.setSearch("WARNING");
        QCOMPARE(console.shownLines().size(), 30);
        console.setOnlyMatches(true);
        QCOMPARE(console.shownLines(),
                 (QStringList{"line 10 [warning] loss", "line 20 [warning] loss", "line 30 [warning] loss"}));
        console.appendLines(numbered(31, 40));
        QCOMPARE(console.shownLines().last(), QString("line 40 [warning] loss"));
        console.setSearch("");
        QCOMPARE(console.shownLines().size(), 40);
    }

    void theNewestLinesStay()
    {
        ConsoleView console;
        console.appendLines(numbered(1, ConsoleView::kMostLines + 500));
        QCOMPARE(console.shownLines().size(), ConsoleView::kMostLines);
        QCOMPARE(console.shownLines().first(), QString("line 501 fine"));
    }

    void itFollowsUntilItIsToldNotTo()
    {
        ConsoleView console;
        console.resize(400, 200);
        console.show();
        console.appendLines(numbered(1, 200));
        QScrollBar* bar = console.findChild<QPlainTextEdit*>()->verticalScrollBar();
        QCOMPARE(bar->value(), bar->maximum());
        console.setFollowing(false);
        bar->setValue(5);
        console.appendLines(numbered(201, 210));
        QCOMPARE(bar->value(), 5);
        console.setFollowing(true);
        QCOMPARE(bar->value(), bar->maximum());
    }

    void aLogIsReadWithoutLosingOrSplittingALine()
    {
        QTemporaryDir folder;
        const RunFolder run{folder.path().toStdString()};
        Jobs jobs;
        LogTail tail(jobs);
        ConsoleView console;
        connect(&tail, &LogTail::restarted, &console, &ConsoleView::clear);
        connect(&tail, &LogTail::linesRead, &console, &ConsoleView::appendLines);
        write(run, "first\nsec", QIODevice::WriteOnly);
        tail.follow(run);
        QTRY_COMPARE(console.shownLines(), QStringList{"first"});
        write(run, "ond \xE1\xBC", QIODevice::Append);
        QTest::qWait(350);
        tail.read();
        QTRY_VERIFY(!jobs.busy());
        write(run, "\x80\nthird\n", QIODevice::Append);
        QTest::qWait(350);
        tail.read();
        QTRY_COMPARE(console.shownLines(), (QStringList{"first", QString::fromUtf8("second \xE1\xBC\x80"), "third"}));
        write(run, "anew\n", QIODevice::WriteOnly | QIODevice::Truncate);
        QTest::qWait(350);
        tail.read();
        QTRY_COMPARE(console.shownLines(), QStringList{"anew"});
    }

    void aLongLogBeginsAtItsEndAndSaysSo()
    {
        QTemporaryDir folder;
        const RunFolder run{folder.path().toStdString()};
        write(run, numbered(1, 100'000).join('\n').toUtf8() + '\n', QIODevice::WriteOnly);
        const qint64 size = QFileInfo(QString::fromStdString(run.logFile().string())).size();
        LogPiece piece = readLog(run, -1);
        QVERIFY(piece.beginsLate && piece.more);
        QVERIFY(piece.lines.first().startsWith("line "));
        QVERIFY(piece.next > size - (1 << 20) && piece.next <= size - (1 << 20) + (1 << 15));  // shown at once
        while (piece.more) piece = readLog(run, piece.next);
        QCOMPARE(piece.lines.last(), QString("line 100000 [warning] loss"));
        QCOMPARE(piece.next, size);
    }

    void theWholeOfALogIsThereAfterOneLook()
    {
        QTemporaryDir folder;
        const RunFolder run{folder.path().toStdString()};
        write(run, numbered(1, 15'000).join('\n').toUtf8() + '\n', QIODevice::WriteOnly);
        Jobs jobs;
        LogTail tail(jobs);
        QStringList lines;
        int pieces = 0;
        connect(&tail, &LogTail::linesRead, &tail, [&](const QStringList& read) {
            lines += read;
            ++pieces;
        });
        tail.follow(run);
        QTRY_COMPARE(lines.size(), 15'000);
        QCOMPARE(lines, numbered(1, 15'000));
        QVERIFY(pieces > 5);
    }
};

QTEST_MAIN(ConsoleViewTest)
#include "console_view_test.moc"
