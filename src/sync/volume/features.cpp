#include "sync/volume/features.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace content {
namespace {

constexpr mode_t of_permissions = 07777;

/// For volumes between which the kernel does not copy.
bool copy_by_reading(int from, int to, std::int64_t begin, std::int64_t end) {
  std::array<char, 64U << 10U> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): large
  while (begin < end) {
    const auto most = std::min<std::int64_t>(end - begin, piece.size());
    const auto got = pread(from, piece.data(), static_cast<std::size_t>(most), begin);
    if (got == 0) errno = EIO;  // shorter than it was
    if (got <= 0) return false;
    for (ssize_t done = 0; done < got;) {
      const auto put = pwrite(to, piece.data() + done, static_cast<std::size_t>(got - done), begin);
      if (put < 0) return false;
      done += put;
      begin += put;
    }
  }
  return true;
}

/// Zero, or errno. What the volume cannot have is left out.
int copy_into(int from, int to, const struct stat& status) {
  if (!copy_bytes(from, to, 0, status.st_size)) return errno;
  const std::array times{status.st_atim, status.st_mtim};
  if (fchmod(to, status.st_mode & of_permissions) != 0 && !is_not_supported(errno)) return errno;
  if (futimens(to, times.data()) != 0 && !is_not_supported(errno)) return errno;
  return 0;
}

/// Throws Failure for what a call has said, unless the volume cannot do that: then the reason is
/// VolumeLacksFeature, with what would help.
[[noreturn]] void lacks(const Path& folder, const std::string& need, const std::string& what,
                        const std::string& remedy) {
  if (!is_not_supported(errno)) volume_trouble(folder / what);
  throw Failure("VolumeLacksFeature", need + ", and the volume at " + folder.string() +
                                          " does not let this helper do that (" + what + ": " +
                                          std::generic_category().message(errno) + "); " + remedy);
}

}  // namespace

bool folds_letter_case(const Path& folder) {
  const auto name = unique_name("");
  const auto file = folder / ("case-" + name);
  write_file(file, "");
  const bool is_found = std::filesystem::exists(folder / ("CASE-" + name));
  unlink(file.c_str());
  return is_found;
}

bool copy_bytes(int from, int to, std::int64_t begin, std::int64_t end) {
  while (begin < end) {
    auto target = begin;
    const auto copied =
        copy_file_range(from, &begin, to, &target, static_cast<std::size_t>(end - begin), 0);
    if (copied == 0) errno = EIO;  // shorter than it was
    if (copied == 0 || (copied < 0 && errno != EXDEV && !is_not_supported(errno))) return false;
    if (copied < 0) return copy_by_reading(from, to, begin, end);
  }
  return true;
}

bool copy_regular_file(const Path& from, const Path& to) {
  const OpenFile source(open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (source.fd() < 0 || fstat(source.fd(), &status) != 0) {
    if (errno == ENOENT || errno == ESTALE) return false;
    volume_trouble(from);
  }
  if (!S_ISREG(status.st_mode)) return false;
  require_space(to.parent_path(), to.string(), {status.st_size, 1});
  const OpenFile target(open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             status.st_mode & of_permissions));
  if (target.fd() < 0) {
    if (errno == EEXIST) return false;
    volume_trouble(to);
  }
  if (const int error = copy_into(source.fd(), target.fd(), status)) {
    unlink(to.c_str());
    errno = error;
    volume_trouble(to);
  }
  return true;
}

bool link_or_copy(const Path& from, const Path& to) {
  if (linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) return true;
  if (errno == ENOENT || errno == ESTALE || errno == EEXIST) return false;
  const bool can_be_copied = is_not_supported(errno) || errno == EXDEV || errno == EMLINK;
  if (!can_be_copied) volume_trouble(to);
  return copy_regular_file(from, to);
}

void require_symbolic_links(const Path& folder, const std::string& need) {
  const auto link = folder / unique_name("link-");
  if (symlink("nothing", link.c_str()) != 0) {
    lacks(folder, need, "symlink",
          "use a volume that has symbolic links; SMB has them with the mount option mfsymlinks");
  }
  unlink(link.c_str());
}

void require_permissions(const Path& folder, const std::string& need) {
  const auto path = folder / unique_name("file-");
  const OpenFile file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) volume_trouble(folder);
  const bool can_change = fchmod(file.fd(), 0640) == 0;
  const int error = errno;
  unlink(path.c_str());
  errno = error;
  if (!can_change) {
    lacks(folder, need, "chmod",
          "mount it with this helper's user as the owner of its files (SMB: the mount options uid "
          "and gid), or use another volume");
  }
}

}  // namespace content
