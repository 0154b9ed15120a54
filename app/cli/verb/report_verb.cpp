// moebel report: tables and pictures of runs in one self-contained file.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/output.h"
#include "moebel/base/file.h"
#include "moebel/report/report.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::vector<std::string> runs;
    std::string folder;
    std::string out;
};

std::optional<ReportFormat> formatOf(const std::filesystem::path& file)
{
    const std::string extension = file.extension().string();
    if (extension == ".html") return ReportFormat::Html;
    if (extension == ".md") return ReportFormat::Markdown;
    if (extension == ".tex") return ReportFormat::Latex;
    return std::nullopt;
}

Result<int> report(const CommonOptions& common, const Options& options)
{
    const auto format = formatOf(options.out);
    if (!format) return invalidInput("usage", "--out " + options.out + ": expected a name that ends in .html, .md or .tex", "--out");
    std::vector<RunFolder> runs;
    for (const std::string& name : options.runs) {
        const auto run = findRun(name, options.folder);
        if (!run) return run.error();
        runs.push_back(*run);
    }
    const auto text = makeReport(runs, *format);
    if (!text) return text.error();
    if (const Status written = writeFileAtomically(options.out, *text); !written) return written.error();
    if (common.json) {
        printJson({{"out", options.out}, {"bytes", text->size()}});
    } else {
        std::cout << options.out << std::endl;
    }
    return 0;
}

}  // namespace

void addReport(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("report", "Tables and pictures of runs in one file",
                                  "moebel report runs/20260101-120000-first --out report.html");
    verb->add_option("RUN", options->runs, "Run folders or ids")->required();
    verb->add_option("--runs", options->folder, "Where ids are looked up (default: runs/ here)");
    verb->add_option("--out", options->out, "File to write: .html, .md or .tex")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return report(common, *options); });
}

}  // namespace moebel
