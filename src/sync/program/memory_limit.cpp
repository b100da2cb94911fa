#include "sync/program/memory_limit.h"

#include <fstream>
#include <string>
#include <vector>

namespace content {
namespace {

using Path = std::filesystem::path;

/// The group's path in a line of /proc/PID/cgroup, "4:memory:/kubepods/..." or "0::/..."
/// (cgroups(7)); nothing when the line is about other resources.
std::optional<std::string> group_in(const std::string& line) {
  const auto first = line.find(':');
  const auto second = line.find(':', first + 1);
  if (second == std::string::npos) return {};
  const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
  if (controllers != ",," && controllers.find(",memory,") == std::string::npos) return {};
  return line.substr(second + 1);
}

/// Version 1 has no word for "none" but the largest number of whole pages.
std::optional<std::int64_t> limit_in(const Path& file) {
  constexpr std::int64_t none = std::int64_t{1} << 60;
  std::ifstream input(file);
  std::int64_t bytes = 0;
  if (!(input >> bytes) || bytes <= 0 || bytes >= none) return {};  // also "max"
  return bytes;
}

/// Where a file of the group may be, by its names in version 2 and in version 1.
std::vector<Path> places(const Path& root, const char* name, const char* name_in_version_1) {
  const auto groups = root / "sys/fs/cgroup";
  std::vector<Path> result;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const auto group = group_in(line);
    if (!group) continue;
    // In a container the group's own folder is at the top of what is mounted, whatever it is called
    // outside.
    for (const auto& below : {Path(*group).relative_path(), Path()}) {
      result.push_back(groups / below / name);
      result.push_back(groups / "memory" / below / name_in_version_1);
    }
  }
  return result;
}

}  // namespace

std::optional<std::int64_t> memory_limit(const Path& root) {
  for (const auto& file : places(root, "memory.max", "memory.limit_in_bytes"))
    if (const auto bytes = limit_in(file)) return bytes;
  return {};
}

std::int64_t memory_kills(const Path& root) {
  for (const auto& file : places(root, "memory.events.local", "memory.oom_control")) {
    std::ifstream input(file);
    std::string name;
    for (std::int64_t count = 0; input >> name >> count;)
      if (name == "oom_kill") return count;
  }
  return 0;
}

}  // namespace content
