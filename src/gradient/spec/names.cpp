#include "gradient/spec/names.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient::names {
namespace {

constexpr std::size_t longest_label = 63;
/// Of a label's hash: 80 bits, so that a second name for a label in use cannot be searched for.
constexpr std::size_t hash_digits = 20;

/// Whether `label` ends as one that was changed.
bool ends_in_hash(const std::string& label) {
  if (label.size() <= hash_digits) return false;
  const auto hash = std::string_view(label).substr(label.size() - hash_digits - 1);
  return hash.front() == '-' && hash.find_first_not_of("0123456789abcdef", 1) == hash.npos;
}

char to_label_character(char c) {
  const char lower = base::to_lower(c);
  return values::is_label_character(lower) ? lower : '-';
}

/// Lines that only a selection of these has, and none when all is wanted.
std::string lines_of(const Selection& selection, const std::string& name) {
  switch (selection.which) {
    case Selection::Which::All:
      return "";
    case Selection::Which::None:
      return "\nno " + name;
    case Selection::Which::Listed:
      break;
  }
  std::string lines;
  for (const auto& entry : selection.listed)
    lines += "\n" + name + " " + entry;
  return lines;
}

}  // namespace

bool is_of_group(std::string_view key) {
  return key.starts_with(group) && key.substr(group.size()).starts_with('/');
}

std::string container(std::string_view prefix, std::string_view name) {
  const auto label = std::string(prefix) + std::string(name);
  const bool fits = label.size() <= longest_label && label.back() != '-' && !ends_in_hash(label) &&
                    std::all_of(label.begin(), label.end(), values::is_label_character);
  if (fits) return label;
  auto changed = label.substr(0, longest_label - hash_digits - 1);
  std::transform(changed.begin(), changed.end(), changed.begin(), to_label_character);
  return changed + "-" + base::short_hash(name, hash_digits);
}

std::string host(const Parent& parent, const std::string& domain) {
  const auto label = parent.name + "-" + parent.ns;
  const auto whole = parent.name + "/" + parent.ns;
  // `a-b` in `c` and `a` in `b-c` would meet. Other divisions of one label are few, so few digits
  // tell them apart.
  constexpr std::size_t few_digits = 6;
  const bool is_divided_once = std::count(label.begin(), label.end(), '-') == 1;
  if (is_divided_once && label.size() <= longest_label) return label + "." + domain;
  const bool fits = label.size() + 1 + few_digits <= longest_label;
  const auto digits = fits ? few_digits : hash_digits;
  return label.substr(0, longest_label - 1 - digits) + "-" + base::short_hash(whole, digits) + "." +
         domain;
}

std::string clone_container(std::string_view repository) {
  return container(clone_prefix, repository);
}

std::string sync_container(std::string_view model) {
  return container(sync_prefix, model);
}

std::string content_revision(const Repository& repository, const std::string& sync) {
  constexpr char separator = '\n';  // cannot occur in any of them
  auto text =
      repository.url + separator + repository.ref + separator + repository.name + separator + sync;
  if (repository.full_history) text += std::string(1, separator) + "full";
  // Its files may be other checkouts', too, so it is never mounted writable.
  if (repository.read_only) text += std::string(1, separator) + "read-only";
  text += lines_of(repository.submodules, "submodule");
  text += lines_of(repository.large_files, "lfs");
  for (const auto& pattern : repository.paths)
    text += "\npath " + pattern;
  return base::short_hash(text);
}

std::string checkout_key(const Parent& parent, const Repository& repository) {
  constexpr std::size_t digits_of_name = 8;  // the revision is of the name, too
  return parent.uid + "-" + base::short_hash(repository.name, digits_of_name) + "-" +
         content_revision(repository, parent.sync);
}

std::string checkout_owner(const std::string& key) {
  const auto name = key.rfind('-', key.rfind('-') - 1);
  return key.substr(0, name);
}

}  // namespace gradient::names
