// What a model on disk is, told from its heads.
#include "engine/runner/model_inspection.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "moebel/base/file.h"

using namespace moebel;

namespace
{

namespace fs = std::filesystem;

fs::path golden(const std::string& model) { return fs::path(MOEBEL_SOURCE_DIR) / "tests/golden" / model; }

const InspectedTensor* find(const ModelInspection& model, const std::string& name)
{
    for (const InspectedTensor& tensor : model.tensors)
        if (tensor.name == name) return &tensor;
    return nullptr;
}

}  // namespace

class ModelInspectionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void everyTensorIsListedWithTypeShapeAndBytes();
    void numbersInNamesAreOrderedAsNumbers();
    void aGgufFileTellsItsOwnNamesAndTypes();
    void theLicenceIsFoundInCardAndFile();
    void everythingWrongIsToldAtOnce();
    void aPickleIsAProblemAndNotRead();
    void aTokenizerOfAnotherModelIsNoticed();

private:
    fs::path copyOf(const std::string& model) const;
    void write(const fs::path& file, const std::string& text) const { std::ofstream(file) << text; }
    QStringList problems(const ModelInspection& model) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

fs::path ModelInspectionTest::copyOf(const std::string& model) const
{
    const fs::path target = fs::path(m_folder->path().toStdString()) / "model";
    fs::copy(golden("models/" + model), target);
    return target;
}

QStringList ModelInspectionTest::problems(const ModelInspection& model) const
{
    QStringList codes;
    for (const Error& problem : model.problems) codes << QString::fromStdString(problem.code);
    return codes;
}

void ModelInspectionTest::everyTensorIsListedWithTypeShapeAndBytes()
{
    const ModelInspection model = inspectModel(golden("models/llama-3"));
    QCOMPARE(model.architecture, std::string("LlamaForCausalLM"));
    QCOMPARE(model.format, std::string("safetensors"));
    QVERIFY(model.config.has_value());
    const ModelShape& shape = model.config->shape;
    const InspectedTensor* keys = find(model, "model.layers.1.self_attn.k_proj.weight");
    QVERIFY(keys != nullptr);
    QCOMPARE(keys->shape, (std::vector<std::int64_t>{shape.keyValueHeads * shape.headSize, shape.width}));
    QCOMPARE(keys->bytes, std::uint64_t(shape.keyValueHeads * shape.headSize * shape.width * 2));
    QCOMPARE(keys->type, std::string("BF16"));
    QCOMPARE(keys->file, std::string("model.safetensors"));
    QCOMPARE(model.weightBytes, std::uint64_t(model.parameters.total) * 2);
    QCOMPARE(problems(model), QStringList{"no-tokenizer"});
}

void ModelInspectionTest::numbersInNamesAreOrderedAsNumbers()
{
    const fs::path folder = copyOf("llama-3");
    const std::string header = R"({"l.10.w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                               R"("l.2.w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},)"
                               R"("l.2.b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})";
    const std::uint64_t length = header.size();
    write(folder / "model.safetensors", std::string(reinterpret_cast<const char*>(&length), 8) + header + "abc");
    std::vector<std::string> names;
    for (const InspectedTensor& tensor : inspectModel(folder).tensors) names.push_back(tensor.name);
    QCOMPARE(names, (std::vector<std::string>{"l.2.b", "l.2.w", "l.10.w"}));
}

void ModelInspectionTest::aGgufFileTellsItsOwnNamesAndTypes()
{
    const ModelInspection model = inspectModel(golden("gguf/llama.gguf"));
    QCOMPARE(model.format, std::string("GGUF"));
    QCOMPARE(model.architecture, std::string("llama"));
    QVERIFY(model.config.has_value());
    const InspectedTensor* embedding = find(model, "token_embd.weight");
    QVERIFY(embedding != nullptr);
    QCOMPARE(embedding->shape, (std::vector<std::int64_t>{model.config->shape.vocabulary, model.config->shape.width}));
    QVERIFY(!embedding->type.empty());
}

void ModelInspectionTest::theLicenceIsFoundInCardAndFile()
{
    const fs::path folder = copyOf("llama-3");
    write(folder / "README.md", "---\nlanguage: el\nlicense: \"apache-2.0\"\n---\n# A card\nlicense: another\n");
    write(folder / "LICENSE.txt", "...");
    const ModelInspection model = inspectModel(folder);
    QCOMPARE(model.licence, std::string("apache-2.0"));
    QCOMPARE(model.licenceFile, folder / "LICENSE.txt");
    write(folder / "README.md", "# A card\nlicense: another\n");
    QCOMPARE(inspectModel(folder).licence, std::string());
}

void ModelInspectionTest::everythingWrongIsToldAtOnce()
{
    const fs::path folder = copyOf("llama-3");
    write(folder / "config.json", R"({"architectures": ["MambaForCausalLM"], "model_type": "mamba"})");
    write(folder / "tokenizer.json", "{");
    fs::resize_file(folder / "model.safetensors", 100);
    const ModelInspection model = inspectModel(folder);
    QCOMPARE(model.architecture, std::string("MambaForCausalLM"));
    QVERIFY(!model.config.has_value());
    QCOMPARE(model.problems.size(), std::size_t(3));
    QVERIFY2(model.problems[0].message.find("MambaForCausalLM") != std::string::npos, model.problems[0].message.c_str());
    QVERIFY2(model.problems[1].message.find("model.safetensors") != std::string::npos, model.problems[1].message.c_str());
    QVERIFY2(model.problems[2].message.find("tokenizer.json") != std::string::npos, model.problems[2].message.c_str());
}

void ModelInspectionTest::aPickleIsAProblemAndNotRead()
{
    const fs::path folder = copyOf("llama-3");
    fs::rename(folder / "model.safetensors", folder / "pytorch_model.bin");
    const ModelInspection model = inspectModel(folder);
    QVERIFY(model.tensors.empty());
    QCOMPARE(problems(model), (QStringList{"pickle-refused", "no-tokenizer"}));
}

void ModelInspectionTest::aTokenizerOfAnotherModelIsNoticed()
{
    const fs::path folder = copyOf("llama-3");
    fs::copy(golden("tokenizers/llama-3.json"), folder / "tokenizer.json");
    const ModelInspection model = inspectModel(folder);
    QVERIFY(model.tokenizer.has_value());
    QCOMPARE(model.tokenizer->kind, std::string("BPE"));
    QVERIFY2(problems(model).contains("vocabulary-too-small"), qPrintable(problems(model).join(' ')));
}

QTEST_GUILESS_MAIN(ModelInspectionTest)
#include "model_inspection_test.moc"
