#include "tests/support/shim_device.h"

#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/resize_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <bit>
#include <map>
#include <mutex>
#include <vector>

#include "engine/model/device_kernels.h"
#include "kernels/cuda_twins.h"

namespace moebel::test
{
namespace
{

constexpr std::size_t kMemoryBytes = std::size_t(1) << 30;

/// The device's memory, given out in pieces of powers of two.
class Memory
{
public:
    void* take(std::size_t bytes)
    {
        const std::lock_guard lock(m_mutex);
        std::vector<char*>& free = m_free[std::bit_ceil(std::max<std::size_t>(bytes, 64))];
        if (free.empty()) {
            free.push_back(m_begin + m_used);
            m_used += std::bit_ceil(std::max<std::size_t>(bytes, 64));
            TORCH_CHECK_WITH(OutOfMemoryError, m_used <= kMemoryBytes, "the made-up device's memory is full");
        }
        char* taken = free.back();
        free.pop_back();
        m_taken[taken] = &free;
        return taken;
    }
    void giveBack(void* pointer)
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_taken.find(static_cast<char*>(pointer));
        found->second->push_back(found->first);
        m_taken.erase(found);
    }
    bool contains(const void* pointer) const { return pointer >= m_begin && pointer < m_begin + kMemoryBytes; }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        if (m_users++ == 0) ::mprotect(m_begin, m_used, PROT_READ | PROT_WRITE);
    }
    void close()
    {
        const std::lock_guard lock(m_mutex);
        if (--m_users == 0) ::mprotect(m_begin, m_used, PROT_NONE);
    }

private:
    std::mutex m_mutex;
    char* m_begin = static_cast<char*>(
        ::mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    std::size_t m_used = 0;
    int m_users = 0;
    std::map<std::size_t, std::vector<char*>> m_free;
    std::map<char*, std::vector<char*>*> m_taken;
};

Memory& memory()
{
    static Memory* const all = new Memory;  // tensors may live until the program ends
    return *all;
}

/// While it lives, the CPU may read and write the device's memory.
struct Open {
    Open() { memory().open(); }
    ~Open() { memory().close(); }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
};

struct DeviceAllocator : c10::Allocator {
    c10::DataPtr allocate(std::size_t bytes) override
    {
        void* taken = bytes == 0 ? nullptr : memory().take(bytes);
        return {taken, taken, &giveBack, kShimDevice};
    }
    static void giveBack(void* pointer) { memory().giveBack(pointer); }
    c10::DeleterFnPtr raw_deleter() const override { return &giveBack; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override
    {
        const Open open;
        default_copy_data(to, from, bytes);
    }
};
DeviceAllocator allocator;

const c10::DispatchKeySet kKeys(c10::DispatchKey::HPU);

at::Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>,
                 std::optional<bool>, std::optional<at::MemoryFormat> format)
{
    return at::detail::empty_generic(size, &allocator, kKeys, type.value_or(at::kFloat), format);
}

at::Tensor emptyStrided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> type,
                        std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>)
{
    return at::detail::empty_strided_generic(size, stride, &allocator, kKeys, type.value_or(at::kFloat));
}

/// The same numbers in the same place, as the CPU sees them.
at::Tensor seenByCpu(const at::Tensor& tensor)
{
    if (tensor.is_cpu() || tensor.numel() == 0)
        return tensor.is_cpu() ? tensor : at::empty(tensor.sizes(), tensor.scalar_type());
    return at::from_blob(tensor.mutable_data_ptr(), tensor.sizes(), tensor.strides(), tensor.options().device(at::kCPU));
}

at::Tensor copyFrom(const at::Tensor& from, const at::Tensor& to, bool)
{
    const Open open;
    seenByCpu(to).copy_(seenByCpu(from));
    return to;
}

at::Tensor copyFromAndResize(const at::Tensor& from, const at::Tensor& to)
{
    if (!to.sizes().equals(from.sizes())) to.resize_(from.sizes());
    return copyFrom(from, to, false);
}

at::Scalar localScalar(const at::Tensor& tensor)
{
    const Open open;
    return seenByCpu(tensor).item();
}

/// There is one device, and one stream on it.
struct Guard : c10::impl::NoOpDeviceGuardImpl<at::DeviceType::HPU> {
    at::Device exchangeDevice(at::Device) const override { return kShimDevice; }
    at::Device getDevice() const override { return kShimDevice; }
    c10::Stream getStream(at::Device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kShimDevice); }
    c10::Stream exchangeStream(c10::Stream) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, kShimDevice); }
};

