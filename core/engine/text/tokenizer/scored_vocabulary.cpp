#include "engine/text/tokenizer/scored_vocabulary.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "engine/text/utf8.h"

namespace moebel
{

std::vector<std::pair<std::string, std::string>> mergesOfScores(const std::vector<std::string>& tokens,
                                                                const std::vector<double>& scores,
                                                                const std::vector<bool>& joins)
{
    struct Way {
        double score = 0;
        std::size_t whole = 0, cut = 0;  ///< token, and where its left part ends
    };
    std::unordered_map<std::string_view, std::size_t> known;
    for (std::size_t id = 0; id < tokens.size(); ++id)
        if (joins[id]) known.emplace(tokens[id], id);
    std::vector<Way> ways;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const std::string_view token = tokens[id];
        std::size_t cut = 0;
        if (joins[id] && !token.empty()) (void)nextCodePoint(token, cut);
        while (joins[id] && cut < token.size()) {
            if (known.contains(token.substr(0, cut)) && known.contains(token.substr(cut)))
                ways.push_back({scores[id], id, cut});
            (void)nextCodePoint(token, cut);
        }
    }
    std::stable_sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) {
        return std::tuple(-a.score, a.whole, -std::int64_t(a.cut)) < std::tuple(-b.score, b.whole, -std::int64_t(b.cut));
    });
    std::vector<std::pair<std::string, std::string>> merges;
    merges.reserve(ways.size());
    for (const Way& way : ways) merges.emplace_back(tokens[way.whole].substr(0, way.cut), tokens[way.whole].substr(way.cut));
    return merges;
}

}  // namespace moebel
