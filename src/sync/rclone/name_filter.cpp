#include "sync/rclone/name_filter.h"

#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/report/failure.h"

namespace content {

std::vector<std::string> rclone_filters(const Source& source) {
  std::vector<std::string> result;
  for (const auto& pattern : source.exclude)
    result.push_back("--filter=- " + pattern);
  for (const auto& pattern : source.include)
    result.push_back("--filter=+ " + pattern);
  if (!source.include.empty()) result.emplace_back("--filter=- **");
  return result;
}

std::vector<std::string> let_through(const Source& source, const std::vector<std::string>& names,
                                     const std::stop_token& stop) {
  const auto filters = rclone_filters(source);
  if (filters.empty() || names.empty()) return names;
  // A command of our rclone (scripts/rclone.go). Names end with a zero byte, which no name has.
  std::vector<std::string> arguments{"rclone", "names", "/proc/self/fd/3"};
  arguments.insert(arguments.end(), filters.begin(), filters.end());
  std::string text;
  for (const auto& name : names)
    text += name + '\0';
  const auto finished = base::run({.arguments = std::move(arguments),
                                   .environment = environment_for_programs(),
                                   .secret_file = text},
                                  stop);
  if (finished.exit_code != 0) throw rclone_failure(finished.errors, url_for_messages(source));
  std::vector<std::string> result;
  for (std::size_t begin = 0; begin < finished.output.size();) {
    const auto end = std::min(finished.output.find('\0', begin), finished.output.size());
    result.push_back(finished.output.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

}  // namespace content
