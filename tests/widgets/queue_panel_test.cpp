// The panel of waiting runs: order, removal, holding back.
#include "app/workbench/window/queue_panel.h"

#include <QLabel>
#include <QListView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "tests/support/page_world.h"

using namespace moebel;

class QueuePanelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void entriesMoveAndGo();
    void theQueueIsHeldBack();
    void anEmptyQueueSaysSo();
    void aQueueSaysThatItNeedsAWindow();
    void pictures();

private:
    QStringList titles() const
    {
        QStringList all;
        for (const QueueEntry& entry : m_world->queue.model().entries()) all << entry.title;
        return all;
    }
    QToolButton* button(const char* name) const { return m_panel->findChild<QToolButton*>(QString::fromLatin1(name)); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::PageWorld> m_world;
    std::unique_ptr<QueuePanel> m_panel;
};

void QueuePanelTest::init()
{
    m_panel.reset();
    m_world = std::make_unique<test::PageWorld>(QStringLiteral("/nowhere/moebel"));
    m_folder = std::make_unique<QTemporaryDir>();
    m_world->queue.setProject(m_folder->path());
    m_world->queue.model().setPaused(true);
    for (const char* title : {"a", "b", "c"})
        m_world->queue.add({m_folder->filePath("experiment.toml"), "title = \"x\"", {}, {}, {}}, QString::fromLatin1(title));
    m_panel = std::make_unique<QueuePanel>(m_world->queue);
    m_panel->show();
}

void QueuePanelTest::entriesMoveAndGo()
{
    auto* list = m_panel->findChild<QListView*>("queueList");
    list->setCurrentIndex(list->model()->index(0, 0));
    QVERIFY(!button("queueUp")->isEnabled());
    button("queueDown")->click();
    QCOMPARE(titles(), (QStringList{"b", "a", "c"}));
    QCOMPARE(list->currentIndex().row(), 1);
    button("queueDown")->click();
    QCOMPARE(titles(), (QStringList{"b", "c", "a"}));
    QVERIFY(!button("queueDown")->isEnabled());
    button("queueUp")->click();
    QCOMPARE(titles(), (QStringList{"b", "a", "c"}));
    button("queueRemove")->click();
    QCOMPARE(titles(), (QStringList{"b", "c"}));
}

void QueuePanelTest::theQueueIsHeldBack()
{
    QVERIFY(button("queuePause")->isChecked());
    button("queuePause")->click();
    QVERIFY(!m_world->queue.model().paused());
}

void QueuePanelTest::aQueueSaysThatItNeedsAWindow()
{
    const auto* sentence = m_panel->findChild<QLabel*>("queueWaits");
    QVERIFY(sentence->isVisible());
    QVERIFY(sentence->text().contains("while a window is open"));
    while (!titles().isEmpty()) m_world->queue.model().remove(0);
    QVERIFY(!sentence->isVisible());
}

void QueuePanelTest::anEmptyQueueSaysSo()
{
    auto* list = m_panel->findChild<QListView*>("queueList");
    QVERIFY(list->isVisible());
    m_world->queue.model().setPaused(true);
    while (!titles().isEmpty()) m_world->queue.model().remove(0);
    QVERIFY(!list->isVisible());
    QVERIFY(m_panel->findChild<QLabel*>()->isVisible());
    QVERIFY(!button("queueRemove")->isEnabled());
}

// MOEBEL_TEST_PICTURES=FOLDER: to be looked at.
void QueuePanelTest::pictures()
{
    m_world->queue.add(
        {m_folder->filePath("experiment.toml"), "title = \"x\"", {}, {}, {}},
        QStringLiteral("\u0395\u03BB\u03BB\u03B7\u03BD\u03B9\u03BA\u03AC, \u0627\u0644\u0639\u0631\u0628\u064A\u0629"));
    m_panel->resize(720, 200);
    const QPixmap picture = m_panel->grab();
    QVERIFY(!picture.isNull());
    const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
    if (!folder.isEmpty()) QVERIFY(picture.save(folder + "/queue.png"));
}

QTEST_MAIN(QueuePanelTest)
#include "queue_panel_test.moc"
