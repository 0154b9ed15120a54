// Expert packs: what an expansion adds, alone, and back to the same weights beside its own base only.
#include "engine/runner/expert_pack.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "engine/model/precision.h"
#include "moebel/base/file.h"
#include "tests/support/small_model.h"

using namespace moebel;
using namespace moebel::test;
namespace fs = std::filesystem;

namespace
{

bool sameWeights(const Decoder& a, const Decoder& b)
{
    const auto left = a.parameters(), right = b.parameters();
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (left[i].name != right[i].name || !left[i].tensor.to(torch::kFloat32).equal(right[i].tensor.to(torch::kFloat32)))
            return false;
    return true;
}

}  // namespace

class ExpertPackTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_base = denseModel();
        m_expanded = upcycled(*m_base, {3, 1, 4});
        const torch::NoGradGuard noGradient;
        for (const NamedParameter& parameter : m_expanded->parameters())
            if (parameter.group == ParameterGroup::NewExpert) parameter.tensor.mul_(1.25);
    }

    void whatIsUnpackedIsWhatWasPacked();
    void aPackHoldsNothingOfTheBase();
    void aRunInBfloat16FindsItsBaseRounded();
    void anotherBaseIsRefusedWithBothHashes();
    void theHashIsThatOfTheDenseModel();
    void whatIsDamagedOrForeignIsRefused_data();
    void whatIsDamagedOrForeignIsRefused();
    void aDenseModelHasNothingToPack();

private:
    fs::path pack() const { return fs::path(m_folder->path().toStdString()) / "pack"; }
    fs::path made(const Decoder& decoder) const
    {
        if (const Status written = writeExpertPack({decoder, nullptr, "card", "Μια", "run-1"}, pack()); !written)
            qFatal("%s", written.error().message.c_str());
        return pack();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Decoder> m_base, m_expanded;
};

void ExpertPackTest::whatIsUnpackedIsWhatWasPacked()
{
    const auto again = unpackExperts(made(*m_expanded), *m_base);
    QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
    QVERIFY((*again)->allocation() == m_expanded->allocation());
    QVERIFY(sameWeights(**again, *m_expanded));
    const torch::Tensor ids = randomIds(2, 16, 101);
    QVERIFY(logits(**again, ids).equal(logits(*m_expanded, ids)));
}

void ExpertPackTest::aPackHoldsNothingOfTheBase()
{
    const ParameterCount count = countParameters(m_expanded->shape(), m_expanded->allocation());
    const auto bytes = std::int64_t(fs::file_size(made(*m_expanded) / "experts.safetensors"));
    const std::int64_t added = 4 * (count.newExperts + count.router);
    QVERIFY2(bytes >= added && bytes < added + 4096, qPrintable(QString::number(bytes)));
}

void ExpertPackTest::aRunInBfloat16FindsItsBaseRounded()
{
    const auto rounded = inPrecision(*m_expanded, Precision::BFloat16);
    const auto again = unpackExperts(made(*rounded), *m_base);
    QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
    QVERIFY(sameWeights(**again, *rounded));
}

void ExpertPackTest::anotherBaseIsRefusedWithBothHashes()
{
    const auto other = denseModel(smallShape(), Seed{9});
    const auto refused = unpackExperts(made(*m_expanded), *other);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, std::string("wrong-base"));
    for (const Decoder* model : {m_base.get(), other.get()})
        QVERIFY2(refused.error().message.find(hashOfDensePart(*model).substr(0, 16)) != std::string::npos,
                 refused.error().message.c_str());
    ModelShape wider = smallShape();
    wider.vocabulary = 102;
    QCOMPARE(unpackExperts(pack(), *denseModel(wider)).error().code, std::string("wrong-base"));
    QCOMPARE(unpackExperts(pack(), *m_expanded).error().code, std::string("base-not-dense"));
}

void ExpertPackTest::theHashIsThatOfTheDenseModel()
{
    QCOMPARE(hashOfDensePart(*m_expanded), hashOfDensePart(*m_base));
    const torch::NoGradGuard noGradient;
    const auto other = denseModel();  // as m_base, in memory of its own
    QCOMPARE(hashOfDensePart(*other), hashOfDensePart(*m_base));
    other->embedding_VD()[3][5] += 1e-6;
    QVERIFY(hashOfDensePart(*m_expanded) != hashOfDensePart(*other));
}

void ExpertPackTest::whatIsDamagedOrForeignIsRefused_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("message");
    QTest::newRow("weights") << "experts.safetensors" << QByteArray("\"F32\"") << QByteArray("\"I32\"") << "is not what was packed";
    QTest::newRow("newer") << "expert_pack.json" << QByteArray("\"version\": 1") << QByteArray("\"version\": 2")
                           << "the version of this pack is not 1";
    QTest::newRow("foreign") << "expert_pack.json" << QByteArray("moebel-expert-pack") << QByteArray("x")
                             << "is it the manifest of an expert pack?";
    QTest::newRow("no hash") << "expert_pack.json" << QByteArray("base_sha256") << QByteArray("base") << "base_sha256 is missing";
    QTest::newRow("no manifest") << "expert_pack.json" << QByteArray() << QByteArray() << "is no expert pack";
    QTest::newRow("no weights") << "experts.safetensors" << QByteArray() << QByteArray() << "experts.safetensors";
    QTest::newRow("other experts") << "expanded_config.json" << QByteArray("4\n") << QByteArray("5\n")
                                   << "layers.2.mlp.router.weight has another shape";
    QTest::newRow("fewer experts") << "expanded_config.json" << QByteArray("    3,") << QByteArray("    1,")
                                   << "is not a tensor of the expanded model";
}

void ExpertPackTest::whatIsDamagedOrForeignIsRefused()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, message);
    const fs::path path = made(*m_expanded) / file.toStdString();
    if (from.isEmpty()) {
        fs::remove(path);
    } else {
        QByteArray content = QByteArray::fromStdString(readFile(path).value());
        const qsizetype at = content.indexOf(from);
        QVERIFY(at >= 0);
        content.replace(at, from.size(), to);
        std::ofstream(path, std::ios::binary) << content.toStdString();
    }
    const auto refused = unpackExperts(pack(), *m_base);
    QVERIFY(!refused);
    QVERIFY2(QString::fromStdString(refused.error().message).contains(message), refused.error().message.c_str());
    QVERIFY(refused.error().kind == ErrorKind::InvalidInput);
}

void ExpertPackTest::aDenseModelHasNothingToPack()
{
    const Status refused = writeExpertPack({*m_base, nullptr, {}, {}, {}}, pack());
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, std::string("not-a-mixture"));
    QVERIFY(!fs::exists(pack()));
}

QTEST_GUILESS_MAIN(ExpertPackTest)
#include "expert_pack_test.moc"
