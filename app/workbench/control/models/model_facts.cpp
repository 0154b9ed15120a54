#include "app/workbench/control/models/model_facts.h"

#include <QJsonArray>

namespace moebel
{

namespace
{

std::int64_t whole(const QJsonObject& object, const char* key) { return object[QLatin1String(key)].toInteger(); }

QString text(const QJsonObject& object, const char* key) { return object[QLatin1String(key)].toString(); }

TensorFact tensorFact(const QJsonObject& object)
{
    TensorFact tensor{text(object, "name"), text(object, "type"), {}, whole(object, "bytes"), 1};
    QStringList sizes;
    for (const QJsonValue& size : object[QLatin1String("shape")].toArray()) {
        sizes << QString::number(size.toInteger());
        tensor.weights *= size.toInteger();
    }
    tensor.shape = sizes.join(QStringLiteral(" \u00d7 "));
    return tensor;
}

void takeShape(const QJsonObject& shape, ModelFacts& facts)
{
    facts.layers = whole(shape, "layers");
    facts.width = whole(shape, "width");
    facts.heads = whole(shape, "heads");
    facts.keyValueHeads = whole(shape, "key_value_heads");
    facts.headSize = whole(shape, "head_size");
    facts.feedForwardWidth = whole(shape, "feed_forward_width");
    facts.vocabulary = whole(shape, "vocabulary");
    facts.contextLength = whole(shape, "context_length");
    facts.tiedHead = shape[QLatin1String("tied_head")].toBool();
}

}  // namespace

ModelFacts modelFacts(const QJsonObject& inspection)
{
    ModelFacts facts;
    facts.name = text(inspection, "name");
    facts.architecture = text(inspection, "architecture");
    facts.format = text(inspection, "format");
    takeShape(inspection[QLatin1String("shape")].toObject(), facts);
    for (const QJsonValue& count : inspection[QLatin1String("experts")].toArray()) facts.experts.push_back(count.toInteger());
    facts.topK = whole(inspection, "top_k");
    const QJsonObject parameters = inspection[QLatin1String("parameters")].toObject();
    facts.parameters = whole(parameters, "total");
    facts.activeParameters = whole(parameters, "active");
    facts.weightBytes = whole(inspection, "weight_bytes");
    const QJsonObject tokenizer = inspection[QLatin1String("tokenizer")].toObject();
    facts.tokenizerKind = text(tokenizer, "kind");
    facts.tokenizerFile = text(tokenizer, "file");
    facts.tokenizerVocabulary = whole(tokenizer, "vocabulary");
    facts.licence = text(inspection, "licence");
    facts.licenceFile = text(inspection, "licence_file");
    for (const QJsonValue& tensor : inspection[QLatin1String("tensors")].toArray())
        facts.tensors.push_back(tensorFact(tensor.toObject()));
    for (const QJsonValue& problem : inspection[QLatin1String("problems")].toArray())
        facts.problems << text(problem.toObject(), "message");
    return facts;
}

}  // namespace moebel
