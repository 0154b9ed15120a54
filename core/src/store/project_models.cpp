// The base models that a project knows: a list of paths in project.toml.
#include <nlohmann/json.hpp>

#include "moebel/base/file.h"
#include "moebel/experiment/experiment_edit.h"
#include "moebel/store/project.h"
#include "toml_text.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

constexpr const char* kKey = "models";

/// A basic string of TOML is written as JSON writes its own.
std::string quoted(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string written(const fs::path& model, const fs::path& project)
{
    const fs::path below = model.lexically_relative(project);
    const bool inside = !below.empty() && *below.begin() != fs::path("..");
    return quoted((inside ? below : model).string());
}

}  // namespace

std::vector<fs::path> Project::models() const
{
    std::vector<fs::path> models;
    const auto table = readToml(m_folder / "project.toml");
    const toml::array* list = table ? (*table)[kKey].as_array() : nullptr;
    if (list == nullptr) return models;
    for (const toml::node& entry : *list)
        if (const auto path = entry.value<std::string>(); path && !path->empty())
            models.push_back((m_folder / *path).lexically_normal());
    return models;
}

Status Project::setModels(const std::vector<fs::path>& models) const
{
    const fs::path file = m_folder / "project.toml";
    std::error_code error;
    std::string text;
    if (fs::exists(file, error)) {
        const auto read = readFile(file);
        if (!read) return read.error();
        text = *read;
    }
    const auto table = parseToml(text);
    if (table && table->contains(kKey) && !(*table)[kKey].is_array())
        return invalidInput("not-a-list", file.string() + ": models is not a list of paths, correct it first", file.string());
    std::string list = "[";
    for (const fs::path& model : models) list += (list.size() > 1 ? ", " : "") + written(model, m_folder);
    const auto changed = setValue(text, kKey, list + "]");
    if (!changed)
        return invalidInput(changed.error().code, file.string() + ": " + changed.error().message + "; correct it first",
                            file.string());
    return writeFileAtomically(file, *changed);
}

}  // namespace moebel
