#include "app/workbench/control/routing_reading.h"

#include <QCoreApplication>
#include <algorithm>

namespace moebel
{

namespace
{

// The last capture on the same kind of text at or before the step, else the first one.
const RoutingCapture* nearest(const std::vector<RoutingCapture>& captures, const RoutingCapture& wanted)
{
    const RoutingCapture* found = nullptr;
    for (const RoutingCapture& capture : captures)
        if (capture.split == wanted.split && (found == nullptr || capture.step <= wanted.step)) found = &capture;
    return found;
}

void readOther(const RunFolder& run, const std::optional<RoutingCapture>& exactly, const RoutingCapture& wanted,
               const std::vector<Language>& languages, RoutingReading& reading)
{
    const RunRouting other = readRunRouting(run);
    const RoutingCapture* capture = exactly ? &*exactly : nearest(other.captures, wanted);
    if (!other.problem.isEmpty() || capture == nullptr) {
        reading.problem =
            !other.problem.isEmpty()
                ? other.problem
                : QCoreApplication::translate("RoutingReading", "%1 has no capture on this kind of text to compare with.")
                      .arg(other.title);
        return;
    }
    CaptureRouting read = readCapture(run, *capture);
    reading.problem = read.problem;
    if (!read.problem.isEmpty()) return;
    reading.reference = std::move(read.stats);
    for (const Language& language : languages) {
        const auto found = std::find_if(other.languages.begin(), other.languages.end(),
                                        [&](const Language& candidate) { return candidate.code == language.code; });
        reading.referenceIndex.push_back(found == other.languages.end() ? -1 : std::int32_t(found - other.languages.begin()));
    }
}

}  // namespace

RoutingReading readRouting(const RunFolder& run, const RoutingCapture& capture, const std::vector<Language>& languages,
                           const RoutingReference& reference)
{
    CaptureRouting read = readCapture(run, capture);
    RoutingReading reading{read.problem, std::move(read.stats), std::nullopt, {}, {}, read.hasOriginal, {}};
    if (!reading.problem.isEmpty()) return reading;
    reading.expansion = readExpansion(run, capture);
    reading.halves = halvesBand(read.profiles, reading.stats.experts());
    if (const auto* same = std::get_if<RoutingCapture>(&reference)) {
        CaptureRouting other = readCapture(run, *same);
        reading.problem = other.problem;
        reading.reference = std::move(other.stats);
        for (std::size_t i = 0; i < languages.size(); ++i) reading.referenceIndex.push_back(std::int32_t(i));
    } else if (const auto* other = std::get_if<RunFolder>(&reference)) {
        readOther(*other, std::nullopt, capture, languages, reading);
    } else if (const auto* exactly = std::get_if<CaptureOf>(&reference)) {
        readOther(exactly->run, exactly->capture, capture, languages, reading);
    }
    return reading;
}

}  // namespace moebel
