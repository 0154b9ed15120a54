// Text of the user's own files, one file or folder a language (data.files).
#pragma once

#include <filesystem>
#include <memory>

#include "engine/text/corpus.h"

namespace moebel {

/// A file: documents are separated by blank lines. A folder: every regular file in it is a document, its name the page.
/// Documents that are no valid UTF-8 are skipped and listed in a warning.
std::unique_ptr<CorpusImporter> makeTextFileImporter(const DataSpec& data, const std::filesystem::path& baseFolder);

/// One JSON object a line, its text in the field "text". Lines that are no such object, no valid UTF-8, nested deeper than 64
/// or longer than 16 MiB are skipped, counted and listed by number in a warning. Blank lines count, but mean nothing.
std::unique_ptr<CorpusImporter> makeJsonLinesImporter(const DataSpec& data, const std::filesystem::path& baseFolder);

}  // namespace moebel
