#include "app/workbench/control/grouping/grouping_design.h"

#include <QUndoCommand>
#include <algorithm>
#include <utility>

#include "app/workbench/control/grouping/grouping_files.h"

namespace moebel
{

/// The groups before and after.
class GroupingEdit : public QUndoCommand
{
public:
    GroupingEdit(GroupingDesign& design, Grouping after, const QString& text)
        : QUndoCommand(text), m_design(design), m_before(design.m_grouping), m_after(std::move(after))
    {
    }

    void undo() override { m_design.apply(m_before); }
    void redo() override { m_design.apply(m_after); }

private:
    GroupingDesign& m_design;
    Grouping m_before, m_after;
};

namespace
{

Result<LanguageGroups> formed(const LanguageMatrix& matrix, const Grouping& wanted, const std::stop_token& stop)
{
    switch (wanted.algorithm) {
        case GroupingAlgorithm::Exact:
            return groupExactly(matrix, wanted.count, stop);
        case GroupingAlgorithm::Growth:
            return groupByGrowth(matrix, wanted.count);
        case GroupingAlgorithm::Random:
            return groupRandomly(matrix.languages(), wanted.count, wanted.seed);
        case GroupingAlgorithm::Family:
            return groupByFamily(matrix.languages());
        case GroupingAlgorithm::Script:
            return groupByScript(matrix.languages());
        case GroupingAlgorithm::Manual:
            break;  // made by hand
    }
    return LanguageGroups{wanted.groups, {}, {}};
}

Grouping firstOf(const GroupingEvidence& evidence)
{
    Grouping first{evidence.first.groups, GroupingAlgorithm::Growth, std::int64_t(evidence.first.groups.size()), Seed{}};
    if (!evidence.ofRun) return first;
    first.algorithm = GroupingAlgorithm::Manual;
    if (!evidence.experiment || evidence.experiment->groups.algorithm == GroupingAlgorithm::Manual || !evidence.adapted.empty())
        return first;
    first.algorithm = evidence.experiment->groups.algorithm;
    first.seed = evidence.experiment->seed;
    return first;
}

}  // namespace

GroupingDesign::GroupingDesign(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

GroupingDesign::~GroupingDesign() { m_stop.request_stop(); }

const LanguageMatrix& GroupingDesign::matrix() const
{
    static const LanguageMatrix kNone;
    if (m_evidence.sources.empty()) return kNone;
    return m_evidence.sources[std::size_t(m_source)].matrices[std::size_t(m_layer)];
}

void GroupingDesign::setEvidence(GroupingEvidence evidence)
{
    if (evidence.key == m_evidence.key && evidence.sources == m_evidence.sources && evidence.ofRun == m_evidence.ofRun) {
        m_evidence = std::move(evidence);  // read once more: what was made stays
        Q_EMIT evidenceChanged();
        return;
    }
    cancel();
    if (!m_evidence.key.isEmpty()) m_kept[m_evidence.key] = m_grouping;
    m_evidence = std::move(evidence);
    m_source = m_layer = 0;
    m_compared.reset();
    m_stack.clear();
    const auto kept = m_kept.find(m_evidence.key);
    const auto sorted = [](std::vector<std::string> codes) {
        std::sort(codes.begin(), codes.end());
        return codes;
    };
    const bool fits =
        kept != m_kept.end() && sorted(languagesIn({kept->second.groups, {}, {}})) == sorted(languagesIn(m_evidence.first));
    m_grouping = fits ? kept->second : firstOf(m_evidence);
    Q_EMIT evidenceChanged();
    Q_EMIT matrixChanged();
    Q_EMIT changed();
}

void GroupingDesign::chooseSource(int source)
{
    if (source == m_source || source < 0 || source >= int(m_evidence.sources.size())) return;
    m_source = source;
    m_layer = 0;
    Q_EMIT matrixChanged();
    Q_EMIT changed();
}

void GroupingDesign::chooseLayer(int layer)
{
    if (m_evidence.sources.empty() || layer == m_layer || layer < 0 ||
        layer >= int(m_evidence.sources[std::size_t(m_source)].matrices.size()))
        return;
    m_layer = layer;
    Q_EMIT matrixChanged();
    Q_EMIT changed();
}

void GroupingDesign::form(GroupingAlgorithm algorithm, std::int64_t count, Seed seed)
{
    cancel();
    Grouping wanted{m_grouping.groups, algorithm, count, seed};
    m_stop = {};
    setForming(true);
    m_jobs.run(
        this, [matrix = matrix(), wanted, stop = m_stop.get_token()] { return formed(matrix, wanted, stop); },
        [this, request = m_request, wanted](const Result<LanguageGroups>& groups) { finishForming(request, wanted, groups); });
}

void GroupingDesign::finishForming(quint64 request, Grouping wanted, const Result<LanguageGroups>& groups)
{
    if (request != m_request) return;
    setForming(false);
    if (!groups) {
        Q_EMIT refused(QString::fromStdString(groups.error().message));
        if (groups.error().code == "too-many-subsets") Q_EMIT growthOffered(wanted.count);
        return;
    }
    wanted.groups = groups->groups;
    push(std::move(wanted), tr("Group the languages"));
}

void GroupingDesign::cancel()
{
    ++m_request;
    m_stop.request_stop();
    setForming(false);
}

void GroupingDesign::setForming(bool forming)
{
    if (std::exchange(m_forming, forming) != forming) Q_EMIT formingChanged(forming);
}

void GroupingDesign::move(const std::string& language, std::size_t group)
{
    const auto from = groupOf({m_grouping.groups, {}, {}}, language);
    if (!from || *from == group || group > m_grouping.groups.size()) return;
    if (group == m_grouping.groups.size() && m_grouping.groups[*from].size() == 1) return;  // it is alone already
    Grouping after = m_grouping;
    after.algorithm = GroupingAlgorithm::Manual;
    if (group == after.groups.size()) after.groups.emplace_back();
    std::erase(after.groups[*from], language);
    after.groups[group].push_back(language);
    std::erase_if(after.groups, [](const auto& members) { return members.empty(); });
    push(std::move(after), tr("Move \u2068%1\u2069").arg(QString::fromStdString(language)));
}

void GroupingDesign::take(const LanguageGroups& groups, const QString& title)
{
    Grouping after = m_grouping;
    after.algorithm = GroupingAlgorithm::Manual;
    after.groups = fitted(groups, m_evidence.languages).groups;
    push(std::move(after), tr("Take the groups of \u2068%1\u2069").arg(title));
}

void GroupingDesign::compareWith(std::optional<Compared> compared)
{
    m_compared = std::move(compared);
    Q_EMIT changed();
}

void GroupingDesign::push(Grouping after, const QString& command)
{
    if (after == m_grouping) {
        Q_EMIT changed();  // what was chosen in vain is shown as it is
        return;
    }
    m_stack.push(new GroupingEdit(*this, std::move(after), command));
}

void GroupingDesign::apply(const Grouping& grouping)
{
    cancel();
    m_grouping = grouping;
    Q_EMIT changed();
}

}  // namespace moebel
