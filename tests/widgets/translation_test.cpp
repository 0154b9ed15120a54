// Every word that the window says of its own goes through tr(): a translator that marks what passes it finds what does not.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTranslator>
#include <QtTest>

#include "app/workbench/page/page_table.h"
#include "app/workbench/window/main_window.h"
#include "tests/support/made_up_run.h"

using namespace moebel;

namespace
{

constexpr QChar kMark(0x27E6);
// Names of presets and what the experiment of the made-up run says.
const QStringList kData = {
    "moe-lpr", "moe-lpr-no-prior", "moe-lpr-no-review", "moe-lpr-one-stage",     "moe-lpr-random-experts",
    "moe",     "full-fine-tuning", "layer-moe",         "layer-moe-no-classifier",
    "mola",    "dmoe",             "dmoe-paper", "dmoe-adaptation",        "project",               "Made up: el & hi <new>"};

class MarkingTranslator : public QTranslator
{
public:
    QString translate(const char*, const char* source, const char*, int) const override
    {
        return kMark + QString::fromUtf8(source);
    }
    bool isEmpty() const override { return false; }
};

/// Names of languages, projects and runs stand in isolates.
bool hasOwnWords(QString text)
{
    static const QRegularExpression kName(QStringLiteral("\u2068[^\u2069]*\u2069")), kWord(QStringLiteral("\\p{L}{3,}"));
    return text.remove(kName).contains(kWord);
}

/// What a widget says: text, tool tip, placeholder, accessible name.
QStringList textsOf(const QWidget& widget)
{
    QStringList texts = {widget.toolTip(), widget.accessibleName(), widget.windowTitle()};
    for (const char* property : {"text", "placeholderText", "title"}) {
        const bool typed = qobject_cast<const QLineEdit*>(&widget) && qstrcmp(property, "text") == 0;
        if (!typed) texts << widget.property(property).toString();
    }
    if (const auto* box = qobject_cast<const QComboBox*>(&widget))
        for (int i = 0; i < box->count(); ++i) texts << box->itemText(i);
    if (const auto* view = qobject_cast<const QAbstractItemView*>(&widget); view && view->model())
        for (int i = 0; i < view->model()->columnCount(); ++i) texts << view->model()->headerData(i, Qt::Horizontal).toString();
    return texts;
}

}  // namespace

class TranslationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyWordOfTheWindowIsTranslatable();

private:
    QTemporaryDir m_folder;
};

void TranslationTest::everyWordOfTheWindowIsTranslatable()
{
    MarkingTranslator translator;
    QCoreApplication::installTranslator(&translator);
    const auto runs = std::filesystem::path(m_folder.filePath("project/runs").toStdString());
    const auto run = test::writeMadeUpRun(runs, test::madeUpExperiment());
    QVERIFY(run.ok());
    WorkbenchOptions options;
    options.stateFolder = m_folder.filePath("state");
    options.preferences = m_folder.filePath("config/workbench.ini");
    MainWindow window(options);
    window.resize(1280, 800);
    window.show();
    window.open(*inspectPath(m_folder.filePath("project")));
    QTRY_COMPARE(window.selection().project().runs.size(), std::size_t(1));
    QSet<QString> plain;
    const auto look = [&](const QString& text, const QString& where) {
        if (hasOwnWords(text) && !text.contains(kMark) && !kData.contains(text)) plain.insert(where + ": " + text);
    };
    for (const PageId page : {PageId::Runs, PageId::Experiment, PageId::Live, PageId::Routing, PageId::Compare, PageId::Models,
                              PageId::Tokenizer, PageId::Allocation, PageId::Lineage}) {
        window.showPage(page);
        QTRY_VERIFY(!window.jobs().busy());
        QTest::qWait(50);
        for (const QWidget* widget : window.findChildren<QWidget*>())
            for (const QString& text : textsOf(*widget))
                look(text, QString::fromLatin1(widget->metaObject()->className()) + " " + widget->objectName());
        for (const QAction* action : window.findChildren<QAction*>()) {
            look(action->text(), "QAction " + action->objectName());
            look(action->toolTip(), "QAction " + action->objectName());
        }
    }
    QCoreApplication::removeTranslator(&translator);
    for (const QString& text : plain) qWarning("%s", qPrintable(text));
    QVERIFY2(plain.isEmpty(), "the words above do not pass tr()");
}

QTEST_MAIN(TranslationTest)
#include "translation_test.moc"
