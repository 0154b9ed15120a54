// Hand-made safetensors files: each breaks one rule of the format.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace moebel::test {

struct BrokenFile {
    const char* what;
    std::string bytes;
    std::string says;  ///< behind the file's name: the whole sentence
};

/// A file from a header text and some data.
inline std::string fileOf(const std::string& header, std::size_t dataBytes)
{
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + std::string(dataBytes, '\x01');
}

/// A file with one tensor "a".
inline std::string one(const std::string& entry, std::size_t dataBytes = 4) { return fileOf("{\"a\":" + entry + "}", dataBytes); }

/// A file with a tensor "a" of this type, shape and place.
inline std::string placed(const std::string& type, const std::string& shape, const std::string& offsets, std::size_t dataBytes = 4)
{
    return one("{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}", dataBytes);
}

/// Two tensors of bytes, "a" and `name`.
inline std::string two(const std::string& first, const std::string& second, std::size_t dataBytes, const std::string& name = "b")
{
    const auto tensor = [](const std::string& place) {
        const auto comma = place.find(',');
        const auto size = std::stoul(place.substr(comma + 1)) - std::stoul(place.substr(1));
        return "{\"dtype\":\"U8\",\"shape\":[" + std::to_string(size) + "],\"data_offsets\":" + place + "}";
    };
    return fileOf("{\"a\":" + tensor(first) + ",\"" + name + "\":" + tensor(second) + "}", dataBytes);
}

/// The length of the header is another one.
inline std::string withLength(std::uint64_t length, std::string bytes = fileOf("{}", 0))
{
    std::memcpy(bytes.data(), &length, 8);
    return bytes;
}

