#include "app/workbench/control/experiment_document.h"

#include <QFile>
#include <QFileInfo>
#include <QStringDecoder>
#include <algorithm>

#include "app/workbench/control/experiment_command.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_edit.h"

namespace moebel
{

namespace
{

constexpr int kParseMilliseconds = 150;
constexpr std::uint64_t kLargestFile = 4U << 20;
const QString kTyping = QStringLiteral("typing");

std::filesystem::path pathOf(const QString& file) { return QFile::encodeName(file).toStdString(); }

// TOML words without their quotes, for the names of commands.
QString plainValue(const QString& value)
{
    const bool isText = value.size() >= 2 && value.startsWith(QLatin1Char('"')) && value.endsWith(QLatin1Char('"'));
    return isText ? value.mid(1, value.size() - 2) : value;
}

}  // namespace

LoadedExperiment loadExperiment(const QString& file)
{
    LoadedExperiment loaded;
    loaded.file = QFileInfo(file).absoluteFilePath();
    const auto bytes = readFile(pathOf(loaded.file), kLargestFile);
    if (!bytes) {
        loaded.problem = QString::fromStdString(bytes.error().message);
        return loaded;
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(QByteArray::fromRawData(bytes->data(), qsizetype(bytes->size())));
    const ReadExperiment read = readExperiment(*bytes, loaded.file.toStdString());
    const auto notToml =
        std::find_if(read.problems.begin(), read.problems.end(), [](const Problem& p) { return p.code == "not-toml"; });
    static constexpr const char* kOwnKeys[] = {"title", "preset", "languages", "base", "expansion", "stage"};
    const auto given = [&read](const char* key) { return read.places.contains(key); };
    if (decoder.hasError())
        loaded.problem =
            ExperimentDocument::tr("\u2068%1\u2069 is not UTF-8 text; an experiment file is TOML.").arg(loaded.file);
    else if (notToml != read.problems.end())
        loaded.problem = ExperimentDocument::tr("\u2068%1\u2069, line %2: \u2068%3\u2069")
                             .arg(loaded.file)
                             .arg(notToml->line)
                             .arg(QString::fromStdString(notToml->message));
    else if (std::none_of(std::begin(kOwnKeys), std::end(kOwnKeys), given))
        loaded.problem = ExperimentDocument::tr(
                             "\u2068%1\u2069 describes no experiment: it has none of title, preset, [languages], "
                             "[base], [expansion] and [[stage]].")
                             .arg(loaded.file);
    else
        loaded.text = text;
    loaded.ofARun = QFileInfo::exists(QFileInfo(loaded.file).absolutePath() + QStringLiteral("/run.sqlite"));
    return loaded;
}

ExperimentDocument::ExperimentDocument(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs)
{
    m_parseTimer.setSingleShot(true);
    m_parseTimer.setInterval(kParseMilliseconds);
    connect(&m_parseTimer, &QTimer::timeout, this, &ExperimentDocument::parse);
    connect(&m_stack, &QUndoStack::cleanChanged, this, &ExperimentDocument::modifiedChanged);
    parse();
}

QString ExperimentDocument::name() const { return m_file.isEmpty() ? tr("untitled") : QFileInfo(m_file).fileName(); }

QString ExperimentDocument::folder() const { return m_file.isEmpty() ? m_home : QFileInfo(m_file).absolutePath(); }

void ExperimentDocument::reset(const QString& file, const QString& text)
{
    m_file = file;
    m_onDisk = file.isEmpty() ? QString() : text;
    m_replaceAnyway = false;
    m_editOpen = false;
    m_text = text;
    m_stack.clear();
    if (file.isEmpty()) m_stack.resetClean();
    parse();
    Q_EMIT textReplaced();
    Q_EMIT fileChanged();
    Q_EMIT modifiedChanged();
}

QString ExperimentDocument::presetValue(const std::string& path) const
{
    const auto found = m_preset.find(path);
    return found == m_preset.end() ? QString() : QString::fromStdString(found->second);
}

TextPlace ExperimentDocument::placeOf(const std::string& path) const
{
    std::string at = path;
    while (!at.empty() && !m_read.places.contains(at)) at.resize(at.rfind('.') == std::string::npos ? 0 : at.rfind('.'));
    return at.empty() ? TextPlace{} : m_read.places.at(at);
}

void ExperimentDocument::apply(const QString& text)
{
    m_text = text;
    if (m_typing) {
        m_parseTimer.start();
        return;
    }
    Q_EMIT textReplaced();
    parse();
}

void ExperimentDocument::push(const QString& text, const QString& command, const QString& mergeKey)
{
    if (text == m_text) return;
    auto* edit = new ExperimentEdit(*this, m_text, text, mergeKey, m_editOpen);
    edit->setText(command);
    m_stack.push(edit);
    m_editOpen = !mergeKey.isEmpty();
}

void ExperimentDocument::setText(const QString& text)
{
    m_typing = true;
    // A line break ends a command, so that undo goes back line by line.
    const bool newLine = text.count(QLatin1Char('\n')) != m_text.count(QLatin1Char('\n'));
    if (newLine) endEdit();
    push(text, tr("Edit the text"), kTyping);
    m_typing = false;
}

void ExperimentDocument::replaceText(const QString& text, const QString& command)
{
    endEdit();
    push(text, command, {});
}

void ExperimentDocument::setFields(const std::vector<std::pair<QString, QString>>& values, const QString& command)
{
    std::string text = m_text.toStdString();
    for (const auto& [path, value] : values) {
        auto edited = setValue(text, path.toStdString(), value.toStdString());
        if (!edited) {
            Q_EMIT refused(QString::fromStdString(edited.error().message));
            return;
        }
        text = std::move(*edited);
    }
    push(QString::fromStdString(text), command, values.size() == 1 ? values.front().first : QString());
}

void ExperimentDocument::setField(const QString& path, const QString& tomlValue)
{
    const QString key = path.section(QLatin1Char('.'), -1);
    setFields({{path, tomlValue}}, tr("Set %1 to \u2068%2\u2069").arg(key, plainValue(tomlValue)));
}

void ExperimentDocument::clearField(const QString& path)
{
    endEdit();
    const auto edited = removeValue(m_text.toStdString(), path.toStdString());
    if (!edited) {
        Q_EMIT refused(QString::fromStdString(edited.error().message));
        return;
    }
    push(QString::fromStdString(*edited), tr("Take back %1").arg(path.section(QLatin1Char('.'), -1)), {});
}

void ExperimentDocument::addStage(StageKind kind)
{
    endEdit();
    const auto edited = moebel::addStage(m_text.toStdString(), kind);
    if (edited)
        push(QString::fromStdString(*edited), tr("Add a stage"), {});
    else
        Q_EMIT refused(QString::fromStdString(edited.error().message));
}

void ExperimentDocument::removeStage(int index)
{
    endEdit();
    const auto edited = moebel::removeStage(m_text.toStdString(), std::size_t(index));
    if (edited)
        push(QString::fromStdString(*edited), tr("Remove stage %1").arg(index + 1), {});
    else
        Q_EMIT refused(QString::fromStdString(edited.error().message));
}

void ExperimentDocument::parseNow()
{
    if (m_parseTimer.isActive()) parse();
}

void ExperimentDocument::parse()
{
    m_parseTimer.stop();
    ReadExperiment read = readExperiment(m_text.toStdString(), name().toStdString());
    m_problems = read.problems;
    m_isToml = std::none_of(read.problems.begin(), read.problems.end(),
                            [](const Problem& p) { return p.code == "not-toml" || p.code == "file-too-large"; });
    if (m_isToml) {
        const bool otherPreset = read.experiment.preset != m_read.experiment.preset || m_preset.empty();
        m_read = std::move(read);
        m_fields = fieldsOf(m_read.experiment);
        if (otherPreset) {
            m_preset.clear();
            const std::string line = "preset = " + tomlText(m_read.experiment.preset);
            for (Field& field : fieldsOf(readExperiment(m_read.experiment.preset.empty() ? "" : line, "").experiment))
                m_preset[field.path] = std::move(field.value);
        }
    }
    Q_EMIT parsed();
}

void ExperimentDocument::saveAs(const QString& file)
{
    endEdit();
    const bool sameFile = file == m_file;
    const bool look = sameFile && !m_replaceAnyway;
    const QString text = m_text;
    m_jobs.run(
        this,
        [file, text, look, expected = m_onDisk]() -> QString {
            const auto now = look ? readFile(pathOf(file), kLargestFile) : Result<std::string>(failed("", ""));
            if (now && QString::fromStdString(*now) != expected)
                return tr("\u2068%1\u2069 was changed by another program since it was opened; save again to replace it, or "
                          "save "
                          "under another name.")
                    .arg(file);
            const Status written = writeFileAtomically(pathOf(file), text.toStdString());
            return written ? QString() : QString::fromStdString(written.error().message);
        },
        [this, file, text, look](const QString& problem) {
            m_replaceAnyway = look && !problem.isEmpty();
            if (!problem.isEmpty()) {
                Q_EMIT saveFailed(problem);
                return;
            }
            m_onDisk = text;
            m_file = file;
            if (m_text == text) m_stack.setClean();
            Q_EMIT fileChanged();
            Q_EMIT saved();
        });
}

}  // namespace moebel
