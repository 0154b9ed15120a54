#include "engine/text/tokenizer/text_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>

#include "engine/text/tokenizer/pattern_limit.h"

namespace moebel
{
namespace
{

constexpr std::uint32_t kMatchLimit = 50'000'000;
constexpr std::size_t kJitStack = std::size_t(8) << 20;
constexpr const char* kSpace = "\\t-\\r\\x{85}\\p{Z}";  // White_Space of Unicode; PCRE2's \s holds U+180E as well

/// Oniguruma's \s, \S and sets in PCRE2's words; none for \\S in a set.
std::optional<std::string> translated(const std::string& pattern)
{
    std::string result;
    int depth = 0;  // of [...]
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            const char next = pattern[++i];
            if (next == 's')
                result += depth > 0 ? std::string(kSpace) : '[' + std::string(kSpace) + ']';
            else if (next == 'S' && depth > 0)
                return std::nullopt;
            else if (next == 'S')
                result += "[^" + std::string(kSpace) + ']';
            else
                result += {c, next};
            continue;
        }
        // A set in a set is a part of it (BLOOM's pattern); PCRE2 would take the bracket for a character.
        const bool nested = (c == '[' && depth > 0) || (c == ']' && depth > 1);
        if (c == '[') ++depth;
        if (c == ']' && depth > 0) --depth;
        if (!nested) result += c;
    }
    return result;
}

/// Time for the matches of one text: far more than a sensible pattern needs, however busy the machine is.
class TimeLimit
{
    using Clock = std::chrono::steady_clock;

public:
    explicit TimeLimit(std::size_t bytes) : m_allowed(std::chrono::seconds(2) + std::chrono::microseconds(bytes)) {}

    bool isOver() const { return Clock::now() - m_begin > m_allowed && usedByThread() - m_used > m_allowed; }

private:
    static std::chrono::nanoseconds usedByThread()
    {
        timespec used{};
        (void)::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    }

    std::chrono::nanoseconds m_allowed;
    Clock::time_point m_begin = Clock::now();
    std::chrono::nanoseconds m_used = usedByThread();
};

