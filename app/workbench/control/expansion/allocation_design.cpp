#include "app/workbench/control/expansion/allocation_design.h"

#include <QUndoCommand>
#include <algorithm>
#include <cmath>
#include <utility>

namespace moebel
{

/// The candidates before and after; commands with the same key are one.
class AllocationEdit : public QUndoCommand
{
public:
    AllocationEdit(AllocationDesign& design, AllocationDesign::State after, const QString& text, QString key)
        : m_design(design), m_before(design.m_state), m_after(std::move(after)), m_key(std::move(key))
    {
        setText(text);
    }

    void undo() override { go(m_before); }
    void redo() override { go(m_after); }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const AllocationEdit*>(other);  // id() is that of this class alone
        if (m_key.isEmpty() || next->m_key != m_key) return false;
        m_after = next->m_after;
        setText(next->text());
        setObsolete(m_after == m_before);
        return true;
    }

private:
    void go(const AllocationDesign::State& state) { m_design.apply(state); }

    AllocationDesign& m_design;
    AllocationDesign::State m_before, m_after;
    QString m_key;
};

namespace
{

constexpr std::int64_t kExpertsALayer = 3;  // as MoE-LPR: the papers' total

/// The rule that the description of the run names.
AllocationCandidate ofExpansion(const ExpansionSpec& expansion, std::int64_t layers)
{
    AllocationCandidate candidate;
    candidate.floor = expansion.similarityFloor;
    candidate.total = wantedTotal(expansion, layers);
    candidate.delta = expansion.delta;
    if (!expansion.experts.empty()) candidate.each = expansion.experts.front();
    if (expansion.experts.size() > 1) candidate.parts = expansion.experts;
    switch (expansion.rule) {
        case AllocationRule::BySimilarity:
            candidate.rule = expansion.delta > 0 ? DesignRule::Delta : DesignRule::Total;
            break;
        case AllocationRule::LargestRemainder:
            candidate.rule = DesignRule::LargestRemainder;
            break;
        case AllocationRule::ReverseSimilarity:
            candidate.rule = DesignRule::Reverse;
            break;
        case AllocationRule::Schedule:
            candidate.rule = DesignRule::Schedule;
            break;
        case AllocationRule::Manual:
            candidate.rule = expansion.experts.size() == 1 ? DesignRule::Uniform : DesignRule::List;
            break;
        case AllocationRule::Uniform:
            candidate.rule = DesignRule::Uniform;
            break;
        case AllocationRule::ByDeviation:
        case AllocationRule::Layers:
        case AllocationRule::NearestExpert:
            candidate.rule = DesignRule::List;
            break;
    }
    return candidate;
}

}  // namespace

AllocationDesign::AllocationDesign(QObject* parent) : QObject(parent) {}

const AllocationCandidate* AllocationDesign::candidate() const
{
    const auto at = std::size_t(m_state.current);
    return at < m_state.candidates.size() ? &m_state.candidates[at] : nullptr;
}

void AllocationDesign::setEvidence(AllocationEvidence evidence)
{
    const bool same = evidence.key == m_evidence.key && evidence.layers() == m_evidence.layers();
    if (!m_evidence.key.isEmpty()) m_kept[m_evidence.key] = m_state;
    m_evidence = std::move(evidence);
    if (!same) {
        m_stack.clear();
        const auto kept = m_kept.find(m_evidence.key);
        const bool fits = kept != m_kept.end() && !kept->second.candidates.empty() &&
                          kept->second.candidates.front().experts.size() == m_evidence.layers();
        m_state = fits ? kept->second : firstState();
    }
    Q_EMIT evidenceChanged();
    Q_EMIT changed();
}

AllocationDesign::State AllocationDesign::firstState() const
{
    const auto layers = std::int64_t(m_evidence.layers());
    if (layers == 0) return {};
    AllocationCandidate first;
    if (!m_evidence.chosen.empty() && m_evidence.experiment) {
        first = ofExpansion(m_evidence.experiment->expansion, layers);
        first.name = tr("As in the run");
        first.experts = m_evidence.chosen;
        first.classifierLayers = m_evidence.classifierLayers;
        if (first.total == 0) first.total = first.sum();
        return {{first}, 0};
    }
    first.name = tr("By similarity");
    first.total = kExpertsALayer * layers;
    if (m_evidence.experiment) first.floor = m_evidence.experiment->expansion.similarityFloor;
    if (auto made = byRule(first, m_evidence)) return {{std::move(*made)}, 0};
    first.name = tr("Uniform");  // the similarity of a layer has no inverse
    first.rule = DesignRule::Uniform;
    return {{byRule(first, m_evidence).value()}, 0};
}

void AllocationDesign::apply(const State& state)
{
    m_state = state;
    Q_EMIT changed();
}

void AllocationDesign::push(State after, const QString& command, const QString& key)
{
    if (after == m_state) return;
    m_stack.push(new AllocationEdit(*this, std::move(after), command, key));
}

void AllocationDesign::replaceCurrent(const AllocationCandidate& candidate, const QString& command, const QString& key)
{
    State after = m_state;
    after.candidates[std::size_t(after.current)] = candidate;
    push(std::move(after), command, key);
}

void AllocationDesign::setCurrent(int index)
{
    if (index < 0 || index >= int(m_state.candidates.size()) || index == m_state.current) return;
    endEdit();
    m_state.current = index;
    Q_EMIT changed();
}

