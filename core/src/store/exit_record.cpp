#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "json_fields.h"
#include "moebel/base/file.h"
#include "moebel/store/run_folder.h"

namespace moebel {

namespace {

constexpr std::uint64_t kLongest = 1 << 20;

}  // namespace

Status writeExitRecord(const RunFolder& run, const ExitRecord& record)
{
    const nlohmann::ordered_json json = {{"v", 1},
                                         {"state", record.state},
                                         {"exit_code", record.exitCode},
                                         {"signal", record.signal},
                                         {"message", record.message},
                                         {"ended_at", record.endedAt}};
    return writeFileAtomically(run.exitFile(), json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

std::optional<ExitRecord> readExitRecord(const RunFolder& run)
{
    const Result<std::string> text = readFile(run.exitFile(), kLongest);
    if (!text || jsonDepth(*text) > 4) return std::nullopt;
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    JsonFields fields(json);
    ExitRecord record;
    fields.read("state", record.state);
    fields.read("exit_code", record.exitCode);
    fields.read("signal", record.signal);
    fields.read("message", record.message);
    fields.read("ended_at", record.endedAt);
    return fields.problem().empty() ? std::optional(record) : std::nullopt;
}

Status removeExitRecord(const RunFolder& run)
{
    if (::unlink(run.exitFile().c_str()) == 0) return syncDirectory(run.path);
    if (errno == ENOENT) return Done();
    return failed("remove-failed", run.exitFile().string() + " can't be removed: " + std::strerror(errno) + "; check its folder's rights",
                  run.exitFile().string());
}

}  // namespace moebel
