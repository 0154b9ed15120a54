#include "engine/text/file_importers.h"
#include "engine/text/file_source.h"
#include "engine/text/line_reader.h"
#include "engine/text/page_tree.h"
#include "engine/text/utf8.h"
#include "moebel/base/file.h"

namespace moebel {

namespace {

/// Documents of one file, separated by blank lines; a page is the number of a document's first line.
Status readParagraphFile(const std::filesystem::path& file, Corpus& corpus)
{
    Result<LineReader> reader = LineReader::open(file);
    if (!reader) return reader.error();
    std::vector<std::string> skipped;
    std::size_t all = 0;
    Document document;
    bool isBad = false;
    const auto endDocument = [&] {
        if (document.page.empty()) return;
        ++all;
        if (isBad)
            skipped.push_back(std::to_string(std::stoll(document.page)));
        else
            corpus.documents.push_back(document);
        document = {};
        isBad = false;
    };
    for (std::string line; reader->next(line);) {
        if (!reader->wasTooLong() && simplified(line).empty()) {
            endDocument();
            continue;
        }
        if (document.page.empty()) document.page = numberedPage(reader->number());
        isBad = isBad || reader->wasTooLong() || !isValidUtf8(line);
        document.text += line + '\n';
    }
    endDocument();
    if (!skipped.empty())
        corpus.warnings.push_back(skippedWarning(file.filename().string(), skipped.size(), all, "documents", skipped));
    return Done{};
}

/// Every file a document.
void readFolder(const std::filesystem::path& folder, Corpus& corpus)
{
    std::vector<std::string> skipped;
    const std::vector<std::filesystem::path> files = filesOf(folder);
    for (const std::filesystem::path& file : files) {
        const std::string page = file.lexically_relative(folder).generic_string();
        Result<std::string> text = readFile(file);
        if (!text || !isValidUtf8(*text))
            skipped.push_back(page);
        else if (!simplified(*text).empty())
            corpus.documents.push_back({page, std::move(*text)});
    }
    if (!skipped.empty())
        corpus.warnings.push_back(skippedWarning(folder.filename().string(), skipped.size(), files.size(), "files", skipped));
}

class TextFileImporter : public CorpusImporter {
public:
    TextFileImporter(DataSpec data, std::filesystem::path baseFolder)
        : m_data(std::move(data)), m_baseFolder(std::move(baseFolder))
    {
    }

    Result<Corpus> load(const std::string& language) override
    {
        const Result<std::filesystem::path> source = sourceOf(m_data, m_baseFolder, language);
        if (!source) return source.error();
        Corpus corpus{language, {}, {}};
        std::error_code error;
        if (std::filesystem::is_directory(*source, error))
            readFolder(*source, corpus);
        else if (const Status read = readParagraphFile(*source, corpus); !read)
            return read.error();
        return nonEmpty(std::move(corpus), *source);
    }

    Result<std::string> fingerprint(const std::string& language) override
    {
        const Result<std::filesystem::path> source = sourceOf(m_data, m_baseFolder, language);
        if (!source) return source.error();
        return "text 1 " + filesFingerprint(*source);
    }

private:
    DataSpec m_data;
    std::filesystem::path m_baseFolder;
};

}  // namespace

std::unique_ptr<CorpusImporter> makeTextFileImporter(const DataSpec& data, const std::filesystem::path& baseFolder)
{
    return std::make_unique<TextFileImporter>(data, baseFolder);
}

}  // namespace moebel
