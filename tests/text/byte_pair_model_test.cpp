// Byte pairs: the same tokens as merging by hand, whatever the length, and wherever a text may be cut.
#include "engine/text/tokenizer/byte_pair_model.h"

#include <QtTest>
#include <map>
#include <random>

using namespace moebel;

namespace
{

constexpr const char* kMark = "\u2581";

std::vector<std::int32_t> idsOf(const BytePairModel& model, std::string_view piece)
{
    std::vector<PieceModel::Token> tokens;
    model.encode(piece, tokens);
    std::vector<std::int32_t> ids;
    for (const PieceModel::Token& token : tokens) ids.push_back(token.id);
    return ids;
}

class Drawn
{
public:
    std::size_t below(std::size_t end) { return m_engine() % end; }

    /// Letters and the mark, and merges of what is there already; `marks`: the mark may stand inside a token.
    BytePairValues values(bool marks)
    {
        BytePairValues drawn;
        std::map<std::string, std::int32_t> ids;
        const auto add = [&](const std::string& token) {
            if (ids.try_emplace(token, std::int32_t(ids.size())).second) drawn.vocabulary.add(token, ids[token]);
        };
        for (const char* letter : {"a", "b", "c", "\u00e9", "\u5b57", kMark}) add(letter);
        for (int i = 0; i < 40; ++i) {
            const std::string left(drawn.vocabulary[below(drawn.vocabulary.size())].text);
            const std::string right(drawn.vocabulary[below(drawn.vocabulary.size())].text);
            const bool isInside = right.starts_with(kMark) && left != kMark;
            if (left.size() + right.size() > 12 || (isInside && !marks)) continue;
            add(left + right);
            drawn.merges.add(left, right);
        }
        return drawn;
    }

    std::string text(std::size_t characters)
    {
        constexpr const char* kLetters[] = {"a", "a", "a", "b", "c", "\u00e9", "\u5b57", kMark, kMark};
        std::string drawn;
        for (std::size_t i = 0; i < characters; ++i) drawn += kLetters[below(std::size(kLetters))];
        return drawn;
    }

private:
    std::minstd_rand m_engine{7};
};

/// The best merge that is there, the leftmost of these; again and again.
std::vector<std::int32_t> mergedByHand(const BytePairValues& values, const std::string& text)
{
    std::map<std::pair<std::string, std::string>, std::size_t> ranks;
    for (std::size_t rank = 0; rank < values.merges.size(); ++rank)
        ranks[{std::string(values.merges[rank].left), std::string(values.merges[rank].right)}] = rank;
    std::vector<std::string> tokens;
    for (const QChar letter : QString::fromStdString(text)) tokens.push_back(QString(letter).toStdString());
    for (;;) {
        std::size_t best = values.merges.size(), at = 0;
        for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
            const auto found = ranks.find({tokens[i], tokens[i + 1]});
            if (found != ranks.end() && found->second < best) best = found->second, at = i;
        }
        if (best == values.merges.size()) break;
        tokens[at] += tokens[at + 1];
        tokens.erase(tokens.begin() + std::ptrdiff_t(at) + 1);
    }
    std::vector<std::int32_t> ids;
    for (const std::string& token : tokens)
        for (std::size_t i = 0; i < values.vocabulary.size(); ++i)
            if (values.vocabulary[i].text == token) ids.push_back(values.vocabulary[i].number);
    return ids;
}

}  // namespace

class BytePairModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPieceIsMergedAsByHand();
    void aTextMayBeCutBeforeEveryMark();
    void aMarkInsideATokenForbidsTheCut();
};

void BytePairModelTest::everyPieceIsMergedAsByHand()
{
    Drawn drawn;
    for (int round = 0; round < 60; ++round) {
        const BytePairValues values = drawn.values(true);
        const BytePairModel model = BytePairModel::make(values).value();
        for (int i = 0; i < 60; ++i) {
            const std::string text = drawn.text(1 + drawn.below(i % 10 == 0 ? 150 : 40));  // few symbols, and many
            QCOMPARE(idsOf(model, text), mergedByHand(values, text));
        }
    }
}

void BytePairModelTest::aTextMayBeCutBeforeEveryMark()
{
    Drawn drawn;
    for (int round = 0; round < 60; ++round) {
        const BytePairModel model = BytePairModel::make(drawn.values(false)).value();
        QCOMPARE(model.wordMark(), std::string_view(kMark));
        for (int i = 0; i < 60; ++i) {
            const std::string text = drawn.text(1 + drawn.below(90));
            std::vector<std::int32_t> cut;
            std::size_t begin = 0;
            for (std::size_t at = 1; at <= text.size(); ++at) {
                const bool isMark =
                    at < text.size() && text.compare(at, 3, kMark) == 0 && !(at >= 3 && text.compare(at - 3, 3, kMark) == 0);
                if (!isMark && at < text.size()) continue;
                const auto part = idsOf(model, std::string_view(text).substr(begin, at - begin));
                cut.insert(cut.end(), part.begin(), part.end());
                begin = at;
            }
            QCOMPARE(cut, idsOf(model, text));
        }
    }
}

void BytePairModelTest::aMarkInsideATokenForbidsTheCut()
{
    const std::string mark = kMark;
    BytePairValues values;
    const std::string behind = "a" + mark, twice = mark + mark;
    values.vocabulary = {{"a", 0}, {mark, 1}, {behind, 2}, {twice, 3}};
    values.merges = {{mark, mark}};
    QCOMPARE(BytePairModel::make(values).value().wordMark(), std::string_view(mark));
    values.merges = {{mark, mark}, {"a", mark}};
    QVERIFY(BytePairModel::make(values).value().wordMark().empty());
    values.merges = {{mark, mark}};
    values.ignoreMerges = true;  // a whole piece may be a token
    QVERIFY(BytePairModel::make(values).value().wordMark().empty());
}

QTEST_GUILESS_MAIN(BytePairModelTest)
#include "byte_pair_model_test.moc"
