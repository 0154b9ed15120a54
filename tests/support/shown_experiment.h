// The Experiment page with a file, for tests of what it shows and of what it starts.
#pragma once

#include <QLineEdit>
#include <QListView>
#include <QTemporaryDir>
#include <QtTest>

#include "app/workbench/page/experiment_page.h"
#include "tests/support/experiment_texts.h"
#include "tests/support/fake_moebel.h"
#include "tests/support/page_world.h"
#include "widgets/edit/value_field.h"
#include "widgets/text/toml_editor.h"

namespace moebel::test
{

/// A page with a file in a folder of its own, shown.
struct ShownExperiment {
    QTemporaryDir folder;
    FakeMoebel moebel{folder.path()};
    PageWorld world{moebel.program()};
    ExperimentPage page{world.context};
    QString file = folder.filePath("experiment.toml");

    explicit ShownExperiment(const char* text = kPresetText)
    {
        QFile out(file);
        if (out.open(QIODevice::WriteOnly)) out.write(text);
        out.close();
        page.setWindowTitle("[*]");
        page.resize(1100, 700);
        page.show();
        page.activateWindow();
        page.openExperiment(file);
        if (!QTest::qWaitFor([&] { return page.document().file() == file; }, 20000)) qFatal("the file was not opened");
    }
    ValueField* field(const char* path) { return page.findChild<ValueField*>(path); }
    TomlEditor* editor() { return page.findChild<TomlEditor*>("experimentText"); }
    QListView* problems() { return page.findChild<QListView*>("problemList"); }
    QString text() { return editor()->toPlainText(); }
};

/// Replaces what stands in the editor, letter by letter.
inline void type(QWidget* editor, const QString& text)
{
    auto* line = qobject_cast<QLineEdit*>(editor);
    if (!line) line = editor->findChild<QLineEdit*>();
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
}

}  // namespace moebel::test
