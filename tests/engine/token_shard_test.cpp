// Token shards: what is written is what is read, and nothing else is accepted.
#include "engine/text/token_shard.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "moebel/base/file.h"

using namespace moebel;

class TokenShardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsDocumentsLanguageAndBytes();
    void hashFollowsTheContent();
    void holdsNoDocumentAtAll();
    void refusesEveryTruncation();
    void refusesEveryFlippedByte();
    void refusesOtherFilesAndVersions();
    void refusesLongLanguageCodesAndNegativeIds();
    void survivesMoving();

private:
    std::filesystem::path file(const char* name) const { return m_folder.filePath(name).toStdString(); }
    QTemporaryDir m_folder;
};

namespace {

const std::vector<TokenizedDocument> kDocuments = {{{5, 6, 7}, 11}, {{}, 0}, {{8}, 3}};

void overwrite(const std::filesystem::path& file, const std::string& bytes)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

void TokenShardTest::keepsDocumentsLanguageAndBytes()
{
    QVERIFY(writeTokenShard(file("a.bin"), "zh-CN", 2, kDocuments).ok());
    const Result<TokenShard> shard = TokenShard::open(file("a.bin"));
    QVERIFY2(shard.ok(), shard.ok() ? "" : shard.error().message.c_str());
    QCOMPARE(shard->language(), std::string("zh-CN"));
    QCOMPARE(std::vector<std::int32_t>(shard->tokens().begin(), shard->tokens().end()),
             (std::vector<std::int32_t>{5, 6, 7, 2, 2, 8, 2}));
    QCOMPARE(std::vector<std::uint64_t>(shard->documentStarts().begin(), shard->documentStarts().end()),
             (std::vector<std::uint64_t>{0, 4, 5, 7}));
    QCOMPARE(std::vector<std::uint64_t>(shard->documentBytes().begin(), shard->documentBytes().end()),
             (std::vector<std::uint64_t>{11, 0, 3}));
    QCOMPARE(std::filesystem::file_size(file("a.bin")), std::uintmax_t(128 + 8 * 4 + 8 * 3 + 4 * 7));
}

void TokenShardTest::hashFollowsTheContent()
{
    const auto hashOf = [&](const std::string& language, const std::vector<TokenizedDocument>& documents) {
        (void)writeTokenShard(file("h.bin"), language, 2, documents);
        return TokenShard::open(file("h.bin"))->hash();
    };
    const std::string hash = hashOf("el", kDocuments);
    QCOMPARE(hashOf("el", kDocuments), hash);
    QVERIFY(hashOf("hu", kDocuments) != hash);
    QVERIFY(hashOf("el", {{{5, 6, 7}, 12}, {{}, 0}, {{8}, 3}}) != hash);
    QVERIFY(hashOf("el", {{{5, 6, 9}, 11}, {{}, 0}, {{8}, 3}}) != hash);
}

void TokenShardTest::holdsNoDocumentAtAll()
{
    QVERIFY(writeTokenShard(file("empty.bin"), "el", 2, {}).ok());
    const Result<TokenShard> shard = TokenShard::open(file("empty.bin"));
    QVERIFY(shard.ok());
    QVERIFY(shard->tokens().empty());
    QCOMPARE(shard->documentStarts().size(), std::size_t(1));
}

void TokenShardTest::refusesEveryTruncation()
{
    QVERIFY(writeTokenShard(file("whole.bin"), "el", 2, kDocuments).ok());
    const std::string whole = readFile(file("whole.bin")).value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        overwrite(file("cut.bin"), whole.substr(0, size));
        const Result<TokenShard> shard = TokenShard::open(file("cut.bin"));
        QVERIFY2(!shard.ok(), std::to_string(size).c_str());
        QCOMPARE(shard.error().code, std::string("truncated-file"));
        QVERIFY(shard.error().message.find("cut.bin") != std::string::npos);
        QVERIFY(shard.error().message.find(std::to_string(size) + " bytes") != std::string::npos);
    }
    overwrite(file("long.bin"), whole + "x");
    QCOMPARE(TokenShard::open(file("long.bin")).error().code, std::string("damaged-file"));
}

void TokenShardTest::refusesEveryFlippedByte()
{
    QVERIFY(writeTokenShard(file("whole.bin"), "el", 2, kDocuments).ok());
    const std::string whole = readFile(file("whole.bin")).value();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xFF}) {
            std::string bytes = whole;
            bytes[at] = char(bytes[at] ^ mask);
            overwrite(file("flip.bin"), bytes);
            QVERIFY2(!TokenShard::open(file("flip.bin")).ok(), std::to_string(at).c_str());
        }
    }
}

void TokenShardTest::refusesOtherFilesAndVersions()
{
    overwrite(file("text.txt"), std::string(4096, 'x'));
    QCOMPARE(TokenShard::open(file("text.txt")).error().code, std::string("not-a-token-shard"));
    QVERIFY(!TokenShard::open(file("missing.bin")).ok());
    QVERIFY(!TokenShard::open(m_folder.path().toStdString()).ok());

    QVERIFY(writeTokenShard(file("new.bin"), "el", 2, kDocuments).ok());
    std::string bytes = readFile(file("new.bin")).value();
    bytes[8] = 2;
    overwrite(file("new.bin"), bytes);
    QCOMPARE(TokenShard::open(file("new.bin")).error().code, std::string("newer-version"));
}

void TokenShardTest::refusesLongLanguageCodesAndNegativeIds()
{
    QCOMPARE(writeTokenShard(file("n.bin"), std::string(32, 'x'), 2, kDocuments).error().code, std::string("bad-language"));
    QCOMPARE(writeTokenShard(file("n.bin"), "", 2, kDocuments).error().code, std::string("bad-language"));
    QCOMPARE(writeTokenShard(file("n.bin"), "el", 2, {{{-1}, 1}}).error().code, std::string("bad-token"));
    QVERIFY(!std::filesystem::exists(file("n.bin")));
}

void TokenShardTest::survivesMoving()
{
    QVERIFY(writeTokenShard(file("a.bin"), "el", 2, kDocuments).ok());
    QVERIFY(writeTokenShard(file("b.bin"), "hu", 2, {{{9}, 1}}).ok());
    TokenShard first = TokenShard::open(file("a.bin")).value();
    TokenShard second = TokenShard::open(file("b.bin")).value();
    second = std::move(first);
    QCOMPARE(second.language(), std::string("el"));
    QCOMPARE(second.tokens()[1], 6);
}

QTEST_GUILESS_MAIN(TokenShardTest)
#include "token_shard_test.moc"
