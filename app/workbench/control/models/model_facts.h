// What `moebel inspect --json` says of a model, as values.
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <vector>

namespace moebel
{

struct TensorFact {
    QString name;   ///< as its file has it, parts with dots between them
    QString type;   ///< "BF16", "Q4_K"
    QString shape;  ///< "576 x 1536"
    std::int64_t bytes = 0;
    std::int64_t weights = 0;
};

struct ModelFacts {
    QString name, architecture, format;
    std::int64_t layers = 0, width = 0, heads = 0, keyValueHeads = 0, headSize = 0, feedForwardWidth = 0, vocabulary = 0,
                 contextLength = 0;
    bool tiedHead = false;
    std::vector<std::int64_t> experts;  ///< by layer; empty for a dense model
    std::int64_t topK = 0;
    std::int64_t parameters = 0, activeParameters = 0;  ///< 0: not known
    std::int64_t weightBytes = 0;
    QString tokenizerKind, tokenizerFile;  ///< empty: none that can be read
    std::int64_t tokenizerVocabulary = 0;
    QString licence, licenceFile;
    std::vector<TensorFact> tensors;
    QStringList problems;  ///< sentences

    bool hasShape() const { return layers > 0; }
};

ModelFacts modelFacts(const QJsonObject& inspection);

}  // namespace moebel