void AllocationDesign::chooseRule(DesignRule rule)
{
    if (!candidate()) return;
    AllocationCandidate changed = *candidate();
    endEdit();
    changed.rule = rule;
    changed.total = changed.sum();
    changed.each = std::max<std::int64_t>(2, std::llround(double(changed.sum()) / double(m_evidence.layers())));
    if (rule == DesignRule::Delta) {
        const auto place = ceilingAt(changed.sum(), m_evidence, changed.floor);
        std::optional<CeilingAllocation> found;
        if (place) found = place->exact ? place->exact : place->below;
        changed.delta = found ? found->delta : double(changed.sum());
    }
    setRule(changed, QStringLiteral("rule"));
}

void AllocationDesign::setRule(const AllocationCandidate& changed, const QString& field)
{
    if (!candidate()) return;
    const auto made = byRule(changed, m_evidence);
    if (made)
        replaceCurrent(*made, tr("Change the rule"), QStringLiteral("%1 %2").arg(field).arg(m_edit));
    else
        Q_EMIT refused(QString::fromStdString(made.error().message));
}

void AllocationDesign::setExperts(int layer, std::int64_t experts, int gesture)
{
    const AllocationCandidate* now = candidate();
    if (!now || layer < 0 || std::size_t(layer) >= now->experts.size()) return;
    const std::int64_t counts = experts - m_evidence.present[std::size_t(layer)] + 1;
    AllocationCandidate made = withExperts(*now, std::size_t(layer), counts, m_evidence);
    std::erase_if(made.classifierLayers, [&](std::int64_t at) {  // no classifier without a router
        return made.experts[std::size_t(at)] + m_evidence.present[std::size_t(at)] - 1 < 2;
    });
    const std::int64_t reached = made.experts[std::size_t(layer)];
    if (now->locked && reached < counts && reached == now->experts[std::size_t(layer)])
        Q_EMIT refused(tr("The number of new experts is kept, and the other layers have none to give to layer %1.").arg(layer));
    replaceCurrent(made, tr("Set layer %1 to %2 experts").arg(layer).arg(reached + m_evidence.present[std::size_t(layer)] - 1),
                   gesture > 0 ? QStringLiteral("gesture %1").arg(gesture) : QString());
}

void AllocationDesign::setClassifier(int layer, bool on)
{
    const AllocationCandidate* now = candidate();
    if (!now || layer < 0 || std::size_t(layer) >= now->experts.size()) return;
    const auto at = std::size_t(layer);
    if (on && now->experts[at] + m_evidence.present[at] - 1 < 2) {
        Q_EMIT refused(
            tr("Layer %1 stays dense: without a router there is nothing that a classifier could pass by.").arg(layer));
        return;
    }
    replaceCurrent(withClassifier(*now, layer, on),
                   on ? tr("Put a classifier into layer %1").arg(layer) : tr("Take the classifier out of layer %1").arg(layer));
}

void AllocationDesign::setClassifierCount(std::int64_t count)
{
    const AllocationCandidate* now = candidate();
    if (!now) return;
    std::vector<double> values;
    std::int64_t routers = 0;
    for (std::size_t i = 0; i < now->experts.size(); ++i) {
        const bool router = now->experts[i] + m_evidence.present[i] - 1 >= 2;
        routers += router;
        values.push_back(router ? m_evidence.similarity.layers[i].newOriginal : std::nan(""));
    }
    AllocationCandidate made = *now;
    made.classifierLayers = highestLayers(values, std::min(count, routers));
    replaceCurrent(made, tr("Put classifiers into %1 layers").arg(made.classifierLayers.size()),
                   QStringLiteral("classifiers %1").arg(m_edit));
}

void AllocationDesign::setLocked(bool locked)
{
    const AllocationCandidate* now = candidate();
    if (!now || now->locked == locked) return;
    AllocationCandidate made = *now;
    made.locked = locked;
    if (locked) made.total = made.sum();
    replaceCurrent(made, locked ? tr("Keep the number of new experts") : tr("Let the number of new experts change"));
}

void AllocationDesign::paste(const QString& text)
{
    if (!candidate()) return;
    auto experts = parsePasted(text, m_evidence.layers());
    if (!experts) {
        Q_EMIT refused(QString::fromStdString(experts.error().message));
        return;
    }
    AllocationCandidate pasted = *candidate();
    pasted.rule = DesignRule::List;
    pasted.locked = false;
    pasted.experts = std::move(*experts);
    const auto made = byRule(pasted, m_evidence);
    if (made) replaceCurrent(*made, tr("Paste a list of experts"));
}

void AllocationDesign::addCandidate()
{
    if (!candidate()) return;
    State after = m_state;
    AllocationCandidate copy = *candidate();
    const auto taken = [&](const QString& name) {
        return std::any_of(after.candidates.begin(), after.candidates.end(),
                           [&](const AllocationCandidate& other) { return other.name == name; });
    };
    int number = int(after.candidates.size()) + 1;
    while (taken(tr("Candidate %1").arg(number))) ++number;
    copy.name = tr("Candidate %1").arg(number);
    after.candidates.insert(after.candidates.begin() + after.current + 1, copy);
    ++after.current;
    push(std::move(after), tr("Add a candidate"));
}

void AllocationDesign::removeCandidate(int index)
{
    if (index < 0 || m_state.candidates.size() < 2 || std::size_t(index) >= m_state.candidates.size()) return;
    State after = m_state;
    after.candidates.erase(after.candidates.begin() + index);
    if (after.current > index || after.current == int(after.candidates.size())) --after.current;
    push(std::move(after), tr("Remove the candidate \u2068%1\u2069").arg(m_state.candidates[std::size_t(index)].name));
}

void AllocationDesign::rename(int index, const QString& name)
{
    const QString plain = name.simplified();
    if (index < 0 || std::size_t(index) >= m_state.candidates.size() || plain.isEmpty()) return;
    State after = m_state;
    after.candidates[std::size_t(index)].name = plain;
    push(std::move(after), tr("Rename a candidate"));
}

}  // namespace moebel
