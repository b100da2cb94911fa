#include "sync/git/changed_objects.h"

#include "sync/git/partial_clone.h"
#include "sync/git/sparse_checkout.h"

#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

using Words = PartialClone::Words;

constexpr const char* attributes = ":(glob)**/.gitattributes";
/// For git a large file is its pointer, and `before` has the content.
constexpr const char* all_but_large_files = ":(exclude,attr:filter=lfs)";

/// A fact of each of the commit's files that fit a pattern.
Words of_files(const PartialClone& clone, const char* fact, const char* pattern) {
  return lines_of(clone({"ls-files", "-z", std::string("--format=%(") + fact + ")", "--", pattern}),
                  '\0');
}

/// Files of these names in `before`.
Words readable_files(const Path& before, const Words& names) {
  Words result;
  for (const auto& name : names) {
    const auto file = before / name;
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(file, error)) && access(file.c_str(), R_OK) == 0)
      result.push_back(file.string());
  }
  return result;
}

}  // namespace

void fetch_changed_objects(const Git& git, const GitInTree& in_tree, const Path& tree,
                           const Parts& parts, const Path& before,
                           const std::function<void()>& on_commit) {
  const PartialClone clone(git, tree, in_tree.commit());
  on_commit();
  const auto add_from_before = [&](const char* pattern) {
    // Fast rather than small: the model keeps the files, and the repository goes when they are
    // there.
    clone.in_groups({"-c", "core.compression=1", "hash-object", "-w", "--no-filters", "--"},
                    readable_files(before, of_files(clone, "path", pattern)));
  };
  if (parts.has_all_files()) {
    clone({"read-tree", in_tree.commit()});
  } else {
    choose_files(in_tree, tree, parts);
  }
  // ls-files reads .gitattributes to tell large files, and git would fetch each of these alone.
  if (const auto wanted = of_files(clone, "objectname", attributes); !wanted.empty()) {
    add_from_before(attributes);
    clone.fetch_missing({wanted.begin(), wanted.end()});
  }
  add_from_before(all_but_large_files);
  if (!parts.has_all_files()) return clone.fetch_missing(chosen_objects(in_tree));
  const auto rest = clone.missing();
  clone.fetch({rest.begin(), rest.end()});
}

}  // namespace content