/// As on a GPU, only single numbers may come from the CPU.
void checkPlace(const c10::OperatorHandle& op, const at::Tensor& tensor)
{
    TORCH_CHECK(!tensor.defined() || tensor.device() == kShimDevice || tensor.dim() == 0, op.schema().name(),
                " met a tensor of ", tensor.device(), " among those of ", kShimDevice);
}

void computedByCpu(const c10::OperatorHandle& op, torch::jit::Stack* stack)
{
    for (const c10::IValue& argument : torch::jit::last(*stack, op.schema().arguments().size())) {
        if (argument.isTensor()) checkPlace(op, argument.toTensor());
        if (argument.isTensorList())
            for (const at::Tensor& tensor : argument.toTensorVector()) checkPlace(op, tensor);
    }
    at::native::cpu_fallback(op, stack);
}

template <typename Argument>
void checkPointer(const Argument&)
{
}
template <typename Number>
void checkPointer(Number* pointer)
{
    TORCH_CHECK(pointer == nullptr || memory().contains(pointer), "a kernel was given memory of the CPU");
}

/// A kernel of the table, which may touch the device's memory, and nothing else.
template <auto kKernel>
struct Opened;
template <typename Result, typename... Arguments, Result (*kKernel)(Arguments...)>
struct Opened<kKernel> {
    static Result run(Arguments... arguments)
    {
        (checkPointer(arguments), ...);
        const Open open;
        return kKernel(arguments...);
    }
};

namespace twins = kernels::cuda;

template <typename Number>
void openKernels(kernels::NumberKernels<Number>& table)
{
    table.swiglu = Opened<&twins::gatedUnit<kernels::Silu, Number>>::run;
    table.swigluBackward = Opened<&twins::gatedUnitBackward<kernels::Silu, Number>>::run;
    table.rmsNorm = Opened<&twins::rmsNorm<Number>>::run;
    table.rmsNormBackward = Opened<&twins::rmsNormBackward<Number>>::run;
    table.rmsNormWeightBackward = Opened<&twins::rmsNormWeightBackward<Number>>::run;
    table.splitHeads = Opened<&twins::splitHeads<Number>>::run;
    table.joinHeads = Opened<&twins::joinHeads<Number>>::run;
    table.crossEntropyToGradient = Opened<&twins::crossEntropyToGradient<Number>>::run;
    table.crossEntropy = Opened<&twins::crossEntropy<Number>>::run;
}

template <typename Row>
kernels::DispatchKernels<Row, float> openedDispatch()
{
    return {Opened<&twins::gatherRows<Row, float>>::run, Opened<&twins::gatherRowsBackward<Row, float>>::run,
            Opened<&twins::combineRows<Row, float>>::run, nullptr};
}

kernels::KernelTable openedTwins()
{
    kernels::KernelTable table;
    openKernels(table.fp32);
    openKernels(table.bf16);
    table.fp32Rows = openedDispatch<float>();
    table.bf16RowsOfFp32 = openedDispatch<kernels::BFloat16>();
    table.sortWorkspace = twins::sortWorkspace;
    table.sortByExpert = Opened<&twins::sortByExpert>::run;
    table.gateTopK = Opened<&twins::gateTopK>::run;
    table.gateTopKBackward = Opened<&twins::gateTopKBackward>::run;
    table.accumulateRouting = Opened<&twins::accumulateRouting>::run;
    return table;
}

}  // namespace

void addShimDevice()
{
    c10::SetAllocator(kShimDevice.type(), &allocator);
    static const c10::impl::DeviceGuardImplRegistrar guard(kShimDevice.type(), new Guard);
    static const torch::Library operators = [] {
        torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::HPU, __FILE__, __LINE__);
        library.impl("empty.memory_format", empty);
        library.impl("empty_strided", emptyStrided);
        library.impl("as_strided", at::native::as_strided_tensorimpl);
        library.impl("view", static_cast<at::Tensor (*)(const at::Tensor&, at::IntArrayRef)>(at::native::view));
        library.impl("_reshape_alias", at::native::_reshape_alias);
        library.impl("resize_", at::native::resize_);
        library.impl("_copy_from", copyFrom);
        library.impl("_copy_from_and_resize", copyFromAndResize);
        library.impl("_local_scalar_dense", localScalar);
        return library;
    }();
    static const torch::Library others = [] {
        torch::Library library(torch::Library::IMPL, "_", c10::DispatchKey::HPU, __FILE__, __LINE__);
        library.fallback(torch::CppFunction::makeFromBoxedFunction<&computedByCpu>());
        return library;
    }();
    setKernels(kShimDevice.type(), openedTwins());
}

}  // namespace moebel::test
