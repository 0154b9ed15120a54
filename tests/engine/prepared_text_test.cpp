// From a description to shards: what is made, what is found again, what happens when the cache is damaged.
#include "engine/text/prepared_text.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "engine/text/help_importers.h"
#include "moebel/base/file.h"

using namespace moebel;
namespace fs = std::filesystem;

class PreparedTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void makesShardsOfEveryLanguageInOrder();
    void findsItAgainWithoutWork();
    void describesTheSameTextByTheSameHash();
    void changesWithTheDescription();
    void makesDamagedShardsAgain();
    void doesNotTakeAnotherShardForItsOwn();
    void makesADamagedTokenizerAgain();
    void survivesADamagedIndex();
    void threeProcessesAtOnceGetTheSame();
    void usesATokenizerThatIsGiven();
    void cutsTrainingTextOnly();
    void namesALanguageWithoutHeldoutText();
    void refusesCodesThatAreNoFileNames();
    void preparesHelpTextWhereItIsInstalled();

private:
    fs::path path(const std::string& name = {}) const { return fs::path(m_folder->path().toStdString()) / name; }
    Result<PreparedText> prepare(const Experiment& experiment, std::vector<std::string>* told = nullptr) const
    {
        return prepareText(experiment, path(), path("cache"), [told](const std::string& what, double fraction) {
            QVERIFY(fraction >= 0 && fraction <= 1);
            if (told) told->push_back(what);
        });
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

namespace {

Experiment smallExperiment()
{
    Experiment experiment;
    experiment.languages = {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}};
    experiment.data.source = TextSource::Synthetic;
    experiment.data.syntheticDocuments = 60;
    experiment.tokenizer.vocabulary = 500;
    experiment.tokenizer.trainBytesPerLanguage = 15'000;
    return experiment;
}

std::vector<fs::path> filesBelow(const fs::path& folder, const std::string& extension)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == extension) files.push_back(entry.path());
    return files;
}

std::string textOf(const PreparedText& text, const TokenShard& shard, std::size_t document)
{
    const auto starts = shard.documentStarts();
    const auto tokens = shard.tokens().subspan(starts[document], starts[document + 1] - starts[document] - 1);
    return text.tokenizer->decode({tokens.begin(), tokens.end()}).value();
}

}  // namespace

void PreparedTextTest::makesShardsOfEveryLanguageInOrder()
{
    std::vector<std::string> told;
    const Experiment experiment = smallExperiment();
    const Result<PreparedText> text = prepare(experiment, &told);
    QVERIFY2(text.ok(), text.ok() ? "" : text.error().message.c_str());
    QVERIFY(!told.empty());
    QCOMPARE(text->tokenizer->vocabularySize(), std::int64_t(500));
    QCOMPARE(text->languages.size(), std::size_t(2));
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, path()).value();
    for (std::size_t i = 0; i < 2; ++i) {
        const LanguageText& language = text->languages[i];
        QCOMPARE(language.language, experiment.languages[i]);
        QCOMPARE(language.training.language(), experiment.languages[i].code);
        QCOMPARE(language.trainingDocuments, 54);
        QCOMPARE(language.heldoutDocuments, 6);
        const std::vector<Document> documents = importer->load(language.language.code)->documents;
        QCOMPARE(textOf(*text, language.training, 0), documents[0].text);
        QCOMPARE(textOf(*text, language.training, 9), documents[10].text);  // the tenth is held out
        QCOMPARE(textOf(*text, language.heldout, 0), documents[9].text);
        QCOMPARE(language.heldout.documentBytes()[0], documents[9].text.size());
        QVERIFY(documents[0].text.starts_with(language.sample) && !language.sample.empty());
        std::uint64_t bytes = 0;
        for (const std::uint64_t length : language.training.documentBytes()) bytes += length;
        QCOMPARE(language.trainingBytes, std::int64_t(bytes));
    }
}