inline std::vector<BrokenFile> brokenSafetensors()
{
    const auto damaged = [](const std::string& what) { return ": " + what + "; the file is damaged or not safetensors"; };
    const auto tensor = [&](const std::string& what) { return damaged("tensor 'a' " + what); };
    const auto length = [&](const char* number) { return damaged(std::string("the header length is ") + number + ", at most 100000000 is allowed"); };
    const auto other = [](const std::string& type) {
        return ": tensor 'a' is stored as " + type + ", which is not read; these are: F32 F16 BF16 I64 I32 U8 BOOL; save the model in one of them";
    };
    const std::string noObject = damaged("the header is not a JSON object"), noBrace = damaged("the header does not begin with '{'");
    const std::string exactly = tensor("must have exactly dtype, shape and data_offsets");
    const std::string whole = tensor("has a dimension that is not a whole number"), wraps = tensor("has a shape whose size does not fit into 64 bits");
    const std::string rank = tensor("has no shape of at most 8 dimensions"), pair = tensor("has no pair of data_offsets");
    const std::string deep = damaged("the header is nested more than 4 deep");
    const std::string types = ", expected one of F32 F16 BF16 I64 I32 U8 BOOL";
    return {
        {"nothing", "", " has 0 bytes, a safetensors file has at least 8"},
        {"seven bytes", "1234567", " has 7 bytes, a safetensors file has at least 8"},
        {"length of 2^64-1", withLength(~0ULL), length("18446744073709551615")},
        {"length of 2^63", withLength(1ULL << 63), length("9223372036854775808")},
        {"length of 2^32", withLength(1ULL << 32), length("4294967296")},
        {"length of one more", withLength(100'000'001), length("100000001")},
        {"header beyond the file", withLength(80), " is truncated: its header needs 80 bytes, 2 are there"},
        {"header of one byte more", withLength(3), " is truncated: its header needs 3 bytes, 2 are there"},
        {"no header", withLength(0), noBrace},
        {"not JSON", fileOf("{\"a\":", 0), noObject},
        {"array", fileOf("[]", 0), noBrace},
        {"leading space", fileOf(" {}", 0), noBrace},
        {"zeros", fileOf(std::string(16, '\0'), 0), noBrace},
        {"rubbish behind", fileOf("{}x", 0), noObject},
        {"two objects", fileOf("{}{}", 0), noObject},
        {"comma behind", fileOf("{\"__metadata__\":{},}", 0), noObject},
        {"comment", fileOf("{/**/}", 0), noObject},
        {"zero behind", fileOf(std::string("{}\0", 3), 0), noObject},
        {"single quotes", fileOf("{'a':1}", 0), noObject},
        {"lone surrogate", fileOf("{\"\\ud800\":1}", 0), noObject},
        {"duplicate name", two("[0,1]", "[1,2]", 2, "a"), damaged("the name 'a' stands twice in the header")},
        {"duplicate inside", one(R"({"dtype":"U8","dtype":"I32","shape":[4],"data_offsets":[0,4]})"), damaged("the name 'dtype' stands twice in the header")},
        {"duplicate metadata", fileOf(R"({"__metadata__":{"a":"1","a":"2"}})", 0), damaged("the name 'a' stands twice in the header")},
        {"metadata twice", fileOf(R"({"__metadata__":{},"__metadata__":{}})", 0), damaged("the name '__metadata__' stands twice in the header")},
        {"deep", one("[[[[[[[[[[1]]]]]]]]]]"), deep},
        {"deep objects", one(R"({"dtype":{"a":{"b":{"c":1}}}})"), deep},
        {"tensor is a number", one("5"), exactly},
        {"tensor is null", one("null"), exactly},
        {"tensor is a text", one("\"U8\""), exactly},
        {"tensor is a list", one("[\"U8\",[4],[0,4]]"), exactly},
        {"empty tensor", one("{}"), exactly},
        {"missing dtype", one(R"({"shape":[4],"data_offsets":[0,4]})"), exactly},
        {"missing shape", one(R"({"dtype":"U8","data_offsets":[0,4]})"), exactly},
        {"missing offsets", one(R"({"dtype":"U8","shape":[4]})"), exactly},
        {"spare key", one(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1})"), exactly},
        {"unknown dtype", placed("F8", "[4]", "[0,4]"), tensor("has dtype F8" + types)},
        {"small letters", placed("f32", "[1]", "[0,4]"), tensor("has dtype f32" + types)},
        {"empty dtype", placed("", "[4]", "[0,4]"), tensor("has dtype " + types)},
        {"dtype is a number", one(R"({"dtype":1,"shape":[4],"data_offsets":[0,4]})"), tensor("has a dtype that is not a string")},
        {"dtype is a list", one(R"({"dtype":["U8"],"shape":[4],"data_offsets":[0,4]})"), tensor("has a dtype that is not a string")},
        {"F64", placed("F64", "[1]", "[0,8]", 8), other("F64")},
        {"I16", placed("I16", "[2]", "[0,4]"), other("I16")},
        {"F8_E4M3", placed("F8_E4M3", "[4]", "[0,4]"), other("F8_E4M3")},
        {"U64", placed("U64", "[1]", "[0,8]", 8), other("U64")},
        {"shape is a number", placed("U8", "4", "[0,4]"), rank},
        {"shape is null", placed("U8", "null", "[0,4]"), rank},
        {"shape is an object", placed("U8", "{}", "[0,4]"), rank},
        {"nested shape", placed("U8", "[[4]]", "[0,4]"), whole},
        {"negative dimension", placed("U8", "[-4]", "[0,4]"), whole},
        {"fractional dimension", placed("U8", "[4.0]", "[0,4]"), whole},
        {"dimension with an exponent", placed("U8", "[4e0]", "[0,4]"), whole},
        {"dimension as a text", placed("U8", "[\"4\"]", "[0,4]"), whole},
        {"dimension that is true", placed("U8", "[true]", "[0,4]"), whole},
        {"dimension of 2^64", placed("U8", "[18446744073709551616]", "[0,4]"), whole},
        {"nine dimensions", placed("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]", 1), rank},
        {"size wraps", placed("F32", "[4611686018427387904,4]", "[0,4]"), wraps},
        {"size wraps to 0", placed("U8", "[4294967296,4294967296]", "[0,0]", 0), wraps},
        {"dimension of 2^63", placed("U8", "[9223372036854775808]", "[0,4]"), wraps},
        {"dimension of 2^64-1", placed("F32", "[18446744073709551615]", "[0,4]"), wraps},
        {"span too short", placed("F32", "[2]", "[0,4]"), tensor("spans bytes 0 to 4, its shape needs 8 bytes")},
        {"span too long", placed("U8", "[2]", "[0,4]"), tensor("spans bytes 0 to 4, its shape needs 2 bytes")},
        {"span of an empty tensor", placed("U8", "[0]", "[0,4]"), tensor("spans bytes 0 to 4, its shape needs 0 bytes")},
        {"offsets reversed", placed("F32", "[1]", "[4,0]"), tensor("spans bytes 4 to 0, its shape needs 4 bytes")},
        {"no offset", placed("F32", "[1]", "[]"), pair},
        {"one offset", placed("F32", "[1]", "[4]"), pair},
        {"three offsets", placed("F32", "[1]", "[0,4,4]"), pair},
        {"negative offset", placed("F32", "[1]", "[-4,0]"), pair},
        {"fractional offset", placed("F32", "[1]", "[0,4.0]"), pair},
        {"offset of 2^64", placed("F32", "[1]", "[0,18446744073709551616]"), pair},
        {"offsets are a number", placed("F32", "[1]", "4"), pair},
        {"offsets are a text", placed("F32", "[1]", "\"0,4\""), pair},
        {"gap at the start", placed("U8", "[2]", "[2,4]"), tensor("begins at byte 2 of the data, expected 0")},
        {"gap between", two("[0,1]", "[2,3]", 3), damaged("tensor 'b' begins at byte 2 of the data, expected 1")},
        {"overlap", two("[0,3]", "[1,4]", 4), damaged("tensor 'b' begins at byte 1 of the data, expected 3")},
        {"same place", two("[0,3]", "[0,3]", 3), damaged("tensor 'b' begins at byte 0 of the data, expected 3")},
        {"one inside the other", two("[0,4]", "[1,2]", 4), damaged("tensor 'b' begins at byte 1 of the data, expected 4")},
        {"offset behind the end", placed("U8", "[4]", "[18446744073709551611,18446744073709551615]"), tensor("begins at byte 18446744073709551611 of the data, expected 0")},
        {"truncated data", placed("U8", "[4]", "[0,4]", 1), " is truncated: 3 of 4 bytes of data are missing; copy or write it again"},
        {"no data", placed("U8", "[4]", "[0,4]", 0), " is truncated: 4 of 4 bytes of data are missing; copy or write it again"},
        {"bytes left over", placed("U8", "[4]", "[0,4]", 6), damaged("2 bytes follow the last tensor")},
        {"bytes without a tensor", fileOf("{}", 1), damaged("1 bytes follow the last tensor")},
        {"metadata is a list", fileOf(R"({"__metadata__":[]})", 0), damaged("__metadata__ is not an object")},
        {"metadata is a text", fileOf(R"({"__metadata__":"pt"})", 0), damaged("__metadata__ is not an object")},
        {"metadata is no text", fileOf(R"({"__metadata__":{"a":1}})", 0), damaged("__metadata__ 'a' is not a string")},
        {"nested metadata", fileOf(R"({"__metadata__":{"a":{"b":"c"}}})", 0), damaged("__metadata__ 'a' is not a string")},
        {"long name", fileOf("{\"" + std::string(1025, 'n') + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), damaged("a tensor name has more than 1024 bytes")},
        {"invalid UTF-8", fileOf("{\"\xff\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1), noObject},
        {"control character", fileOf("{\"\x01\":{}}", 0), noObject},
    };
}

/// Headers of 40 MB and more: so many "numbers", "dimensions" or "members" of one tensor, "metadata", a million "tensors" or "more
/// tensors".
inline std::string largeHeader(const std::string& kind)
{
    const auto repeated = [](std::string text, int count, const std::string& item, const std::string& end) {
        for (int i = 0; i < count; ++i) text += item;
        return text + end;
    };
    const auto numbered = [](std::string text, int count, const std::string& behind) {
        for (int i = 0; i < count; ++i) text += '"' + std::to_string(i) + behind;
        text.back() = '}';
        return text;
    };
    const std::string tensor = R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)";
    if (kind == "numbers") return repeated(R"({"a":[)", 40'000'000, "0,", "0]}");
    if (kind == "dimensions") return repeated(R"({"a":{"shape":[)", 40'000'000, "1,", "1]}}");
    if (kind == "members") return repeated(R"({"a":{)", 10'000'000, R"("":0,)", R"("":0}})");
    if (kind == "metadata") return numbered(R"({"__metadata__":{)", 5'000'000, R"(":"",)") + '}';
    return numbered("{", kind == "tensors" ? 1'000'000 : 1'000'001, tensor);
}

inline std::vector<std::string> goodSafetensors()
{
    return {fileOf("{}", 0),
            fileOf("{}      ", 0),
            fileOf("{\"" + std::string(1024, 'n') + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
            placed("U8", "[1,1,1,1,1,1,1,4]", "[0,4]"),
            placed("U8", "[0,9223372036854775807]", "[0,0]", 0),
            fileOf(R"({"b":{"dtype":"U8","shape":[],"data_offsets":[2,3]},"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", 3)};
}

}  // namespace moebel::test
