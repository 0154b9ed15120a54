// What libmoebel_cuda.so offers: a versioned table of functions, so that programs never link CUDA.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace moebel::kernels::cuda
{

/// Raised with every change of the table's layout or of a function's meaning.
inline constexpr std::uint32_t kTableVersion = 2;

/// One GPU.
struct Device {
    char name[256] = {};
    std::int32_t major = 0, minor = 0;  ///< compute capability
    std::int64_t memoryBytes = 0;
};

struct Table {
    std::uint32_t version = kTableVersion;
    std::uint32_t size = sizeof(Table);

    /// 0: no driver is installed.
    LaunchStatus (*driverVersion)(int* version) = nullptr;
    LaunchStatus (*deviceCount)(int* count) = nullptr;
    LaunchStatus (*device)(int index, Device* device) = nullptr;
    const char* (*statusText)(LaunchStatus status) = nullptr;

    KernelTable kernels;
};

/// The one symbol that the library exports, of this type.
inline constexpr char kTableSymbol[] = "moebel_cuda_table";
using TableFunction = const Table* (*)();

}  // namespace moebel::kernels::cuda