void PreparedTextTest::findsItAgainWithoutWork()
{
    const PreparedText first = prepare(smallExperiment()).value();
    std::vector<std::string> told;
    const PreparedText second = prepare(smallExperiment(), &told).value();
    QVERIFY(told.empty());
    QCOMPARE(second.hash, first.hash);
    QCOMPARE(second.tokenizer->hash(), first.tokenizer->hash());
    QCOMPARE(second.languages[1].sample, first.languages[1].sample);
    QCOMPARE(second.languages[1].trainingBytes, first.languages[1].trainingBytes);
}

void PreparedTextTest::describesTheSameTextByTheSameHash()
{
    const std::string here = prepare(smallExperiment()).value().hash;
    const std::string there = prepareText(smallExperiment(), path(), path("other"), {}).value().hash;
    QCOMPARE(here, there);
}

void PreparedTextTest::changesWithTheDescription()
{
    const std::string hash = prepare(smallExperiment()).value().hash;
    const auto changed = [&](auto change) {
        Experiment experiment = smallExperiment();
        change(experiment);
        return prepare(experiment).value().hash;
    };
    QVERIFY(changed([](Experiment& it) { it.seed = {2}; }) != hash);
    QVERIFY(changed([](Experiment& it) { it.tokenizer.vocabulary = 400; }) != hash);
    QVERIFY(changed([](Experiment& it) { it.data.heldoutEvery = 5; }) != hash);
    QVERIFY(changed([](Experiment& it) {
                it.data.syntheticMixing = 0.5;
                it.languages.push_back({"hu", LanguageRole::Expanded});
            }) != hash);
    QCOMPARE(changed([](Experiment& it) {
                 it.title = "other";
                 it.base.tokens = 5;
             }),
             hash);
}

void PreparedTextTest::makesDamagedShardsAgain()
{
    const std::string hash = prepare(smallExperiment()).value().hash;
    const std::vector<fs::path> shards = filesBelow(path("cache"), ".bin");
    QCOMPARE(shards.size(), std::size_t(4));
    fs::resize_file(shards[0], 200);
    fs::remove(shards[1]);
    std::vector<std::string> told;
    QCOMPARE(prepare(smallExperiment(), &told).value().hash, hash);
    QVERIFY(!told.empty());
}

void PreparedTextTest::doesNotTakeAnotherShardForItsOwn()
{
    const std::string hash = prepare(smallExperiment()).value().hash;
    for (const fs::path& shard : filesBelow(path("cache"), ".bin"))
        if (shard.filename() == "el.heldout.bin")
            fs::copy_file(shard, shard.parent_path() / "el.train.bin", fs::copy_options::overwrite_existing);
    const PreparedText text = prepare(smallExperiment()).value();
    QCOMPARE(text.hash, hash);
    QCOMPARE(text.languages[1].training.documentBytes().size(), std::size_t(54));
}

void PreparedTextTest::makesADamagedTokenizerAgain()
{
    const std::string hash = prepare(smallExperiment()).value().hash;
    fs::resize_file(filesBelow(path("cache"), ".model").at(0), 100);
    QCOMPARE(prepare(smallExperiment()).value().hash, hash);
}

