// A project with one finished run of seconds, made by the real program, and what tests of its verbs look at.
#pragma once

#include <QDir>
#include <QDirIterator>
#include <QJsonArray>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include "moebel/base/file.h"
#include "tests/support/moebel_process.h"

namespace moebel::test {

inline const QString kTiny = QStringLiteral(R"(
title = "tiny"
seed = 3
[languages]
original = ["aa", "ab"]
expanded = ["ba"]
[data]
source = "synthetic"
synthetic_documents = 60
[tokenizer]
vocabulary = 512
train_bytes_per_language = 30_000
[base]
layers = 2
width = 32
heads = 2
feed_forward_width = 64
context_length = 32
sequence_length = 32
tokens = 3_200
[expansion]
experts = 3
[[stage]]
kind = "post-pretraining"
tokens = 1_280
sequence_length = 32
balance_weight = 0.01
[[stage]]
kind = "review"
tokens = 1_280
sequence_length = 32
prior_weight = 0.3
replay_ratio = 1.0
[evaluation]
every_steps = 0
heldout_bytes = 2_000
[checkpoint]
every_steps = 0
)");

inline QByteArray lastLine(const QByteArray& text)
{
    return text.trimmed().split('\n').back();
}

inline QJsonArray jsonArray(const Ended& ended)
{
    return QJsonDocument::fromJson(ended.out).array();
}

/// Every file and folder below, so that "nothing left behind" can be seen.
inline QSet<QString> everythingIn(const QString& folder)
{
    QSet<QString> names;
    QDirIterator entries(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (entries.hasNext()) names.insert(entries.next());
    return names;
}

/// One sentence on stderr that contains `expected`, exit code 2, and the same as JSON.
inline void verifyRefused(QStringList arguments, const QByteArray& expected)
{
    const Ended ended = call(arguments);
    QVERIFY2(ended.code == 2, ended.err + ended.out);
    const QByteArray sentence = ended.err.trimmed();
    QVERIFY2(sentence.startsWith("moebel: ") && sentence.count('\n') == 0, sentence);
    QVERIFY2(sentence.contains(expected), sentence);
    QVERIFY2(ended.out.isEmpty(), ended.out);
    arguments.append("--json");
    const Ended json = call(arguments);
    QCOMPARE(json.code, 2);
    const QJsonObject error = json.json()["error"].toObject();
    QVERIFY2(!error["code"].toString().isEmpty() && error.contains("where"), json.out);
    QCOMPARE("moebel: " + error["message"].toString().toUtf8(), json.err.trimmed());
}

/// A temporary folder with a cache of its own and a project of made-up languages.
class TinyProject {
public:
    TinyProject()
    {
        qputenv("XDG_CACHE_HOME", path("cache").toUtf8());
        experiment = write("project/experiment.toml", kTiny);
    }
    /// Runs the experiment; false when that fails.
    bool makeRun()
    {
        run = call({"run", experiment, "--threads", "1"});
        runFolder = QString::fromUtf8(lastLine(run.out));
        return run.code == 0;
    }

    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString write(const QString& name, const QString& text) const
    {
        const QString file = path(name);
        QDir().mkpath(QFileInfo(file).path());
        return writeFileAtomically(file.toStdString(), text.toStdString()) ? file : QString();
    }
    /// The newest checkpoint of the run.
    QString checkpoint() const
    {
        const QStringList names = QDir(runFolder + "/checkpoints").entryList({"step-*"}, QDir::Dirs, QDir::Name);
        return names.isEmpty() ? QString() : runFolder + "/checkpoints/" + names.last();
    }

    QString experiment;
    Ended run;
    QString runFolder;

private:
    QTemporaryDir m_folder;
};

}  // namespace moebel::test
