// The verbs of `moebel`, what they have in common, and how an error reaches the user.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

/// Options that every verb has.
struct CommonOptions {
    bool json = false;
    int threads = 0;  ///< 0 = all cores
    std::string device = "auto";
};

/// Does a verb's work; the value is the exit code.
using VerbAction = std::function<Result<int>(const CommonOptions&)>;

/// Whether a verb multiplies matrices in this process, so that the threads' settings must stand before it starts.
enum class VerbKind { Light, Computing };

class CommandLine {
public:
    CommandLine();

    /// `example` is printed by the verb's --help. An empty description hides the verb.
    CLI::App* addVerb(const std::string& name, const std::string& description, const std::string& example,
                      VerbKind kind = VerbKind::Light);
    void onCall(const CLI::App* verb, VerbAction action);
    /// The verb computes where --device says; the others compute on the CPU.
    void mayUseGpu(const CLI::App* verb);

    /// Parses, runs the verb, prints what went wrong; returns the exit code.
    int run(int argc, char** argv);
    /// Whether the call asked for JSON; known once a verb runs.
    bool json() const { return m_common.json; }

private:
    struct Verb {
        CLI::App* app = nullptr;
        VerbKind kind = VerbKind::Light;
        VerbAction action;
        bool usesGpu = false;
    };
    Verb& entryOf(const CLI::App* verb);
    int parse(int argc, char** argv);
    int call(const Verb& verb, char** argv);

    CLI::App m_app;
    CommonOptions m_common;
    std::vector<Verb> m_verbs;
};

}  // namespace moebel
