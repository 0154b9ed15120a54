// The largest heads that are read, and larger ones: memory stays under 64 MiB and four times the head, time under some seconds.
#include <QtTest>
#include <ctime>
#include <sys/stat.h>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/added_tokens.h"
#include "engine/text/tokenizer/pattern_limit.h"
#include "engine/text/tokenizer/text_pattern.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"
#include "tests/support/peak_memory.h"

using namespace moebel;
using namespace moebel::test;
namespace fs = std::filesystem;

namespace
{

constexpr int kLongest = 5'000;  ///< ms

/// Of this process: other programs do not make a test slow.
class UsedTime
{
public:
    qint64 milliseconds() const { return (std::clock() - m_begin) / (CLOCKS_PER_SEC / 1000); }

private:
    std::clock_t m_begin = std::clock();
};

/// A GGUF head written from its front to its back; long runs of zeros are holes of the file.
class GgufDrawing
{
public:
    GgufDrawing(const fs::path& file, std::uint64_t tensors, std::uint64_t values) : m_stream(file, std::ios::binary)
    {
        m_stream << "GGUF";
        number(3U).number(tensors).number(values);
    }
    template <typename Number>
    GgufDrawing& number(Number value)
    {
        m_stream.write(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    GgufDrawing& text(const std::string& value)
    {
        number(std::uint64_t(value.size()));
        m_stream << value;
        return *this;
    }
    /// A value that is an array of zeros, or of empty texts.
    GgufDrawing& array(const std::string& key, std::uint32_t kind, std::uint64_t count, std::uint64_t bytesOfItem)
    {
        text(key).number(9U).number(kind).number(count);
        return zeros(count * bytesOfItem);
    }
    GgufDrawing& tensor(const std::string& name, std::uint64_t offset)
    {
        return text(name).number(1U).number(std::uint64_t(1)).number(0U).number(offset);
    }
    GgufDrawing& zeros(std::uint64_t count)
    {
        if (count == 0) return *this;
        m_stream.seekp(std::streamoff(count - 1), std::ios::cur);
        m_stream.put('\0');
        return *this;
    }
    std::uint64_t bytes() { return std::uint64_t(m_stream.tellp()); }

private:
    std::ofstream m_stream;
};

}  // namespace

class ParserLimitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largeGgufHeadsAreRead_data();
    void largeGgufHeadsAreRead();
    void whatIsNoRegularFileIsNotOpened();
    void aPatternThatLooksAgainAndAgainIsStopped();
    void manyAddedTokensCostNoMoreThanTheirLength();

private:
    fs::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
    /// Calls read() and checks time and memory for a head of so many bytes.
    template <typename Read>
    void withinLimits(std::uint64_t headBytes, Read read)
    {
        const PeakMemory memory;
        const UsedTime timer;
        read();
        QVERIFY2(timer.milliseconds() < kLongest, qPrintable(QString("%1 ms").arg(timer.milliseconds())));
        if (!kMeasuresMemory) return;
        const QString found = QString("%1 MiB for a head of %2 MiB").arg(memory.bytes() >> 20).arg(headBytes >> 20);
        QVERIFY2(memory.bytes() <= mostFor(headBytes), qPrintable(found));
        qInfo("%s, %lld ms", qPrintable(found), timer.milliseconds());
    }

    QTemporaryDir m_folder;
};

void ParserLimitsTest::largeGgufHeadsAreRead_data()
{
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"numbers of a byte", "numbers of two bytes", "empty texts", "texts of 17 bytes", "tensors"}) QTest::newRow(kind) << kind;
}