struct FreeMatch {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeStack {
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
struct FreeContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

struct TextPattern::Code {
    ~Code() { pcre2_code_free(code); }
    std::string source;
    pcre2_code* code = nullptr;
};

Result<TextPattern> TextPattern::compile(const std::string& pattern, std::uint32_t options, const std::string& source)
{
    auto made = std::make_shared<Code>();
    made->source = source;
    int number = 0;
    std::size_t place = 0;
    made->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options | PCRE2_UTF, &number,
                               &place, nullptr);
    if (made->code == nullptr) {
        PCRE2_UCHAR words[256];
        pcre2_get_error_message(number, words, sizeof words);
        return invalidInput("bad-tokenizer", "the pattern \"" + pattern + "\" is not understood at byte " +
                                                 std::to_string(place) + ": " + reinterpret_cast<const char*>(words));
    }
    (void)pcre2_jit_compile(made->code, PCRE2_JIT_COMPLETE);  // without it, matching is slower
    return TextPattern(std::move(made));
}

Result<TextPattern> TextPattern::expression(const std::string& pattern)
{
    const auto words = translated(pattern);
    if (!words)
        return invalidInput("bad-tokenizer", "the pattern \"" + pattern + "\" has \\S in a set, which is not supported");
    auto made = compile(*words, PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, pattern);
    if (made) made->m_scanner = PieceScanner::of(pattern);
    return made;
}

TextPattern TextPattern::characters(std::uint8_t bits)
{
    TextPattern made;
    made.m_scanner = PieceScanner::characters(bits);
    return made;
}

TextPattern TextPattern::words()
{
    TextPattern made;
    made.m_scanner = PieceScanner::words();
    return made;
}

Result<TextPattern> TextPattern::literal(const std::string& text) { return compile(text, PCRE2_LITERAL, text); }

std::vector<TextPattern::Span> TextPattern::spans(std::string_view text) const
{
    if (!m_scanner) return expressionSpans(text);
    std::vector<Span> spans;
    for (std::size_t at = 0; at < text.size(); at += spans.back().text.size()) {
        const PieceScanner::Span span = m_scanner->next(text, at);
        spans.push_back({text.substr(at, span.end - at), span.isMatch});
    }
    return spans;
}

std::vector<TextPattern::Span> TextPattern::expressionSpans(std::string_view text) const
{
    const std::unique_ptr<pcre2_match_data, FreeMatch> match(pcre2_match_data_create_from_pattern(m_code->code, nullptr));
    const std::unique_ptr<pcre2_match_context, FreeContext> context(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(context.get(), kMatchLimit);
    std::unique_ptr<pcre2_jit_stack, FreeStack> stack;  // only for texts that need it: making one costs more than a match
    std::vector<Span> spans;
    std::size_t at = 0, done = 0;
    const TimeLimit limit(text.size());
    while (at <= text.size()) {
        const auto matched = [&] {
            return pcre2_match(m_code->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at, PCRE2_NO_UTF_CHECK,
                               match.get(), context.get());
        };
        int found = matched();
        if (found == PCRE2_ERROR_JIT_STACKLIMIT && !stack) {
            stack.reset(pcre2_jit_stack_create(32 << 10, kJitStack, nullptr));
            pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
            found = matched();
        }
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0)
            throw PatternLimit("the tokenizer's pattern \"" + m_code->source +
                                     "\" needs too many steps or too much memory on this text (PCRE2 error " +
                                     std::to_string(found) + ")");
        if (limit.isOver())
            throw PatternLimit("the tokenizer's pattern \"" + m_code->source + "\" takes too long on a text of " +
                                     std::to_string(text.size()) + " bytes: it looks at the same characters again and again");
        const std::size_t* range = pcre2_get_ovector_pointer(match.get());
        if (range[0] == range[1]) {  // nothing was matched: go on behind the next character
            at = range[1] + 1;
            while (at < text.size() && (std::uint8_t(text[at]) & 0xC0U) == 0x80U) ++at;
            continue;
        }
        if (done < range[0]) spans.push_back({text.substr(done, range[0] - done), false});
        spans.push_back({text.substr(range[0], range[1] - range[0]), true});
        at = done = range[1];
    }
    if (done < text.size()) spans.push_back({text.substr(done), false});
    return spans;
}

namespace
{

std::string_view joined(std::string_view a, std::string_view b) { return {a.data(), a.size() + b.size()}; }

/// A match joins what stands before it, unless that is a match as well; from the left, or from the right.
template <typename Iterator>
void appendMerged(Iterator begin, Iterator end, bool withNext, std::vector<std::string_view>& parts)
{
    bool mayJoin = false;
    for (Iterator span = begin; span != end; ++span) {
        if (span->isMatch && mayJoin)
            parts.back() = withNext ? joined(span->text, parts.back()) : joined(parts.back(), span->text);
        else
            parts.push_back(span->text);
        mayJoin = !span->isMatch;
    }
}

}  // namespace

void TextPattern::split(std::string_view text, SplitBehaviour behaviour, bool invert,
                        std::vector<std::string_view>& parts) const
{
    if (m_scanner && behaviour == SplitBehaviour::Isolated) {
        for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
            end = m_scanner->next(text, at).end;
            parts.push_back(text.substr(at, end - at));
        }
        return;
    }
    std::vector<Span> all = spans(text);
    if (invert)
        for (Span& span : all) span.isMatch = !span.isMatch;
    const std::size_t before = parts.size();
    switch (behaviour) {
        case SplitBehaviour::Isolated:
            for (const Span& span : all) parts.push_back(span.text);
            return;
        case SplitBehaviour::Removed:
            for (const Span& span : all)
                if (!span.isMatch) parts.push_back(span.text);
            return;
        case SplitBehaviour::Contiguous:
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (i > 0 && all[i].isMatch == all[i - 1].isMatch)
                    parts.back() = joined(parts.back(), all[i].text);
                else
                    parts.push_back(all[i].text);
            }
            return;
        case SplitBehaviour::MergedWithPrevious:
            return appendMerged(all.begin(), all.end(), false, parts);
        case SplitBehaviour::MergedWithNext:
            appendMerged(all.rbegin(), all.rend(), true, parts);
            std::reverse(parts.begin() + std::ptrdiff_t(before), parts.end());
            return;
    }
}

}  // namespace moebel
