// A disk that remembers: every write, sync and renaming below a folder, and what of it may have survived a loss of power.
//
// What POSIX promises is all that it believes: bytes are safe after fsync of their file, names after fsync of their folder.
// It learns of changes from recorded_calls.h.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace moebel::test
{

class RecordedDisk
{
public:
    struct Change {
        enum Kind { Write, Cut, Sync, Name, Mark } kind;
        int node = 0;             ///< file or folder; of Name: the one that gets the name, 0 = the name goes
        int folder = 0;           ///< of Name
        std::string name;         ///< of Name and Mark
        std::uint64_t place = 0;  ///< of Write: offset; of Cut: length
        std::string bytes;
        int together = 0;  ///< Names of one renaming survive together
    };

    static RecordedDisk& instance()
    {
        static RecordedDisk disk;
        return disk;
    }

    void begin(const std::filesystem::path& folder)
    {
        const std::lock_guard guard(m_mutex);
        *this = {};
        m_root = folder.string();
        m_nodes[m_root] = kRoot;
    }
    void end()
    {
        const std::lock_guard guard(m_mutex);
        m_root.clear();
    }
    /// A promise: what was told to be safe, from here on.
    void mark(const std::string& what)
    {
        const std::lock_guard guard(m_mutex);
        m_changes.push_back({Change::Mark, 0, 0, what, 0, {}, 0});
    }
    const std::vector<Change>& changes() const { return m_changes; }
    /// The last path of a file or folder below the root, "checkpoints/step-000010/model.safetensors".
    std::string pathOf(int node) const
    {
        const auto found = m_lastPath.find(node);
        return found == m_lastPath.end() ? std::string() : found->second;
    }

    void opened(int descriptor, const std::string& path, int flags)
    {
        const std::lock_guard guard(m_mutex);
        if (descriptor < 0 || !isBelow(path)) return;
        const bool isNew = m_nodes.count(path) == 0;
        const int node = nodeOf(path);
        m_open[descriptor] = node;
        if (isNew && (flags & O_CREAT) != 0) named(path, node, ++m_together);
        if (!isNew && (flags & O_TRUNC) != 0) m_changes.push_back({Change::Cut, node, 0, {}, 0, {}, 0});
    }
    void closed(int descriptor)
    {
        with(descriptor, [&](int) { m_open.erase(descriptor); });
    }
    void written(int descriptor, const void* data, std::size_t size, std::uint64_t offset)
    {
        with(descriptor, [&](int node) {
            m_changes.push_back({Change::Write, node, 0, {}, offset, {static_cast<const char*>(data), size}, 0});
        });
    }
    void cut(int descriptor, std::uint64_t length)
    {
        with(descriptor, [&](int node) { m_changes.push_back({Change::Cut, node, 0, {}, length, {}, 0}); });
    }
    void synced(int descriptor)
    {
        with(descriptor, [&](int node) { m_changes.push_back({Change::Sync, node, 0, {}, 0, {}, 0}); });
    }
    void madeFolder(const std::string& path)
    {
        const std::lock_guard guard(m_mutex);
        if (isBelow(path)) named(path, nodeOf(path), ++m_together);
    }
    void removed(const std::string& path)
    {
        const std::lock_guard guard(m_mutex);
        if (!isBelow(path) || m_nodes.count(path) == 0) return;
        named(path, 0, ++m_together);
        m_nodes.erase(path);
    }
    void renamed(const std::string& from, const std::string& to, bool exchange)
    {
        const std::lock_guard guard(m_mutex);
        if (!isBelow(from) || !isBelow(to)) return;
        const int moved = nodeOf(from), other = exchange ? nodeOf(to) : 0;
        ++m_together;
        named(from, other, m_together);
        named(to, moved, m_together);
        std::map<std::string, int> nodes;
        for (const auto& [path, node] : m_nodes) {
            const auto under = [&](const std::string& top) { return path == top || path.starts_with(top + "/"); };
            if (under(from))
                nodes[to + path.substr(from.size())] = node;
            else if (under(to) && exchange)
                nodes[from + path.substr(to.size())] = node;
            else if (!under(to))
                nodes[path] = node;
        }
        m_nodes = std::move(nodes);
        for (const auto& [path, node] : m_nodes)
            if (node != kRoot) m_lastPath[node] = path.substr(m_root.size() + 1);
    }

    /// What a disk may hold when the power goes after the first `count` changes. `survives` decides for each thing that no sync
    /// has made safe: a sector of a write, a cut, a renaming. `forgets` leaves out syncs, as if the program had not asked.
    void rebuild(std::size_t count, const std::filesystem::path& into, const std::function<bool()>& survives,
                 const std::function<bool(const Change&)>& forgets) const
    {
        std::map<int, std::size_t> safeUntil;  // node -> the changes before this one are safe
        for (std::size_t i = 0; i < count; ++i)
            if (m_changes[i].kind == Change::Sync && !forgets(m_changes[i])) safeUntil[m_changes[i].node] = i;
        const auto isSafe = [&](int node, std::size_t change) {
            const auto found = safeUntil.find(node);
            return found != safeUntil.end() && change < found->second;
        };
        std::map<int, std::string> contents;
        std::map<int, std::map<std::string, int>> folders;
        std::map<int, bool> renamings;
        for (std::size_t i = 0; i < count; ++i) {
            const Change& change = m_changes[i];
            if (change.kind == Change::Write) write(contents[change.node], change, isSafe(change.node, i), survives);
            if (change.kind == Change::Cut && (isSafe(change.node, i) || survives()))
                contents[change.node].resize(change.place);
            if (change.kind != Change::Name) continue;
            if (isSafe(change.folder, i)) renamings[change.together] = true;
            if (renamings.count(change.together) == 0) renamings[change.together] = survives();
            if (!renamings[change.together]) continue;
            if (change.node == 0)
                folders[change.folder].erase(change.name);
            else
                folders[change.folder][change.name] = change.node;
        }
        materialise(kRoot, into, contents, folders);
    }

private:
    static constexpr int kRoot = 1;
    static constexpr std::size_t kSector = 512;

    RecordedDisk() = default;
    RecordedDisk& operator=(RecordedDisk&& other)
    {
        m_root = std::move(other.m_root);
        m_nodes = std::move(other.m_nodes);
        m_lastPath = std::move(other.m_lastPath);
        m_isFolder = std::move(other.m_isFolder);
        m_open = std::move(other.m_open);
        m_changes = std::move(other.m_changes);
        m_next = other.m_next;
        m_together = other.m_together;
        return *this;
    }

    bool isBelow(const std::string& path) const
    {
        return !m_root.empty() && (path == m_root || path.starts_with(m_root + "/"));
    }
    int nodeOf(const std::string& path)
    {
        const auto [place, isNew] = m_nodes.try_emplace(path, m_next);
        if (isNew) ++m_next;
        if (place->second != kRoot) m_lastPath[place->second] = path.substr(m_root.size() + 1);
        return place->second;
    }
    void named(const std::string& path, int node, int together)
    {
        const auto slash = path.rfind('/');
        m_changes.push_back({Change::Name, node, nodeOf(path.substr(0, slash)), path.substr(slash + 1), 0, {}, together});
        m_isFolder[m_changes.back().folder] = true;
    }
    template <typename Body>
    void with(int descriptor, const Body& body)
    {
        const std::lock_guard guard(m_mutex);
        const auto found = m_open.find(descriptor);
        if (!m_root.empty() && found != m_open.end()) body(found->second);
    }
    static void write(std::string& content, const Change& change, bool safe, const std::function<bool()>& survives)
    {
        for (std::size_t at = 0; at < change.bytes.size();) {
            const std::size_t size = std::min(change.bytes.size() - at, kSector - (change.place + at) % kSector);
            if (safe || survives()) {
                if (content.size() < change.place + at + size) content.resize(change.place + at + size, '\0');
                content.replace(change.place + at, size, change.bytes, at, size);
            }
            at += size;
        }
    }
    void materialise(int node, const std::filesystem::path& path, const std::map<int, std::string>& contents,
                     const std::map<int, std::map<std::string, int>>& folders) const
    {
        if (node != kRoot && m_isFolder.count(node) == 0) {
            const auto content = contents.find(node);
            std::ofstream(path, std::ios::binary) << (content == contents.end() ? std::string() : content->second);
            return;
        }
        std::filesystem::create_directories(path);
        const auto entries = folders.find(node);
        if (entries == folders.end()) return;
        for (const auto& [name, child] : entries->second) materialise(child, path / name, contents, folders);
    }

    std::mutex m_mutex;
    std::string m_root;  ///< empty = nothing is recorded
    std::map<std::string, int> m_nodes;
    std::map<int, std::string> m_lastPath;
    std::map<int, bool> m_isFolder;
    std::map<int, int> m_open;
    std::vector<Change> m_changes;
    int m_next = kRoot + 1;
    int m_together = 0;
};

}  // namespace moebel::test
