// A matrix of similarities, and the files that hold one: the forms that are read, and what is refused with which sentence.
#include "moebel/analysis/language_matrix.h"

#include <QtTest>
#include <cmath>

using namespace moebel;

namespace
{

LanguageMatrix small()
{
    LanguageMatrix matrix({"ar", "bn", "de"});
    matrix.set(0, 0, 1), matrix.set(1, 1, 1), matrix.set(2, 2, 1);
    matrix.set(1, 0, 0.08), matrix.set(2, 0, 0.02), matrix.set(2, 1, -0.01);
    return matrix;
}

}  // namespace

class LanguageMatrixTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMatrixIsSymmetricAndUnknownUntilItIsSet()
    {
        LanguageMatrix matrix({"ar", "bn"});
        QVERIFY(std::isnan(matrix.at(0, 1)) && std::isnan(matrix.at(1, 1)));
        QCOMPARE(matrix, LanguageMatrix({"ar", "bn"}));
        matrix.set(0, 1, 0.5);
        QCOMPARE(matrix.at(1, 0), 0.5);
        QVERIFY(!(matrix == LanguageMatrix({"ar", "bn"})));
    }

    void layersOfASimilarityBecomeMatrices()
    {
        LanguageSimilarity similarity(2, {"el", "hu"});
        similarity.set(0, 0, 1, 0.2);
        similarity.set(1, 0, 1, 0.6);
        similarity.set(1, 1, 1, 0.8);
        QCOMPARE(layerOf(similarity, 1).at(0, 1), 0.6);
        QCOMPARE(layerOf(similarity, 1).at(1, 1), 0.8);
        QCOMPARE(meanOverLayers(similarity).at(1, 0), 0.4);
        QCOMPARE(meanOverLayers(similarity).languages(), similarity.languages());
    }

    void theFirstUnknownPairIsNamed()
    {
        QVERIFY(everyPairKnown(small()).ok());
        LanguageMatrix matrix = small();
        matrix.set(2, 1, std::nan(""));
        QCOMPARE(QString::fromStdString(everyPairKnown(matrix).error().message),
                 QString("the similarity of 'de' and 'bn' is not given; expected a number for every pair of languages"));
    }

    void whatIsWrittenIsReadAgain()
    {
        LanguageMatrix matrix = small();
        matrix.set(1, 0, 1.0 / 3);
        matrix.set(2, 0, std::nan(""));
        QCOMPARE(toCsv(matrix), std::string("ar,bn,de\n1,0.3333333333333333,\n0.3333333333333333,1,-0.01\n,-0.01,1\n"));
        const auto read = parseMatrixCsv(toCsv(matrix), "m.csv");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, matrix);
    }

    void everyFormOfTheFileGivesTheSameMatrix_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("full") << "ar,bn,de\n1,.08,.02\n.08,1,-.01\n.02,-.01,1\n";
        QTest::newRow("upper part empty") << "ar,bn,de\n1,,\n0.08,1,\n0.02,-0.01,1\n";
        QTest::newRow("upper part left out") << "ar,bn,de\n1\n0.08,1\n0.02,-0.01,1";
        QTest::newRow("lower part empty") << "ar,bn,de\n1,0.08,0.02\n,1,-0.01\n,,1\n";
        QTest::newRow("an empty cell above the labels") << ",ar,bn,de\nar,1,,\nbn,0.08,1,\nde,0.02,-0.01,1\n";
        QTest::newRow("a word above the labels") << "language,ar,bn,de\nar,1\nbn,0.08,1\nde,0.02,-0.01,1\n";
        QTest::newRow("an unknown word above full rows") << "sprache,ar,bn,de\nar,1,,\nbn,0.08,1,\nde,0.02,-0.01,1\n";
        QTest::newRow("labels without a column in the header")
            << "ar,bn,de\nar,1,0.08,0.02\nbn,0.08,1,-0.01\nde,0.02,-0.01,1\n";
        QTest::newRow("labels of a lower part without one") << "ar,bn,de\nar,1\nbn,0.08,1\nde,0.02,-0.01,1\n";
        QTest::newRow("quoted") << "\"\",\"ar\",\"bn\",\"de\"\n\"ar\",1,,\n\"bn\",\"0.08\",1,\n\"de\",0.02,-0.01,1\n";
        QTest::newRow("byte order mark, CR LF, blanks, blank lines")
            << "\uFEFF ar , bn,de \r\n\r\n 1 ,, \r\n 0.08, 1,\r\n0.02 , -0.01,1\r\n\r\n";
        QTest::newRow("semicolons") << "ar;bn;de\n1;;\n0.08;1;\n0.02;-0.01;1\n";
        QTest::newRow("tabs") << "\tar\tbn\tde\nar\t1\t\t\nbn\t0.08\t1\t\nde\t0.02\t-0.01\t1\n";
        QTest::newRow("parts that differ by rounding") << "ar,bn,de\n1,0.0800001,0.02\n0.08,1,-0.01\n0.02,-0.01,1\n";
        QTest::newRow("trailing commas") << "ar,bn,de,\n1,,,\n0.08,1,,\n0.02,-0.01,1,\n";
        QTest::newRow("exponents") << "ar,bn,de\n1e0,,\n8e-2,1,\n2E-2,-1e-2,1\n";
    }
    void everyFormOfTheFileGivesTheSameMatrix()
    {
        QFETCH(QString, text);
        const auto read = parseMatrixCsv(text.toStdString(), "m.csv");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->languages(), small().languages());
        QCOMPARE(*read, small());
    }

    void labelledRowsMayStandInAnyOrder()
    {
        const auto read = parseMatrixCsv("x,ar,bn,de\nde,0.02,-0.01,1\nar,1,,\nbn,0.08,1,\n", "m.csv");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, small());
    }

    void theDiagonalMayBeUnknown()
    {
        const auto read = parseMatrixCsv("ar,bn\n,\n0.5,\n", "m.csv");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QVERIFY(std::isnan(read->at(0, 0)) && read->at(0, 1) == 0.5);
        QVERIFY(everyPairKnown(*read).ok());
    }

    void codesThatLookLikeNumbersOrWordsAreCodes()
    {
        for (const char* text :
             {"0,1\n1,.5\n.5,1\n", ",0,1\n0,1,\n1,.5,1\n", "language,0,1\n0,1,.5\n1,.5,1\n", "0,1\n0,1,.5\n1,.5,1\n"}) {
            const auto read = parseMatrixCsv(text, "m.csv");
            QVERIFY2(read, read ? text : read.error().message.c_str());
            QCOMPARE(read->languages(), (std::vector<std::string>{"0", "1"}));
            QCOMPARE(read->at(0, 1), 0.5);
        }
        const auto minNan = parseMatrixCsv("id,nan\nid,1\nnan,0.5,1\n", "m.csv");  // Indonesian and Min Nan
        QVERIFY2(minNan, minNan ? "" : minNan.error().message.c_str());
        QCOMPARE(minNan->at(1, 0), 0.5);
    }

    void wrongFilesAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const QString row = ", the header names 2 languages; expected one value a language at most";
        QTest::newRow("empty") << ""
                               << "m.csv: the file is empty; expected a header of language codes and one row a language";
        QTest::newRow("header alone")
            << "ar,bn\n"
            << "m.csv: the header names 2 languages and 0 rows follow it; expected one row a language";
        QTest::newRow("a row too few")
            << "ar,bn,de\n1\n.1,1\n"
            << "m.csv: the header names 3 languages and 2 rows follow it; expected one row a language";
        QTest::newRow("a row too many")
            << "ar,bn\n1\n.1,1\n.1,.1,1\n"
            << "m.csv: the header names 2 languages and 3 rows follow it; expected one row a language";
        QTest::newRow("no header") << "1,.1,.2\n.1,1,.3\n.2,.3,1\n"
                                   << "m.csv: the header names 3 languages and 2 rows follow it; expected one row a language";
        QTest::newRow("a value too many") << "ar,bn\n1,.1\n.1,1,.3\n"
                                          << "m.csv:3: the row has 3 values" + row;
        QTest::newRow("a code twice") << "ar,ar\n1\n.1,1\n"
                                      << "m.csv:1: the header names 'ar' twice; expected every language once";
        QTest::newRow("a row twice") << ",ar,bn\nar,1,\nar,.1,1\n"
                                     << "m.csv:3: language 'ar' has two rows; expected one row a language";
        QTest::newRow("an unknown row")
            << ",ar,bn\nar,1,\nxx,.1,1\n"
            << "m.csv:3: the row begins with 'xx', which the header does not name; expected one of its languages";
        QTest::newRow("an empty code") << "ar,,bn\n1\n.1,1\n.1,.1,1\n"
                                       << "m.csv:1: language 2 of the header is empty; expected a language code";
        QTest::newRow("no code") << ",\n1\n"
                                 << "m.csv:1: the header names no language; expected language codes";
        QTest::newRow("NaN") << "ar,bn\n1\nnan,1\n"
                             << "m.csv:3: the similarity of 'bn' and 'ar' is \"nan\"; expected a finite number such as 0.25, "
                                "or nothing in the upper part";
        QTest::newRow("infinite") << "ar,bn\n1,inf\n.1,1\n"
                                  << "m.csv:2: the similarity of 'ar' and 'bn' is \"inf\"; expected a finite number such as "
                                     "0.25, or nothing in the upper part";
        QTest::newRow("a word") << "ar,bn\n1\nhigh,1\n"
                                << "m.csv:3: the similarity of 'bn' and 'ar' is \"high\"; expected a finite number such as "
                                   "0.25, or nothing in the upper part";
        QTest::newRow("asymmetric") << "ar,bn\n1,.2\n.1,1\n"
                                    << "m.csv: 'bn' and 'ar' have the similarity 0.1 in the row of 'bn' and 0.2 in that of "
                                       "'ar'; expected the same value, or an empty upper part";
        QTest::newRow("a label over ragged rows that may be a code")
            << "ar,bn,de\nbn,.1\nde,.2,.3\n"
            << "m.csv: the header names 3 languages and 2 rows follow it; expected one row a language";
    }
    void wrongFilesAreRefused()
    {
        QFETCH(QString, text);
        QFETCH(QString, sentence);
        const auto read = parseMatrixCsv(text.toStdString(), "m.csv");
        QVERIFY2(!read, "it was read");
        QCOMPARE(QString::fromStdString(read.error().message), sentence);
        QCOMPARE(read.error().kind, ErrorKind::InvalidInput);
    }

    void aHeaderOfTooManyLanguagesIsRefusedBeforeMemoryIsTaken()
    {
        std::string text;
        for (int i = 0; i < 2'001; ++i) text += (i > 0 ? "," : "") + ("l" + std::to_string(i));
        const auto read = parseMatrixCsv(text + "\n1\n", "m.csv");
        QVERIFY(!read);
        QCOMPARE(QString::fromStdString(read.error().message),
                 QString("m.csv:1: the header names 2001 languages; expected 2000 at most"));
    }
};

QTEST_GUILESS_MAIN(LanguageMatrixTest)
#include "language_matrix_test.moc"
