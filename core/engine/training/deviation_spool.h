// What DMoE's probe keeps on disk of finished languages, so that an interrupted one goes on after them.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/training/deviation_change.h"
#include "engine/training/deviation_probe.h"

namespace moebel
{

/// One file a language, named by the hash of everything that its change follows from (base, text, settings, seed, threads):
/// what is found is what would be measured.
class DeviationSpool
{
public:
    /// Without a folder nothing is kept.
    DeviationSpool(std::filesystem::path folder, const Decoder& base, const DeviationSettings& settings, Seed seed,
                   Precision precision);

    /// None: not there, or not readable.
    std::optional<DeviationChange> find(const DeviationText& text) const;
    Status keep(const DeviationText& text, const DeviationChange& change) const;
    /// The files of a finished probe, and the folder where nothing else is in it.
    void remove();

private:
    std::filesystem::path fileOf(const DeviationText& text) const;

    std::filesystem::path m_folder;
    std::string m_key;
    mutable std::vector<std::filesystem::path> m_files;
};

}  // namespace moebel
