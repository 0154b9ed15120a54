#include "command_line.h"

#include <algorithm>
#include <cstring>
#include <iostream>

#include "kernels/cuda_backend.h"
#include "moebel/base/nearest_word.h"
#include "output.h"
#include "program.h"

namespace moebel {
namespace {

constexpr int kNotParsed = -1;

bool asksForJson(int argc, char** argv)
{
    return std::any_of(argv + 1, argv + argc, [](const char* argument) { return std::strcmp(argument, "--json") == 0; });
}

/// A sentence of CLI11 on one line.
std::string oneLine(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// Whether this verb may be asked to compute there.
Status checkDevice(const std::string& device, const std::string& verb, bool usesGpu)
{
    if (device == "auto" || device == "cpu") return Done{};
    const bool hasNumber = device.starts_with("cuda:") && device.find_first_not_of("0123456789", 5) == std::string::npos;
    if (device != "cuda" && !(hasNumber && device.size() > 5))
        return invalidInput("usage", "--device " + device + ": expected auto, cpu, cuda or cuda:<number>", "--device");
    const auto backend = loadCudaBackend(cudaLibrary());
    if (backend && usesGpu) return Done{};
    const std::string why = backend ? "'moebel " + verb + "' computes on the CPU" : backend.error().message;
    return invalidInput("no-device", "--device " + device + ": " + why + "; use --device auto or cpu", "--device");
}

}  // namespace

CommandLine::CommandLine() : m_app("Moebel expands a language model to further languages and shows what becomes of its original ones.", "moebel")
{
    m_app.require_subcommand(1);
    m_app.set_version_flag("--version", std::string("moebel ") + programVersion());
    m_app.footer("Every verb explains itself: moebel <verb> --help\nExample: moebel run projects/first-expansion/experiment.toml");
}

CLI::App* CommandLine::addVerb(const std::string& name, const std::string& description, const std::string& example,
                               VerbKind kind)
{
    CLI::App* verb = m_app.add_subcommand(name, description);
    if (description.empty()) verb->group("");
    verb->footer("Example:\n  " + example);
    verb->add_flag("--json", m_common.json, "One JSON value on stdout and nothing else there");
    verb->add_option("--threads", m_common.threads, "Threads that compute (default: all cores)")->check(CLI::Range(1, 1024));
    verb->add_option("--device", m_common.device, "auto, cpu, or cuda[:i]");
    m_verbs.push_back({verb, kind, {}});
    return verb;
}

void CommandLine::onCall(const CLI::App* verb, VerbAction action)
{
    entryOf(verb).action = std::move(action);
}

void CommandLine::mayUseGpu(const CLI::App* verb) { entryOf(verb).usesGpu = true; }

CommandLine::Verb& CommandLine::entryOf(const CLI::App* verb)
{
    return *std::find_if(m_verbs.begin(), m_verbs.end(), [&](const Verb& entry) { return entry.app == verb; });
}

int CommandLine::parse(int argc, char** argv)
{
    const bool namesVerb = argc > 1 && argv[1][0] != '-';
    const auto hasName = [&](const Verb& verb) { return verb.app->check_name(argv[1]); };
    if (namesVerb && std::none_of(m_verbs.begin(), m_verbs.end(), hasName)) {
        std::vector<std::string> names;
        for (const Verb& verb : m_verbs)
            if (!verb.app->get_group().empty()) names.push_back(verb.app->get_name());
        const std::string nearest = nearestWord(argv[1], names);
        const std::string message = "there is no verb '" + std::string(argv[1]) + "'; " +
                                    (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") + "'moebel --help' lists them";
        return printError(invalidInput("unknown-verb", message, argv[1]), asksForJson(argc, argv));
    }
    try {
        m_app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return m_app.exit(error);  // --help and --version
        const bool lacksVerb = !namesVerb && error.get_name() == "RequiredError";
        if (lacksVerb) return printError(invalidInput("usage", "a verb is missing; 'moebel --help' lists them", "moebel"), asksForJson(argc, argv));
        const std::string where = namesVerb ? "moebel " + std::string(argv[1]) : "moebel";
        const std::string message = (namesVerb ? std::string(argv[1]) + ": " : "") + oneLine(error.what()) + "; '" + where + " --help' shows an example";
        return printError(invalidInput("usage", message, where), asksForJson(argc, argv));
    }
    return kNotParsed;
}

int CommandLine::call(const Verb& verb, char** argv)
{
    if (const Status device = checkDevice(m_common.device, verb.app->get_name(), verb.usesGpu); !device) return printError(device.error(), m_common.json);
    if (verb.kind == VerbKind::Computing) restartWithWorkerEnvironment(argv);
    const Result<int> result = verb.action(m_common);
    return result ? *result : printError(result.error(), m_common.json);
}

int CommandLine::run(int argc, char** argv)
{
    const int ended = parse(argc, argv);
    if (ended != kNotParsed) return ended;
    for (const Verb& verb : m_verbs) {
        if (verb.app->parsed()) return call(verb, argv);
    }
    return exitCode(ErrorKind::InvalidInput);
}

}  // namespace moebel