void ParserLimitsTest::largeGgufHeadsAreRead()
{
    QFETCH(QString, kind);
    constexpr std::uint64_t kMostItems = 16'777'216, kMostTensors = 1'000'000;
    const fs::path file = path("large.gguf");
    std::uint64_t bytes = 0;
    {
        GgufDrawing drawing(file, kind == "tensors" ? kMostTensors : 0, kind == "tensors" ? 0 : kind == "numbers of a byte" ? 8 : 1);
        if (kind == "numbers of a byte")
            for (int i = 0; i < 8; ++i) drawing.array("k" + std::to_string(i), 0, kMostItems, 1);
        if (kind == "numbers of two bytes") drawing.array("k", 2, kMostItems, 2);
        if (kind == "empty texts") drawing.array("k", 8, kMostItems, 8);
        if (kind == "texts of 17 bytes") {
            drawing.text("k").number(9U).number(8U).number(std::uint64_t(2'000'000));
            for (int i = 0; i < 2'000'000; ++i) drawing.text("0123456789abcdefg");
        }
        for (std::uint64_t i = 0; kind == "tensors" && i < kMostTensors; ++i) drawing.tensor("t" + std::to_string(i), 32 * i);
        bytes = drawing.bytes();
        drawing.zeros(kind == "tensors" ? 32 * kMostTensors + 64 : 0);
    }
    withinLimits(bytes, [&] {
        const auto header = readGgufHeader(file);
        QVERIFY2(header, header ? "" : header.error().message.c_str());
        QCOMPARE(header->tensors.size(), std::size_t(kind == "tensors" ? kMostTensors : 0));
    });
}

void ParserLimitsTest::whatIsNoRegularFileIsNotOpened()
{
    const fs::path pipe = path("pipe.gguf");
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    QCOMPARE(readGgufHeader(pipe).error().message, pipe.string() + " is not a regular file: give the path of a GGUF file");
    fs::create_symlink("/dev/zero", path("zero.gguf"));
    QVERIFY(readGgufHeader(path("zero.gguf")).error().message.ends_with("is not a regular file: give the path of a GGUF file"));
    QVERIFY(readGgufHeader(path("missing.gguf")).error().message.ends_with("can't be read: check the path and its permissions"));
}

void ParserLimitsTest::aPatternThatLooksAgainAndAgainIsStopped()
{
    const std::string pattern = "\\s+(?!\\S)|A+(?=B)|.", text(std::size_t(1) << 16, 'A');
    const auto slow = TextPattern::expression(pattern);
    QVERIFY(slow);
    const UsedTime timer;
    std::string said;
    try {
        (void)slow->spans(text);
    } catch (const PatternLimit& limit) {
        said = limit.what();
    }
    QCOMPARE(QString::fromStdString(said), QString::fromStdString("the tokenizer's pattern \"" + pattern +
                       "\" takes too long on a text of 65536 bytes: it looks at the same characters again and again"));
    QVERIFY2(timer.milliseconds() < 10'000, qPrintable(QString("%1 ms").arg(timer.milliseconds())));
    QCOMPARE(slow->spans("AAB C").size(), std::size_t(4));
}

// 60,000 tokens, and a text in which one could begin at every byte.
void ParserLimitsTest::manyAddedTokensCostNoMoreThanTheirLength()
{
    const UsedTime timer;
    AddedTokens tokens;
    for (int i = 0; i < 60'000; ++i) tokens.add({i, "<<" + std::to_string(i) + ">>"});
    tokens.add({60'000, "<<7>>"});  // the first of equal ones counts
    const std::string many(std::size_t(1) << 20, '<');
    QVERIFY(tokens.areMissingIn(many));
    const auto parts = tokens.split(many + "7>>" + many + "12345>");
    QCOMPARE(parts.size(), std::size_t(3));
    QCOMPARE(parts[1].id, 7);
    QCOMPARE(parts[1].begin, many.size() - 2);
    QCOMPARE(parts[1].end, many.size() + 3);
    QVERIFY2(timer.milliseconds() < kLongest, qPrintable(QString("%1 ms").arg(timer.milliseconds())));
}

QTEST_GUILESS_MAIN(ParserLimitsTest)
#include "parser_limits_test.moc"
