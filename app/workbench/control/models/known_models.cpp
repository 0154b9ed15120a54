#include "app/workbench/control/models/known_models.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUndoCommand>
#include <algorithm>

#include "moebel/store/project.h"

namespace moebel
{

/// Another list.
class ModelsStep : public QUndoCommand
{
public:
    ModelsStep(KnownModels& models, QStringList before, QStringList after, const QString& words)
        : QUndoCommand(words), m_models(models), m_before(std::move(before)), m_after(std::move(after))
    {
    }
    void undo() override { m_models.keep(m_before); }
    void redo() override { m_models.keep(m_after); }

private:
    KnownModels& m_models;
    QStringList m_before, m_after;
};

namespace
{

/// What stands for the model: the folder of a checkpoint's file, else the path itself.
QString modelOf(const QString& path)
{
    const QFileInfo info(QDir::cleanPath(QDir().absoluteFilePath(path)));
    return info.isFile() && info.suffix() != QLatin1String("gguf") ? info.absolutePath() : info.absoluteFilePath();
}

QStringList readModels(const QString& project)
{
    QStringList paths;
    if (const auto opened = Project::open(QFile::encodeName(project).toStdString()))
        for (const auto& model : opened->models()) paths << QFile::decodeName(QByteArray::fromStdString(model.string()));
    return paths;
}

Status writeModels(const QString& project, const QStringList& paths)
{
    const auto opened = Project::open(QFile::encodeName(project).toStdString());
    if (!opened) return opened.error();
    std::vector<std::filesystem::path> models;
    for (const QString& path : paths) models.emplace_back(QFile::encodeName(path).toStdString());
    return opened->setModels(models);
}

}  // namespace

KnownModels::KnownModels(Jobs& jobs, Selection& selection, Navigator& navigator, const QString& program, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_selection(selection), m_navigator(navigator), m_inspection(jobs, program)
{
    connect(&m_selection, &Selection::projectChanged, this, &KnownModels::openProject);
    connect(&m_inspection, &MoebelCall::answered, this,
            [this](const QJsonDocument& answer) { take(modelFacts(answer.object()), {}); });
    connect(&m_inspection, &MoebelCall::failed, this, [this](const QString& sentence) { take(std::nullopt, sentence); });
    connect(&m_navigator, &Navigator::modelWanted, this, &KnownModels::add);
}

int KnownModels::indexOf(const QString& path) const
{
    const auto found =
        std::find_if(m_models.begin(), m_models.end(), [&](const KnownModel& model) { return model.path == path; });
    return found == m_models.end() ? -1 : int(found - m_models.begin());
}

QStringList KnownModels::paths() const
{
    QStringList paths;
    for (const KnownModel& model : m_models) paths << model.path;
    return paths;
}

void KnownModels::add(const QString& path)
{
    const QString model = modelOf(path);
    if (const int index = indexOf(model); index >= 0) {
        m_models[std::size_t(index)] = {model, {}, {}};
        Q_EMIT modelChanged(index);
        inspectNext();
    } else {
        m_undo.push(new ModelsStep(*this, paths(), paths() << model, tr("Add \u2068%1\u2069").arg(QFileInfo(model).fileName())));
    }
    Q_EMIT added(model);
}

void KnownModels::remove(const QString& path)
{
    QStringList after = paths();
    if (after.removeAll(path) > 0)
        m_undo.push(new ModelsStep(*this, paths(), after, tr("Take \u2068%1\u2069 out").arg(QFileInfo(path).fileName())));
}

void KnownModels::openProject()
{
    const QString project = m_selection.project().folder;
    if (project == m_project) return;
    const bool first = m_project.isEmpty();
    m_project = project;
    m_undo.clear();
    m_jobs.run(
        this, [project] { return readModels(project); },
        [this, project, first](QStringList read) {
            if (project != m_project) return;
            // What was added before a project was open comes along.
            QStringList all = read;
            if (first)
                for (const QString& path : paths())
                    if (!all.contains(path)) all << path;
            all == read ? setPaths(all) : keep(all);
        });
}

void KnownModels::setPaths(const QStringList& paths)
{
    std::vector<KnownModel> models;
    for (const QString& path : paths) {
        const int old = indexOf(path);
        models.push_back(old < 0 ? KnownModel{path, {}, {}} : m_models[std::size_t(old)]);
    }
    m_models = std::move(models);
    Q_EMIT listChanged();
    inspectNext();
}

void KnownModels::keep(const QStringList& paths)
{
    setPaths(paths);
    if (m_project.isEmpty()) return;
    m_waiting = paths;
    if (!m_writing) writeNext();
}

void KnownModels::writeNext()
{
    m_writing = m_waiting.has_value();
    if (!m_writing) return;
    m_jobs.run(
        this, [project = m_project, paths = *std::exchange(m_waiting, {})] { return writeModels(project, paths); },
        [this](const Status& written) {
            if (!written) m_navigator.tell(MessageKind::Error, QString::fromStdString(written.error().message));
            writeNext();
        });
}

void KnownModels::inspectNext()
{
    if (m_inspection.busy() && indexOf(m_asked) >= 0) return;
    const auto next = std::find_if(m_models.begin(), m_models.end(),
                                   [](const KnownModel& model) { return !model.facts && model.failure.isEmpty(); });
    if (next == m_models.end()) return;
    m_asked = next->path;
    m_inspection.ask({QStringLiteral("inspect"), m_asked});
}

void KnownModels::take(const std::optional<ModelFacts>& facts, const QString& failure)
{
    if (const int index = indexOf(m_asked); index >= 0) {
        m_models[std::size_t(index)].facts = facts;
        m_models[std::size_t(index)].failure = failure;
        Q_EMIT modelChanged(index);
    }
    inspectNext();
}

}  // namespace moebel
