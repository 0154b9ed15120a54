#include <sys/resource.h>

#include <QtTest>
#include <csignal>

#include "moebel/base/file.h"
#include "moebel/base/file_system.h"
#include "moebel/base/hash.h"

using namespace moebel;

class FileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return std::filesystem::path(m_folder.path().toStdString()) / name; }

private Q_SLOTS:
    void hashIsSha256()
    {
        QCOMPARE(sha256Hex("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        Sha256 pieces;
        pieces.update("a");
        pieces.update("bc");
        QCOMPARE(pieces.hex(), sha256Hex("abc"));
    }

    void anAtomicWriteReplacesTheFileAndLeavesNothingElse()
    {
        QVERIFY(writeFileAtomically(path("a.txt"), "one").ok());
        QVERIFY(writeFileAtomically(path("a.txt"), "two, which is longer").ok());
        QCOMPARE(readFile(path("a.txt")).value(), std::string("two, which is longer"));
        QVERIFY(writeFileAtomically(path("a.txt"), "").ok());
        QCOMPARE(readFile(path("a.txt")).value(), std::string());
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"a.txt"});
        QCOMPARE(sha256OfFile(path("a.txt")).value(), sha256Hex(""));
    }

    void networkFileSystemsAreKnownByName()
    {
        QCOMPARE(networkFileSystemName(0x6969), "NFS");
        QCOMPARE(networkFileSystemName(int(0xFF534D42)), "CIFS");  // negative where f_type is 32 bits wide
        QCOMPARE(networkFileSystemName(0xFE534D42L), "SMB");
        for (const long local : {0xEF53L /* ext4 */, 0x58465342L /* XFS */, 0x9123683EL /* btrfs */, 0x01021994L /* tmpfs */})
            QVERIFY(networkFileSystemName(local).empty());
        QVERIFY(networkFileSystemWarning("/proc/self/not/there").empty());
    }

    void aWriteThatDoesNotFitLeavesTheOldFile()
    {
        QVERIFY(writeFileAtomically(path("old.txt"), "old").ok());
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before = {};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        rlimit small = before;
        small.rlim_cur = 1000;
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const Status written = writeFileAtomically(path("old.txt"), std::string(5000, 'x'));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(!written.ok());
        QCOMPARE(written.error().kind, ErrorKind::NoSpace);
        QCOMPARE(readFile(path("old.txt")).value(), std::string("old"));
        QVERIFY(!QDir(m_folder.path()).entryList(QDir::Files).join(' ').contains("tmp"));
    }

    void aMissingFolderOrLargeOrMissingFileIsNamed()
    {
        QVERIFY(!writeFileAtomically(path("nowhere") / "a.txt", "x").ok());
        const auto missing = readFile(path("missing.txt"));
        QCOMPARE(missing.error().kind, ErrorKind::InvalidInput);
        QVERIFY(QString::fromStdString(missing.error().message).contains("missing.txt"));
        QVERIFY(writeFileAtomically(path("big.txt"), std::string(100, 'x')).ok());
        QCOMPARE(readFile(path("big.txt"), 99).error().code, std::string("file-too-large"));
        QCOMPARE(readFile(m_folder.path().toStdString()).error().code, std::string("not-a-file"));
    }

    void freeSpaceOfAFolderThatIsYetToBeMadeIsThatOfItsParent()
    {
        QVERIFY(freeSpace(path("a") / "b" / "c").value() > 0);
    }
};

QTEST_GUILESS_MAIN(FileTest)
#include "file_test.moc"
