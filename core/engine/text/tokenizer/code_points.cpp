#include "engine/text/tokenizer/code_points.h"

#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <map>

namespace moebel
{
namespace
{

constexpr std::size_t kCodePoints = 0x110000;
constexpr std::size_t kBlock = 256;

struct ClassRange {
    char32_t first, last;
    int bits;
};
/// Letters, marks and numbers of Unicode 15.1 and 16, which the expressions of tokenizers 0.23 know and ICU 72 does not.
constexpr ClassRange kNewer[] = {
    {0x897, 0x897, kMark},
    {0x1C89, 0x1C89, kLetter | kCapital},
    {0x1C8A, 0x1C8A, kLetter | kSmall},
    {0xA7CB, 0xA7CC, kLetter | kCapital},
    {0xA7CD, 0xA7CD, kLetter | kSmall},
    {0xA7DA, 0xA7DA, kLetter | kCapital},
    {0xA7DB, 0xA7DB, kLetter | kSmall},
    {0xA7DC, 0xA7DC, kLetter | kCapital},
    {0x105C0, 0x105F3, kLetter},
    {0x10D40, 0x10D49, kNumber},
    {0x10D4A, 0x10D4F, kLetter},
    {0x10D50, 0x10D65, kLetter | kCapital},
    {0x10D69, 0x10D6D, kMark},
    {0x10D6F, 0x10D6F, kLetter},
    {0x10D70, 0x10D85, kLetter | kSmall},
    {0x10EC2, 0x10EC4, kLetter},
    {0x10EFC, 0x10EFC, kMark},
    {0x11380, 0x11389, kLetter},
    {0x1138B, 0x1138B, kLetter},
    {0x1138E, 0x1138E, kLetter},
    {0x11390, 0x113B5, kLetter},
    {0x113B7, 0x113B7, kLetter},
    {0x113B8, 0x113C0, kMark},
    {0x113C2, 0x113C2, kMark},
    {0x113C5, 0x113C5, kMark},
    {0x113C7, 0x113CA, kMark},
    {0x113CC, 0x113D0, kMark},
    {0x113D1, 0x113D1, kLetter},
    {0x113D2, 0x113D2, kMark},
    {0x113D3, 0x113D3, kLetter},
    {0x113E1, 0x113E2, kMark},
    {0x116D0, 0x116E3, kNumber},
    {0x11BC0, 0x11BE0, kLetter},
    {0x11BF0, 0x11BF9, kNumber},
    {0x11F5A, 0x11F5A, kMark},
    {0x13460, 0x143FA, kLetter},
    {0x16100, 0x1611D, kLetter},
    {0x1611E, 0x1612F, kMark},
    {0x16130, 0x16139, kNumber},
    {0x16D40, 0x16D6C, kLetter},
    {0x16D70, 0x16D79, kNumber},
    {0x18CFF, 0x18CFF, kLetter},
    {0x1CCF0, 0x1CCF9, kNumber},
    {0x1E5D0, 0x1E5ED, kLetter},
    {0x1E5EE, 0x1E5EF, kMark},
    {0x1E5F0, 0x1E5F0, kLetter},
    {0x1E5F1, 0x1E5FA, kNumber},
    {0x2EBF0, 0x2EE5D, kLetter},
};

std::uint8_t classOf(UCharCategory category)
{
    const std::uint32_t mask = U_MASK(category);
    std::uint8_t bits = 0;
    if ((mask & U_GC_L_MASK) != 0) bits |= kLetter;
    if ((mask & U_GC_N_MASK) != 0) bits |= kNumber;
    if ((mask & U_GC_M_MASK) != 0) bits |= kMark;
    if ((mask & (U_GC_LU_MASK | U_GC_LT_MASK)) != 0) bits |= kCapital;
    if ((mask & U_GC_LL_MASK) != 0) bits |= kSmall;
    return bits;
}

bool isPunctuation(UChar32 c)
{
    if (c < 0x80) return c > 0x20 && c < 0x7F && u_isalnum(c) == 0;
    UVersionInfo age;
    u_charAge(c, age);
    return c == 0x166D || c == 0x111C9 || ((U_GET_GC_MASK(c) & U_GC_P_MASK) != 0 && age[0] <= 8);
}

}  // namespace

CodePointTable::CodePointTable(const std::vector<std::uint8_t>& values)
{
    std::map<std::string_view, std::uint32_t> known;
    for (std::size_t begin = 0; begin < kCodePoints; begin += kBlock) {
        const auto* first = values.data() + begin;
        const auto [entry, isNew] =
            known.try_emplace({reinterpret_cast<const char*>(first), kBlock}, std::uint32_t(m_values.size()));
        if (isNew) m_values.insert(m_values.end(), first, first + kBlock);
        m_blocks[begin / kBlock] = entry->second;
    }
}

void markSet(const char16_t* set, std::uint8_t value, std::vector<std::uint8_t>& values)
{
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeSet characters(set, error);
    for (std::int32_t i = 0; U_SUCCESS(error) && i < characters.getRangeCount(); ++i)
        std::fill(values.begin() + characters.getRangeStart(i), values.begin() + characters.getRangeEnd(i) + 1, value);
}

const CodePointTable& wordCharacters()
{
    static const CodePointTable kWords = [] {
        std::vector<std::uint8_t> values(kCodePoints, 0);
        markSet(u"[[:Alphabetic:][:M:][:Nd:][:Pc:][:Join_Control:]]", 1, values);
        for (const ClassRange& range : kNewer)
            std::fill(values.begin() + range.first, values.begin() + range.last + 1, std::uint8_t(1));
        return CodePointTable(values);
    }();
    return kWords;
}

const CodePointTable& characterClasses()
{
    static const CodePointTable kClasses = [] {
        std::vector<std::uint8_t> values(kCodePoints, 0);
        u_enumCharTypes(
            [](const void* context, UChar32 begin, UChar32 end, UCharCategory category) -> UBool {
                auto& all = *static_cast<std::vector<std::uint8_t>*>(const_cast<void*>(context));
                std::fill(all.begin() + begin, all.begin() + end, classOf(category));
                return true;
            },
            &values);
        for (const ClassRange& range : kNewer)
            std::fill(values.begin() + range.first, values.begin() + range.last + 1, std::uint8_t(range.bits));
        for (UChar32 c = 0; c < 0x3001; ++c)  // the last one is U+3000
            if (u_isUWhiteSpace(c) != 0) values[std::size_t(c)] |= kWhiteSpace;
        for (UChar32 c = 0; c < 0x20000; ++c)
            if (isPunctuation(c)) values[std::size_t(c)] |= kPunctuation;
        values['\r'] |= kLineEnd;
        values['\n'] |= kLineEnd;
        return CodePointTable(values);
    }();
    return kClasses;
}

}  // namespace moebel
