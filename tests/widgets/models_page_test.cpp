// The Models page: what is added is kept in the project, looked at, searched and taken as a base.
#include "app/workbench/page/models/models_page.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTreeView>
#include <QtTest>

#include "app/workbench/control/opening.h"
#include "app/workbench/page/models/model_table_model.h"
#include "app/workbench/page/models/tensor_tree_model.h"
#include "tests/support/fake_moebel.h"
#include "tests/support/page_world.h"

using namespace moebel;

namespace
{

const QString kAnswer = QStringLiteral(R"(echo "$@" >> calls
case "$2" in *broken*) p='{"code": "x", "message": "config.json: architecture Mamba is not supported", "where": ""}';; esac
case "$2" in *gone*) echo '{"error": {"code": "unknown-model", "message": "it is not there", "where": ""}}'; exit 2;; esac
echo '{"path": "'$2'", "format": "safetensors", "name": "Μοντέλο", "architecture": "LlamaForCausalLM", "shape": {"layers": 2,
 "width": 32, "heads": 4, "key_value_heads": 2, "head_size": 8, "feed_forward_width": 48, "vocabulary": 96, "context_length":
 64, "tied_head": true}, "experts": [3, 1], "top_k": 2, "parameters": {"total": 18592, "active": 12000}, "tokenizer": {"file":
 "/x/tokenizer.json", "kind": "BPE", "vocabulary": 90}, "licence": "apache-2.0", "licence_file": "", "weight_bytes": 37184,
 "tensors": [{"name": "model.layers.0.q_proj.weight", "type": "BF16", "shape": [32, 32], "bytes": 2048, "file": "m"},
 {"name": "model.layers.1.q_proj.weight", "type": "F32", "shape": [32, 32], "bytes": 4096, "file": "m"},
 {"name": "model.norm.weight", "type": "BF16", "shape": [32], "bytes": 64, "file": "m"}], "problems": ['"$p"']}'
)");

/// A project with the page on it.
struct Shown {
    QTemporaryDir folder;
    test::FakeMoebel moebel{folder.path()};
    test::PageWorld world{moebel.program()};
    ModelsPage page{world.context};

    Shown()
    {
        moebel.become(kAnswer);
        QDir(folder.path()).mkpath("project/runs");
        for (const char* name : {"one", "broken", "gone"}) QDir(folder.path()).mkpath(QStringLiteral("models/") + name);
        page.resize(1100, 700);
        page.show();
        world.selection.openProject(folder.filePath("project").toStdString());
        settle();
    }
    QString model(const char* name) const { return folder.filePath(QStringLiteral("models/") + name); }
    void settle()
    {
        if (!QTest::qWaitFor([&] { return !world.jobs.busy(); }, 20000)) qFatal("the work did not end");
    }
    void add(const char* name)
    {
        world.navigator.showModel(model(name));
        settle();
    }
    QString projectFile() const
    {
        QFile file(folder.filePath("project/project.toml"));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    QAbstractItemModel* list() { return page.findChild<QTableView*>("modelList")->model(); }
    QString cell(int row, int column) { return list()->index(row, column).data().toString(); }
    QString label(const char* name) { return page.findChild<QLabel*>(name)->text(); }
    QTreeView* tree() { return page.findChild<QTreeView*>("tensorTree"); }
};

QStringList leavesBelow(const QAbstractItemModel& model, const QModelIndex& parent = {})
{
    QStringList names;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        if (model.rowCount(index) == 0)
            names << index.data(TensorTreeModel::WholeNameRole).toString();
        else
            names << leavesBelow(model, index);
    }
    return names;
}

}  // namespace

class ModelsPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void whatIsAddedIsLookedAtAndKeptInTheProject()
    {
        Shown shown;
        QVERIFY(!shown.page.findChild<QTableView*>("modelList")->isVisible());
        shown.add("one");
        QCOMPARE(shown.list()->rowCount(), 1);
        QCOMPARE(shown.cell(0, ModelTableModel::Name), QStringLiteral("Μοντέλο"));
        QCOMPARE(shown.cell(0, ModelTableModel::State), QStringLiteral("usable"));
        QCOMPARE(shown.moebel.calls(), QStringList{"inspect " + shown.model("one") + " --json"});
        QVERIFY2(shown.projectFile().contains(shown.model("one")), qPrintable(shown.projectFile()));

        test::PageWorld again(shown.moebel.program());
        const ModelsPage other(again.context);
        again.selection.openProject(shown.folder.filePath("project").toStdString());
        QVERIFY(QTest::qWaitFor([&] { return again.models.models().size() == 1; }, 20000));
        QCOMPARE(again.models.models().front().path, shown.model("one"));
    }

    void aModelIsAddedOnceAndLookedAtAgain()
    {
        Shown shown;
        shown.add("one");
        shown.add("one");
        QCOMPARE(shown.list()->rowCount(), 1);
        QCOMPARE(shown.moebel.calls().size(), 2);
    }

    void addingAndRemovingCanBeUndone()
    {
        Shown shown;
        shown.add("one");
        shown.add("broken");
        shown.page.findChild<QPushButton*>("removeModel")->click();
        shown.settle();
        QCOMPARE(shown.list()->rowCount(), 1);
        QVERIFY(!shown.projectFile().contains("broken"));
        QVERIFY(QDir(shown.model("broken")).exists());
        shown.world.undo.undo();
        shown.settle();
        QCOMPARE(shown.list()->rowCount(), 2);
        QVERIFY(shown.projectFile().contains("broken"));
        shown.world.undo.undo();
        shown.world.undo.undo();
        shown.settle();
        QCOMPARE(shown.list()->rowCount(), 0);
    }

    void problemsAreToldInWords()
    {
        Shown shown;
        shown.add("broken");
        QVERIFY2(shown.label("modelProblems").contains("Mamba is not supported"), qPrintable(shown.label("modelProblems")));
        QVERIFY(shown.cell(0, ModelTableModel::State).contains("problems: 1"));
        shown.add("gone");
        QVERIFY2(shown.label("modelProblems").contains("it is not there"), qPrintable(shown.label("modelProblems")));
        QVERIFY(!shown.page.findChild<QPushButton*>("useAsBase")->isEnabled());
        QCOMPARE(shown.list()->rowCount(), 2);
    }

    void tensorsAreATreeWithSumsAndASearch()
    {
        Shown shown;
        shown.add("one");
        const QAbstractItemModel& tensors = *shown.tree()->model();
        const QModelIndex root = tensors.index(0, 0);
        QCOMPARE(root.data().toString(), QStringLiteral("model"));
        QCOMPARE(root.siblingAtColumn(TensorTreeModel::Weights).data().toString(), QStringLiteral("2080"));
        QCOMPARE(root.siblingAtColumn(TensorTreeModel::Type).data().toString(), QStringLiteral("\u2026"));
        QCOMPARE(leavesBelow(tensors).size(), 3);
        auto* search = shown.page.findChild<QLineEdit*>("tensorSearch");
        search->setText("q_proj 1");
        QCOMPARE(leavesBelow(tensors), QStringList{"model.layers.1.q_proj.weight"});
        QVERIFY(shown.tree()->isExpanded(tensors.index(0, 0)));
        search->setText("no such thing [");
        QVERIFY(!shown.tree()->isVisible());
        search->clear();
        QCOMPARE(leavesBelow(tensors).size(), 3);
    }

    void theTreeIsAGoodModel()
    {
        TensorTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setTensors({{"a.0.w", "F32", "2", 8, 2}, {"a.1", "F32", "2", 8, 2}, {"b", "F16", "1", 2, 1},
                          {QStringLiteral("c.").repeated(5000) + "w", "F16", "1", 2, 1}});
        QCOMPARE(leavesBelow(model).size(), 4);
        QVERIFY2(model.csv().startsWith("name,shape,type,weights,bytes\na.0.w,2,F32,2,8\n"), qPrintable(model.csv()));
    }

    void aModelBecomesTheBaseOfTheExperiment()
    {
        Shown shown;
        shown.add("one");
        const QSignalSpy wanted(&shown.world.navigator, &Navigator::baseWanted);
        shown.page.findChild<QPushButton*>("useAsBase")->click();
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.first().first().toString(), shown.model("one"));
    }

    void foldersAndFilesOfModelsAreRecognised()
    {
        QTemporaryDir folder;
        const auto touch = [&](const QString& name) { return QFile(folder.filePath(name)).open(QIODevice::WriteOnly); };
        QVERIFY(touch("config.json") && touch("model.safetensors") && QDir(folder.path()).mkpath("files"));
        QVERIFY(touch("files/x.gguf") && touch("files/y.safetensors"));
        const auto modelAt = [&](const QString& name) {
            const auto opening = inspectPath(folder.filePath(name));
            return opening && opening->kind == OpeningKind::Model ? opening->model : QString();
        };
        QCOMPARE(modelAt(""), folder.path());
        QCOMPARE(modelAt("model.safetensors"), folder.path());
        QCOMPARE(modelAt("files/x.gguf"), folder.filePath("files/x.gguf"));
        QCOMPARE(modelAt("files/y.safetensors"), QString());
    }
};

QTEST_MAIN(ModelsPageTest)
#include "models_page_test.moc"
