#include "moebel/report/report.h"

#include "formats.h"

namespace moebel {

Result<std::string> makeReport(const std::vector<RunFolder>& runs, ReportFormat format)
{
    if (runs.empty()) return invalidInput("no-run", "a report needs at least one run; name a run folder or the id of a run");
    std::vector<RunData> read;
    for (const RunFolder& folder : runs) {
        auto run = readRunData(folder);
        if (!run) return run.error();
        read.push_back(std::move(run).value());
    }
    switch (format) {
        case ReportFormat::Html:
            return htmlReport(read);
        case ReportFormat::Markdown:
            return markdownReport(read);
        case ReportFormat::Latex:
            return latexReport(read);
    }
    return failed("unknown-format", "the report was asked for in a format that does not exist");
}

}  // namespace moebel
