#include "gradient/spec/names.h"

#include "base/hash.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient::names {
namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t hash_digits = 8;

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

char to_label_character(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return is_label_character(c) ? c : '-';
}

}  // namespace

std::string container(std::string_view prefix, std::string_view name) {
  const auto label = std::string(prefix) + std::string(name);
  const bool fits = label.size() <= longest_label && label.back() != '-' &&
                    std::all_of(label.begin(), label.end(), is_label_character);
  if (fits) return label;
  auto changed = label.substr(0, longest_label - hash_digits - 1);
  std::transform(changed.begin(), changed.end(), changed.begin(), to_label_character);
  return changed + "-" + base::short_hash(name, hash_digits);
}

std::string host(const Parent& parent, const std::string& domain) {
  return container("", parent.name + "-" + parent.ns) + "." + domain;
}

std::vector<Place> others_of_host(const Place& place) {
  const auto label = place.name + "-" + place.ns;
  std::vector<Place> others;
  for (auto dash = label.find('-'); dash != std::string::npos; dash = label.find('-', dash + 1)) {
    Place other{.ns = label.substr(dash + 1), .name = label.substr(0, dash)};
    const bool may_exist = values::is_deployment_name(other.name) && values::is_dns_label(other.ns);
    if (may_exist && other != place) others.push_back(std::move(other));
  }
  return others;
}

std::string clone_container(std::string_view repository) {
  return container("clone-", repository);
}

std::string sync_container(std::string_view model) {
  return container("sync-", model);
}

std::string content_revision(const Repository& repository, const std::string& sync) {
  constexpr char separator = '\n';  // cannot occur in any of them
  auto text =
      repository.url + separator + repository.ref + separator + repository.name + separator + sync;
  if (repository.full_history) text += std::string(1, separator) + "full";
  return base::short_hash(text);
}

std::string checkout_key(const Parent& parent, const Repository& repository) {
  return parent.uid + "-" + base::short_hash(repository.name, hash_digits) + "-" +
         content_revision(repository, parent.sync);
}

std::string checkout_owner(const std::string& key) {
  const auto name = key.rfind('-', key.rfind('-') - 1);
  return key.substr(0, name);
}

}  // namespace gradient::names
