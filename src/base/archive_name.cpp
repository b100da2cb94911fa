#include "base/archive_name.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::array<std::string_view, 8> readable{".tar",  ".tar.gz",  ".tgz",  ".tar.zst",
                                                   ".tzst", ".tar.bz2", ".tbz2", ".zip"};
constexpr std::array<std::string_view, 9> unreadable{
    ".tar.xz", ".txz", ".tar.lzma", ".tlz", ".tar.lz", ".tar.lz4", ".tar.z", ".7z", ".rar"};

template <class Endings>
bool ends_with_one(std::string_view path, const Endings& endings) {
  const auto name = lower(path.substr(path.rfind('/') + 1));
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

}  // namespace

bool is_archive_name(std::string_view path) {
  return ends_with_one(path, readable);
}

bool is_unreadable_archive_name(std::string_view path) {
  return ends_with_one(path, unreadable);
}

}  // namespace base
