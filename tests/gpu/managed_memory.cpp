// Lets the tests of tests/kernels run on a GPU as they are: every `new` gives memory that host and device share, launches wait
// for the kernel's end, and the orders of the shim's threads become repetitions, which must give the same bits.
#include <cuda_runtime_api.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#include "tests/support/thread_order.h"

namespace
{

enum class Device { Unknown, Asking, Absent, Present };

Device g_device = Device::Unknown;  // no static object: `new` is called before there are any

bool hasDevice()
{
    if (g_device == Device::Unknown) {
        g_device = Device::Asking;  // the driver may call `new` itself
        int count = 0;
        const bool found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
        g_device = found ? Device::Present : Device::Absent;
    }
    return g_device == Device::Present;
}

void* allocated(std::size_t bytes)
{
    void* memory = nullptr;
    if (!hasDevice())
        memory = std::malloc(bytes == 0 ? 1 : bytes);
    else if (cudaMallocManaged(&memory, bytes == 0 ? 1 : bytes) != cudaSuccess)
        memory = nullptr;
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void freed(void* memory) noexcept
{
    if (memory == nullptr) return;
    // What was allocated before the device was found is not CUDA's.
    if (g_device != Device::Present || cudaFree(memory) == cudaErrorInvalidValue) std::free(memory);
}

struct SkipsWithoutDevice {
    SkipsWithoutDevice()
    {
        ::setenv("CUDA_LAUNCH_BLOCKING", "1", 1);
        if (hasDevice()) return;
        std::fputs("SKIP: this machine has no GPU that CUDA can use\n", stderr);
        ::_exit(77);
    }
};
const SkipsWithoutDevice kSkipsWithoutDevice;

}  // namespace

void* operator new(std::size_t bytes) { return allocated(bytes); }
void* operator new[](std::size_t bytes) { return allocated(bytes); }
void operator delete(void* memory) noexcept { freed(memory); }
void operator delete[](void* memory) noexcept { freed(memory); }
void operator delete(void* memory, std::size_t) noexcept { freed(memory); }
void operator delete[](void* memory, std::size_t) noexcept { freed(memory); }

void shim::setOrder(Order, std::uint64_t) {}
