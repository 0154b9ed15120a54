// The house's rule "who may include whom" (README, map of the house), read from the sources themselves.
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

namespace {

struct Include {
    QString file;
    int line = 0;
    QString target;
    QString text() const { return QStringLiteral("%1:%2 includes <%3>").arg(file).arg(line).arg(target); }
};

const QString kRoot = QStringLiteral(MOEBEL_SOURCE_DIR);

QStringList sourcesBelow(const QString& folder)
{
    QStringList files;
    QDirIterator walk(kRoot + '/' + folder, {"*.h", "*.cpp", "*.cu"}, QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) files << walk.next();
    files.sort();
    return files;
}

QList<Include> includesOf(const QString& folder)
{
    static const QRegularExpression kInclude(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"));
    QList<Include> includes;
    for (const QString& path : sourcesBelow(folder)) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) continue;
        int line = 0;
        while (!file.atEnd()) {
            ++line;
            const auto match = kInclude.match(QString::fromUtf8(file.readLine()));
            if (match.hasMatch()) includes << Include{path.mid(kRoot.size() + 1), line, match.captured(1)};
        }
    }
    return includes;
}

bool beginsWithAny(const QString& target, const QStringList& beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(), [&](const QString& b) { return target.startsWith(b); });
}

// Includes of `folder` that begin with one of `forbidden` and with none of `allowed`.
QString offences(const QString& folder, const QStringList& forbidden, const QStringList& allowed = {})
{
    QStringList found;
    for (const Include& include : includesOf(folder))
        if (beginsWithAny(include.target, forbidden) && !beginsWithAny(include.target, allowed)) found << include.text();
    return found.join('\n');
}

const QStringList kQt = {"Q", "qcustomplot"};
const QStringList kTorch = {"torch/", "ATen/", "c10/"};

}  // namespace

class IncludeDirectionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void partsUseOnlyThePartsBelowThem_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QStringList>("allowed");
        const auto part = [](const char* folder, QStringList names) {
            for (QString& name : names) name.prepend(name.startsWith("engine/") || name.startsWith("kernels") ? "" : "moebel/");
            QTest::newRow(folder) << QString(folder) << names;
        };
        part("core/include/moebel/base", {"base/"});
        part("core/include/moebel/experiment", {"base/", "experiment/"});
        part("core/include/moebel/analysis", {"base/", "experiment/", "analysis/"});
        part("core/include/moebel/store", {"base/", "experiment/", "analysis/", "store/"});
        part("core/include/moebel/worker", {"base/", "experiment/", "analysis/", "store/", "worker/"});
        part("core/include/moebel/report", {"base/", "experiment/", "analysis/", "store/", "report/"});
        part("core/src/base", {"base/"});
        part("core/src/experiment", {"base/", "experiment/"});
        part("core/src/analysis", {"base/", "experiment/", "analysis/"});
        part("core/src/store", {"base/", "experiment/", "analysis/", "store/"});
        part("core/src/worker", {"base/", "experiment/", "analysis/", "store/", "worker/"});
        part("core/src/report", {"base/", "experiment/", "analysis/", "store/", "report/"});
        part("core/kernels", {"base/", "kernels/"});
        part("core/engine/text", {"base/", "experiment/", "engine/text/"});
        part("core/engine/model", {"base/", "experiment/", "kernels/", "engine/model/"});
        part("core/engine/expansion", {"base/", "experiment/", "analysis/", "engine/model/", "engine/expansion/"});
        part("core/engine/training",
             {"base/", "experiment/", "analysis/", "kernels/", "engine/model/", "engine/text/", "engine/training/"});
        part("core/engine/evaluation", {"base/", "experiment/", "analysis/", "engine/model/", "engine/text/", "engine/training/",
                                        "engine/evaluation/"});
        part("core/engine/runner", {"base/", "experiment/", "analysis/", "store/", "worker/", "kernels/", "engine/"});
        part("widgets", {"base/", "experiment/", "analysis/"});
        part("app/workbench", {"base/", "experiment/", "analysis/", "store/", "worker/", "report/"});
    }

    void partsUseOnlyThePartsBelowThem()
    {
        QFETCH(QString, folder);
        QFETCH(QStringList, allowed);
        const QString found = offences(folder, {"moebel/", "engine/", "kernels/", "widgets/", "app/"},
                                       folder.startsWith("app/") || folder == "widgets" ? allowed + QStringList{"widgets/", "app/"}
                                                                                      : allowed);
        QVERIFY2(found.isEmpty(), qPrintable(found));
    }

    void publicHeadersIncludeTheStandardLibraryAndEachOtherOnly()
    {
        const QString found = offences("core/include", {""}, {"moebel/"});
        QStringList foreign;
        for (const QString& line : found.split('\n', Qt::SkipEmptyParts))
            if (line.contains('.') && line.section('<', 1).contains(QRegularExpression("[./]"))) foreign << line;
        QVERIFY2(foreign.isEmpty(), qPrintable(foreign.join('\n')));
    }

    void coreHasNeverHeardOfQt()
    {
        const QString found = offences("core", kQt) + offences("app/cli", kQt);
        QVERIFY2(found.isEmpty(), qPrintable(found));
    }

    void torchStaysInTheEngine()
    {
        QString found;
        for (const char* folder : {"core/include", "core/src", "core/kernels", "core/engine/text", "widgets", "app/workbench"})
            found += offences(folder, kTorch + QStringList{"engine/model/torch.h"});
        QVERIFY2(found.isEmpty(), qPrintable(found));
    }

    void thirdPartyLibrariesStayInTheirPart_data()
    {
        QTest::addColumn<QString>("header");
        QTest::addColumn<QStringList>("folders");
        QTest::newRow("sqlite") << "sqlite3" << QStringList{"core/src/store/", "app/cli/"};
        QTest::newRow("toml++") << "toml++" << QStringList{"core/src/experiment/", "core/src/store/"};
        QTest::newRow("Boost.Asio") << "boost/asio" << QStringList{"core/src/worker/"};
        QTest::newRow("libxml2") << "libxml/" << QStringList{"core/engine/text/"};
        QTest::newRow("SentencePiece") << "sentencepiece" << QStringList{"core/engine/text/"};
        QTest::newRow("PCRE2") << "pcre2" << QStringList{"core/engine/text/"};
        QTest::newRow("OpenSSL") << "openssl/" << QStringList{"core/src/base/"};
        QTest::newRow("std::regex") << "regex" << QStringList{};
        QTest::newRow("pickles") << "torch/csrc/jit" << QStringList{};
    }

    void thirdPartyLibrariesStayInTheirPart()
    {
        QFETCH(QString, header);
        QFETCH(QStringList, folders);
        QStringList found;
        for (const char* top : {"core", "widgets", "app"})
            for (const Include& include : includesOf(top))
                if (include.target.startsWith(header) && !beginsWithAny(include.file, folders)) found << include.text();
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }
};

QTEST_GUILESS_MAIN(IncludeDirectionsTest)
#include "include_directions_test.moc"
