// Memory of the CPU that is full when a test says so.
#pragma once

#include <c10/core/CPUAllocator.h>

#include "engine/model/torch.h"

namespace moebel::test
{

/// LibTorch's allocator of the CPU while this lives. Throws c10::OutOfMemoryError, as a GPU's allocator does.
class FailingAllocator : public c10::Allocator
{
public:
    FailingAllocator() { c10::SetCPUAllocator(this, kPriority); }
    ~FailingAllocator() override { c10::SetCPUAllocator(m_real, kPriority); }
    FailingAllocator(const FailingAllocator&) = delete;
    FailingAllocator& operator=(const FailingAllocator&) = delete;

    /// The n-th allocation from now on fails, counted from 1, and again that many after each failure, `times` in all.
    void failAt(std::int64_t n, int times = 1)
    {
        m_every = m_left = n;
        m_times = times;
    }
    std::int64_t allocations() const { return m_count; }
    /// Of those that failAt wished for.
    int failuresLeft() const { return m_times; }

    c10::DataPtr allocate(std::size_t bytes) override
    {
        ++m_count;
        if (m_times > 0 && --m_left == 0) {
            --m_times;
            m_left = m_every;
            TORCH_CHECK_WITH(OutOfMemoryError, false, "the test says that the memory is full");
        }
        return m_real->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return m_real->raw_deleter(); }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { m_real->copy_data(to, from, bytes); }

private:
    static constexpr std::uint8_t kPriority = 100;
    c10::Allocator* m_real = c10::GetCPUAllocator();
    std::int64_t m_count = 0, m_every = 0, m_left = 0;
    int m_times = 0;
};

}  // namespace moebel::test
