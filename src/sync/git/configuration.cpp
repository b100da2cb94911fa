#include "sync/git/configuration.h"

#include "sync/git/git.h"
#include "sync/git/memory_settings.h"
#include "sync/program/memory_limit.h"

#include <thread>

namespace content {
namespace {

/// A value of git's configuration: in quotes, with escapes.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

std::string git_configuration(const GitRemote& remote, const std::string& helper, bool tell_paths,
                              const std::string& ssh) {
  const auto silence = std::to_string(remote.silence.count());
  // Volumes may belong to another user, whose repositories git refuses (safe.directory). The ones
  // that are used here, mirrors and new trees, no app can write to.
  auto text =
      "[safe]\n\tdirectory = *\n"
      "[core]\n\thooksPath = /dev/null\n"
      // Larger files are streamed; others are in memory as a whole.
      "\tbigFileThreshold = 8m\n"
      "[init]\n\tdefaultBranch = main\n"
      "[advice]\n\tdetachedHead = false\n"
      "[fetch]\n\tunpackLimit = 1\n"
      "[gc]\n\tauto = 0\n"
      "[maintenance]\n\tauto = false\n"
      "[protocol]\n\tallow = never\n"
      "[protocol \"http\"]\n\tallow = always\n"
      "[protocol \"https\"]\n\tallow = always\n"
      // git gives a server up that sends fewer bytes a second than the limit, for so many seconds.
      "[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = " +
      silence +
      // The same of git-lfs; lfs.dialtimeout stays at its 30 seconds.
      "\n[lfs]\n\tactivitytimeout = " + silence + "\n\ttlstimeout = " + silence +
      "\n[credential]\n\thelper = " + quoted(helper) + "\n";
  if (tell_paths) text += "\tuseHttpPath = true\n";
  // What helpers get where nothing else is configured (sync.resources of the operator).
  constexpr std::int64_t shipped_limit = std::int64_t{1} << 30;
  text +=
      memory_settings(memory_limit().value_or(shipped_limit), std::thread::hardware_concurrency());
  if (remote.allow_git_protocol) text += "[protocol \"git\"]\n\tallow = always\n";
  if (!ssh.empty())
    text += "[protocol \"ssh\"]\n\tallow = always\n[core]\n\tsshCommand = " + quoted(ssh) + "\n";
  return text;
}

}  // namespace content
