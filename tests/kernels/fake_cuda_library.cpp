// A library with the table of libmoebel_cuda.so whose driver and GPUs are made up. FAKE_VERSION, FAKE_DRIVER, FAKE_STATUS (of
// counting), FAKE_COUNT and FAKE_MAJOR (of the last GPU; the others have 7.5) say how.
#include <cstdio>

#include "kernels/cuda_table.h"

using namespace moebel::kernels::cuda;

namespace
{

int driverVersion(int* version) { return *version = FAKE_DRIVER, 0; }
int deviceCount(int* count) { return *count = FAKE_COUNT, FAKE_STATUS; }
int device(int index, Device* to)
{
    std::snprintf(to->name, sizeof to->name, "GPU %d", index);
    to->major = index == FAKE_COUNT - 1 ? FAKE_MAJOR : 7;
    to->minor = index == FAKE_COUNT - 1 ? 0 : 5;
    to->memoryBytes = 80'000'000'000;
    return 0;
}
const char* statusText(int) { return "the made-up fault"; }

}  // namespace

extern "C" const Table* moebel_cuda_table()
{
    static Table table;
    table.version = FAKE_VERSION;
    table.driverVersion = driverVersion;
    table.deviceCount = deviceCount;
    table.device = device;
    table.statusText = statusText;
    return &table;
}
