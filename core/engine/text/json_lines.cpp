#include <nlohmann/json.hpp>
#include <optional>

#include "engine/text/file_importers.h"
#include "engine/text/file_source.h"
#include "engine/text/line_reader.h"
#include "engine/text/page_tree.h"
#include "engine/text/utf8.h"

namespace moebel {

namespace {

constexpr int kDeepest = 64;

/// Takes the string "text" of the outermost object and builds nothing else, so that depth costs nothing.
class TextFieldReader : public nlohmann::json_sax<nlohmann::json> {
public:
    std::optional<std::string> text;

    bool null() override { return endValue(); }
    bool boolean(bool) override { return endValue(); }
    bool number_integer(number_integer_t) override { return endValue(); }
    bool number_unsigned(number_unsigned_t) override { return endValue(); }
    bool number_float(number_float_t, const string_t&) override { return endValue(); }
    bool binary(binary_t&) override { return false; }
    bool string(string_t& value) override
    {
        if (m_isText) text = std::move(value);
        return endValue();
    }
    bool start_object(std::size_t) override { return goDown(); }
    bool start_array(std::size_t) override { return m_depth > 0 && goDown(); }  // a line is an object
    bool end_object() override { return goUp(); }
    bool end_array() override { return goUp(); }
    bool key(string_t& name) override
    {
        m_isText = m_depth == 1 && name == "text";
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

private:
    bool endValue()
    {
        m_isText = false;
        return m_depth > 0;
    }
    bool goDown()
    {
        m_isText = false;
        return ++m_depth <= kDeepest;
    }
    bool goUp()
    {
        --m_depth;
        return true;
    }

    int m_depth = 0;
    bool m_isText = false;  ///< the value that comes next
};

std::optional<std::string> textOf(const std::string& line)
{
    TextFieldReader reader;
    if (!nlohmann::json::sax_parse(line, &reader) || !reader.text || !isValidUtf8(*reader.text)) return std::nullopt;
    return std::move(reader.text);
}

class JsonLinesImporter : public CorpusImporter {
public:
    JsonLinesImporter(DataSpec data, std::filesystem::path baseFolder)
        : m_data(std::move(data)), m_baseFolder(std::move(baseFolder))
    {
    }

    Result<Corpus> load(const std::string& language) override
    {
        const Result<std::filesystem::path> source = sourceOf(m_data, m_baseFolder, language);
        if (!source) return source.error();
        Result<LineReader> reader = LineReader::open(*source);
        if (!reader) return reader.error();
        Corpus corpus{language, {}, {}};
        std::vector<std::string> skipped;
        for (std::string line; reader->next(line);) {
            if (!reader->wasTooLong() && simplified(line).empty()) continue;
            std::optional<std::string> text = textOf(line);
            if (!text)
                skipped.push_back(std::to_string(reader->number()));
            else if (!text->empty())
                corpus.documents.push_back({numberedPage(reader->number()), std::move(*text)});
        }
        if (!skipped.empty())
            corpus.warnings.push_back(
                skippedWarning(source->filename().string(), skipped.size(), std::size_t(reader->number()), "lines", skipped));
        return nonEmpty(std::move(corpus), *source);
    }

    Result<std::string> fingerprint(const std::string& language) override
    {
        const Result<std::filesystem::path> source = sourceOf(m_data, m_baseFolder, language);
        if (!source) return source.error();
        return "jsonl 1 " + filesFingerprint(*source);
    }

private:
    DataSpec m_data;
    std::filesystem::path m_baseFolder;
};

}  // namespace

std::unique_ptr<CorpusImporter> makeJsonLinesImporter(const DataSpec& data, const std::filesystem::path& baseFolder)
{
    return std::make_unique<JsonLinesImporter>(data, baseFolder);
}

}  // namespace moebel