void PreparedTextTest::survivesADamagedIndex()
{
    const std::string hash = prepare(smallExperiment()).value().hash;
    const fs::path index = filesBelow(path("cache"), ".json").at(0);
    for (const std::string& bytes : {std::string(), std::string("[]"), std::string("{\"version\": 1}"),
                                     std::string("{\"version\": 9}"), std::string(100'000, '[')}) {
        std::ofstream(index, std::ios::binary | std::ios::trunc) << bytes;
        QCOMPARE(prepare(smallExperiment()).value().hash, hash);
    }
}

void PreparedTextTest::threeProcessesAtOnceGetTheSame()
{
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(prepareText(smallExperiment(), path(), path("cache"), {}).ok() ? 0 : 1);
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
    }
    std::vector<std::string> told;
    QCOMPARE(prepare(smallExperiment(), &told).value().hash,
             prepareText(smallExperiment(), path(), path("other"), {}).value().hash);
    QVERIFY(told.empty());
    QCOMPARE(std::distance(fs::directory_iterator(path("cache/prepared")), fs::directory_iterator()), std::ptrdiff_t(1));
}

void PreparedTextTest::usesATokenizerThatIsGiven()
{
    const PreparedText first = prepare(smallExperiment()).value();
    fs::create_directories(path("mine"));
    fs::copy_file(first.tokenizer->file(), path("mine/tokenizer.model"));
    for (const char* name : {"mine", "mine/tokenizer.model"}) {
        Experiment experiment = smallExperiment();
        experiment.tokenizer.path = name;
        experiment.tokenizer.vocabulary = 9999;  // is not asked
        QCOMPARE(prepare(experiment).value().hash, first.hash);
    }
    Experiment experiment = smallExperiment();
    experiment.tokenizer.path = "nowhere.model";
    const Result<PreparedText> missing = prepare(experiment);
    QVERIFY(!missing.ok());
    QVERIFY2(missing.error().message.find("nowhere.model") != std::string::npos, missing.error().message.c_str());
}

void PreparedTextTest::cutsTrainingTextOnly()
{
    const PreparedText whole = prepare(smallExperiment()).value();
    Experiment experiment = smallExperiment();
    experiment.data.maxBytesPerLanguage = 12'000;
    const PreparedText cut = prepare(experiment).value();
    for (std::size_t i = 0; i < 2; ++i) {
        QVERIFY(cut.languages[i].trainingBytes <= 12'000);
        QVERIFY(cut.languages[i].trainingBytes > 9'000);
        QCOMPARE(cut.languages[i].heldoutDocuments, whole.languages[i].heldoutDocuments);
    }
}

void PreparedTextTest::namesALanguageWithoutHeldoutText()
{
    Experiment experiment = smallExperiment();
    experiment.data.heldoutEvery = 1000;
    const Result<PreparedText> text = prepare(experiment);
    QCOMPARE(text.error().code, std::string("no-text"));
    QVERIFY(text.error().message.find("language en has 60 documents to train on and 0 held-out") != std::string::npos);
}

void PreparedTextTest::refusesCodesThatAreNoFileNames()
{
    Experiment experiment = smallExperiment();
    experiment.languages[1].code = "../../el";
    QCOMPARE(prepare(experiment).error().code, std::string("bad-language"));
}

void PreparedTextTest::preparesHelpTextWhereItIsInstalled()
{
    Experiment experiment;
    experiment.languages = {{"en", LanguageRole::Original}, {"el", LanguageRole::Expanded}};
    experiment.data.maxBytesPerLanguage = 500'000;
    experiment.tokenizer.trainBytesPerLanguage = 100'000;
    for (const Language& language : experiment.languages)
        QVERIFY2(makeLibreOfficeHelpImporter({})->fingerprint(language.code),
                 qPrintable("the help package " + QString::fromStdString(libreOfficeHelpPackage(language.code)) +
                            " is neither installed nor in the cache; ./test.sh fetches it"));
    QElapsedTimer timer;
    timer.start();
    const Result<PreparedText> text = prepare(experiment);
    QVERIFY2(text.ok(), text.ok() ? "" : text.error().message.c_str());
    qInfo("prepared in %lld ms", static_cast<long long>(timer.restart()));
    QCOMPARE(prepare(experiment).value().hash, text->hash);
    qInfo("found again in %lld ms", static_cast<long long>(timer.elapsed()));
    for (const LanguageText& language : text->languages) {
        QVERIFY(language.trainingBytes > 400'000);
        QVERIFY(language.heldoutDocuments > 200);
        QVERIFY(double(language.trainingBytes) > 2.0 * double(language.training.tokens().size()));
        qInfo("%s: %s", language.language.code.c_str(), language.sample.c_str());
    }
}

QTEST_GUILESS_MAIN(PreparedTextTest)
#include "prepared_text_test.moc"
