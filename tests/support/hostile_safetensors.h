// Hand-made safetensors files: each breaks one rule of the format.
#pragma once

#include <cstring>
#include <string>
#include <vector>

namespace moebel::test {

struct BrokenFile {
    const char* what;
    std::string bytes;
    const char* says;  ///< stands in the error
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

inline std::vector<BrokenFile> brokenSafetensors()
{
    return {
        {"nothing", "", "at least 8"},
        {"seven bytes", "1234567", "7 bytes"},
        {"huge header length", std::string(8, '\xff') + "{}", "at most 100000000"},
        {"header beyond the file", fileOf("{}", 0).replace(0, 1, 1, '\x50'), "truncated"},
        {"not JSON", fileOf("{\"a\":", 0), "not a JSON object"},
        {"array", fileOf("[]", 0), "begin with '{'"},
        {"leading space", fileOf(" {}", 0), "begin with '{'"},
        {"rubbish behind", fileOf("{}x", 0), "not a JSON object"},
        {"duplicate name", fileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "'a' stands twice"},
        {"duplicate inside", one(R"({"dtype":"U8","dtype":"I32","shape":[4],"data_offsets":[0,4]})"), "'dtype' stands twice"},
        {"deep", one("[[[[[[[[[[1]]]]]]]]]]"), "not a JSON object"},
        {"tensor is a number", one("5"), "exactly dtype, shape and data_offsets"},
        {"missing dtype", one(R"({"shape":[4],"data_offsets":[0,4]})"), "exactly dtype"},
        {"spare key", one(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1})"), "exactly dtype"},
        {"unknown dtype", one(R"({"dtype":"F8","shape":[4],"data_offsets":[0,4]})"), "dtype F8"},
        {"dtype is a number", one(R"({"dtype":1,"shape":[4],"data_offsets":[0,4]})"), "not a string"},
        {"negative dimension", one(R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})"), "not a whole number"},
        {"fractional dimension", one(R"({"dtype":"U8","shape":[4.0],"data_offsets":[0,4]})"), "not a whole number"},
        {"nine dimensions", one(R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]})", 1), "at most 8"},
        {"size wraps", one(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]})"), "does not fit"},
        {"dimension of 2^63", one(R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4]})"), "does not fit"},
        {"dimension of 2^64-1", one(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})"), "does not fit"},
        {"span too short", one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), "needs 8 bytes"},
        {"span too long", one(R"({"dtype":"U8","shape":[2],"data_offsets":[0,4]})"), "needs 2 bytes"},
        {"offsets reversed", one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), "its shape needs"},
        {"one offset", one(R"({"dtype":"F32","shape":[1],"data_offsets":[4]})"), "no pair"},
        {"three offsets", one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,4]})"), "no pair"},
        {"negative offset", one(R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})"), "no pair"},
        {"gap at the start", one(R"({"dtype":"U8","shape":[2],"data_offsets":[2,4]})"), "begins at byte 2"},
        {"gap between", fileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", 3), "begins at byte 2"},
        {"overlap", fileOf(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})", 4), "begins at byte 1"},
        {"truncated data", one(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})", 1), "3 of 4 bytes"},
        {"bytes left over", one(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})", 6), "2 bytes follow"},
        {"metadata is a list", fileOf(R"({"__metadata__":[]})", 0), "__metadata__ is not an object"},
        {"metadata is no text", fileOf(R"({"__metadata__":{"a":1}})", 0), "__metadata__ 'a'"},
        {"long name", fileOf("{\"" + std::string(1100, 'n') + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "more than 1024 bytes"},
        {"invalid UTF-8", fileOf("{\"\xff\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1), "not a JSON object"},
    };
}

inline std::vector<std::string> goodSafetensors()
{
    return {fileOf("{}", 0), fileOf("{}      ", 0),
            fileOf(R"({"b":{"dtype":"U8","shape":[],"data_offsets":[2,3]},"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", 3)};
}

}  // namespace moebel::test
