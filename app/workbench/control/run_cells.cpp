#include "app/workbench/control/run_cells.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <compare>

#include "widgets/support/theme_roles.h"

namespace moebel
{

namespace
{

const QString kNone = QStringLiteral("\u2013");

QString bits(double value) { return std::isfinite(value) ? QLocale().toString(value, 'f', 3) : kNone; }

QString percent(double share)
{
    return std::isfinite(share)
               ? QStringLiteral("\u2068%1\u2069").arg(RunListModel::tr("%1 %")).arg(QLocale().toString(100 * share, 'f', 1))
               : kNone;
}

QString text(const std::string& words) { return QString::fromStdString(words); }

QString codes(const std::vector<std::string>& languages)
{
    QStringList list;
    for (const std::string& code : languages) list << text(code);
    return list.join(QLatin1Char(' '));
}

QString languagesText(const RunSummary& run)
{
    if (run.originalLanguages.empty() && run.expandedLanguages.empty()) return {};
    return codes(run.originalLanguages) + QStringLiteral(" + ") + codes(run.expandedLanguages);
}

const std::string& shownTitle(const RunSummary& run) { return run.title.empty() ? run.id : run.title; }

std::weak_ordering byText(const std::string& a, const std::string& b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
    return std::lexicographical_compare_three_way(
        a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) -> std::weak_ordering {
            return static_cast<unsigned char>(lower(x)) <=> static_cast<unsigned char>(lower(y));
        });
}

std::weak_ordering byNumber(double a, double b)
{
    return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

double number(const RunSummary& run, int column)
{
    switch (column) {
        case RunListModel::Star:
            return run.notes.starred ? 0 : 1;
        case RunListModel::Progress:
            return doneShare(run.status);
        case RunListModel::Loss:
            return run.loss;
        case RunListModel::OriginalBits:
            return run.originalBitsPerByte;
        case RunListModel::ExpandedBits:
            return run.expandedBitsPerByte;
        case RunListModel::Restored:
            return run.restored;
        case RunListModel::Kept:
            return run.kept;
        case RunListModel::Created:
            return run.createdAt;
        default:
            return 0;
    }
}

std::string sortText(const RunSummary& run, int column)
{
    switch (column) {
        case RunListModel::State:
            return std::string(name(run.status.state));
        case RunListModel::Title:
            return shownTitle(run);
        case RunListModel::Method:
            return run.method;
        case RunListModel::Languages:
            return languagesText(run).toStdString();
        case RunListModel::Tags:
            return tagText(run.notes.tags).toStdString();
        case RunListModel::Notes:
            return run.notes.notes;
        case RunListModel::Remark:
            return run.status.reason;
        default:
            return {};
    }
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

QString stateText(RunState state)
{
    switch (state) {
        case RunState::Queued:
            return RunListModel::tr("queued");
        case RunState::Running:
            return RunListModel::tr("running");
        case RunState::Paused:
            return RunListModel::tr("paused");
        case RunState::Stopped:
            return RunListModel::tr("stopped");
        case RunState::Finished:
            return RunListModel::tr("finished");
        case RunState::Failed:
            return RunListModel::tr("failed");
        case RunState::Interrupted:
            return RunListModel::tr("interrupted");
        case RunState::Damaged:
            return RunListModel::tr("damaged");
    }
    return {};
}

QString stateText(const RunStatus& status) { return status.ending ? RunListModel::tr("ending") : stateText(status.state); }

// The word beside it says the same.
QColor stateColour(RunState state, const QPalette& palette)
{
    switch (state) {
        case RunState::Running:
            return palette.color(QPalette::Link);
        case RunState::Finished:
            return goodColour(palette);
        case RunState::Failed:
        case RunState::Damaged:
            return palette.color(kErrorRole);
        case RunState::Interrupted:
            return palette.color(kWarningRole);
        case RunState::Queued:
        case RunState::Paused:
        case RunState::Stopped:
            return palette.color(QPalette::PlaceholderText);
    }
    return {};
}

double doneShare(const RunStatus& status)
{
    return status.totalSteps > 0 ? std::clamp(double(status.step) / double(status.totalSteps), 0.0, 1.0) : 0.0;
}

bool isNumberColumn(int column)
{
    return column == RunListModel::Loss || column == RunListModel::OriginalBits || column == RunListModel::ExpandedBits ||
           column == RunListModel::Restored || column == RunListModel::Kept;
}

QString runCellText(const RunSummary& run, const RunNotes& notes, int column)
{
    const QLocale locale;
    switch (column) {
        case RunListModel::Star:
            return notes.starred ? QStringLiteral("\u2605") : QStringLiteral("\u2606");
        case RunListModel::State:
            return stateText(run.status);
        case RunListModel::Title:
            return text(shownTitle(run));
        case RunListModel::Method:
            return text(run.method);
        case RunListModel::Progress:
            if (run.status.totalSteps <= 0) return kNone;
            return QStringLiteral("\u2068%1\u2069")
                .arg(RunListModel::tr("%1 of %2"))
                .arg(locale.toString(qint64(run.status.step)), locale.toString(qint64(run.status.totalSteps)));
        case RunListModel::Loss:
            return bits(run.loss);
        case RunListModel::OriginalBits:
            return bits(run.originalBitsPerByte);
        case RunListModel::ExpandedBits:
            return bits(run.expandedBitsPerByte);
        case RunListModel::Restored:
            return percent(run.restored);
        case RunListModel::Kept:
            return percent(run.kept);
        case RunListModel::Languages:
            return languagesText(run);
        case RunListModel::Tags:
            return tagText(notes.tags);
        case RunListModel::Created:
            if (!(run.createdAt > 0)) return kNone;
            return locale.toString(QDateTime::fromMSecsSinceEpoch(qint64(run.createdAt * 1000)),
                                   QStringLiteral("yyyy-MM-dd hh:mm"));
        case RunListModel::Notes:
            return text(notes.notes).simplified();
        case RunListModel::Remark:
            return text(run.status.reason);
        default:
            return {};
    }
}

QVariant runCellStored(const RunSummary& run, const RunNotes& notes, int column)
{
    switch (column) {
        case RunListModel::Star:
            return QString(notes.starred ? QStringLiteral("1") : QStringLiteral("0"));
        case RunListModel::State:
            return text(std::string(name(run.status.state)));
        case RunListModel::Progress:
            return QStringLiteral("%1/%2").arg(run.status.step).arg(run.status.totalSteps);
        case RunListModel::Created:
            if (!(run.createdAt > 0)) return QString();
            return QDateTime::fromMSecsSinceEpoch(qint64(run.createdAt * 1000), Qt::UTC).toString(Qt::ISODateWithMs);
        case RunListModel::Loss:
        case RunListModel::OriginalBits:
        case RunListModel::ExpandedBits:
        case RunListModel::Restored:
        case RunListModel::Kept:
            return number(run, column);
        default:
            return runCellText(run, notes, column);
    }
}

QString runCellTip(const RunSummary& run, const RunNotes& notes, int column)
{
    if (column == RunListModel::Star)
        return notes.starred ? RunListModel::tr("Starred; a click takes the star away") : RunListModel::tr("Star this run");
    if (column == RunListModel::Notes && !notes.notes.empty()) return text(notes.notes);
    const QString reason = text(run.status.reason), id = text(run.id);
    return reason.isEmpty() ? id : id + QLatin1Char('\n') + reason;
}

QString runColumnTitle(int column)
{
    switch (column) {
        case RunListModel::Star:
            return QStringLiteral("\u2605");
        case RunListModel::State:
            return RunListModel::tr("State");
        case RunListModel::Title:
            return RunListModel::tr("Title");
        case RunListModel::Method:
            return RunListModel::tr("Method");
        case RunListModel::Progress:
            return RunListModel::tr("Steps");
        case RunListModel::Loss:
            return RunListModel::tr("Loss");
        case RunListModel::OriginalBits:
            return RunListModel::tr("Original, bpb");
        case RunListModel::ExpandedBits:
            return RunListModel::tr("Expanded, bpb");
        case RunListModel::Restored:
            return RunListModel::tr("Restored");
        case RunListModel::Kept:
            return RunListModel::tr("Kept");
        case RunListModel::Languages:
            return RunListModel::tr("Languages");
        case RunListModel::Tags:
            return RunListModel::tr("Tags");
        case RunListModel::Created:
            return RunListModel::tr("Created");
        case RunListModel::Notes:
            return RunListModel::tr("Notes");
        case RunListModel::Remark:
            return RunListModel::tr("Remark");
        default:
            return {};
    }
}

QString runColumnTip(int column)
{
    switch (column) {
        case RunListModel::Star:
            return RunListModel::tr("Starred");
        case RunListModel::Loss:
            return RunListModel::tr(
                "Language-model loss over the steps of all stages, nats per token; the number is the newest value");
        case RunListModel::OriginalBits:
        case RunListModel::ExpandedBits:
            return RunListModel::tr(
                "Bits per byte on held-out text at the newest end of a stage, averaged over the languages of the role; lower "
                "is better");
        case RunListModel::Restored:
            return RunListModel::tr(
                "Share of what the original languages lost after post-pretraining that the review brought back");
        case RunListModel::Kept:
            return RunListModel::tr("Share of what the expanded languages gained after post-pretraining that the review kept");
        case RunListModel::Languages:
            return RunListModel::tr("Original + expanded languages");
        default:
            return {};
    }
}

bool runBefore(const RunSummary& a, const RunSummary& b, int column, bool descending)
{
    switch (column) {
        case RunListModel::Star:
        case RunListModel::Progress:
        case RunListModel::Loss:
        case RunListModel::OriginalBits:
        case RunListModel::ExpandedBits:
        case RunListModel::Restored:
        case RunListModel::Kept:
        case RunListModel::Created: {
            const double x = number(a, column), y = number(b, column);
            if (!std::isfinite(x) || !std::isfinite(y)) return std::isfinite(x) && !std::isfinite(y);
            const auto order = byNumber(x, y);
            return descending ? order > 0 : order < 0;
        }
        default: {
            const std::string x = sortText(a, column), y = sortText(b, column);
            if (x.empty() || y.empty()) return !x.empty() && y.empty();
            const auto order = byText(x, y);
            return descending ? order > 0 : order < 0;
        }
    }
}

bool sameRow(const RunSummary& a, const RunSummary& b)
{
    return a.id == b.id && a.title == b.title && a.method == b.method && a.status.state == b.status.state &&
           a.status.reason == b.status.reason && a.status.ending == b.status.ending && a.status.step == b.status.step &&
           a.status.totalSteps == b.status.totalSteps && a.createdAt == b.createdAt && same(a.loss, b.loss) &&
           same(a.originalBitsPerByte, b.originalBitsPerByte) && same(a.expandedBitsPerByte, b.expandedBitsPerByte) &&
           same(a.restored, b.restored) && same(a.kept, b.kept) && a.originalLanguages == b.originalLanguages &&
           a.expandedLanguages == b.expandedLanguages && a.notes == b.notes;
}

QString tagText(const std::vector<std::string>& tags)
{
    QStringList list;
    for (const std::string& tag : tags) list << text(tag);
    return list.join(QStringLiteral(", "));
}

std::vector<std::string> tagsOf(const QString& written)
{
    std::vector<std::string> tags;
    for (const QString& part : written.split(QLatin1Char(','))) {
        const std::string tag = part.simplified().toStdString();
        if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
    }
    return tags;
}

}  // namespace moebel
