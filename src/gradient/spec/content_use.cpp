#include "gradient/spec/content_use.h"

#include "gradient/spec/names.h"

#include <algorithm>
#include <iterator>

namespace gradient {
namespace {

using Names = std::set<std::string>;

Names difference(const Names& all, const Names& other) {
  Names left;
  std::set_difference(all.begin(), all.end(), other.begin(), other.end(),
                      std::inserter(left, left.end()));
  return left;
}

}  // namespace

ContentUse& ContentUse::operator+=(const ContentUse& other) {
  checkouts.insert(other.checkouts.begin(), other.checkouts.end());
  models.insert(other.models.begin(), other.models.end());
  return *this;
}

ContentUse without(const ContentUse& content, const ContentUse& other) {
  return {.checkouts = difference(content.checkouts, other.checkouts),
          .models = difference(content.models, other.models)};
}

ContentUse content_of(const Parent& parent, const DeploymentSpec& spec) {
  ContentUse content;
  if (!spec.repositories) return content;
  for (const auto& repository : spec.repositories->items)
    content.checkouts.insert(names::checkout_key(parent, repository));
  return content;
}

}  // namespace gradient
