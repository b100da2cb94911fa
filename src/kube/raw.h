#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

/// On-demand JSON: finds members in a text without parsing the rest, as lists and events are large
/// and mostly known. It trusts the text to be JSON; what is wrong with it the parser refuses later.
/// Views point into the text that was given.
namespace kube::raw {

/// The value of a member, as text; empty when there is none, or `object` is no object.
std::string_view member(std::string_view object, std::string_view name);

/// Where the value of a member goes.
struct Member {
  std::string_view name;
  std::string_view& value;
  bool is_last = false;  ///< what comes behind it is not looked at
};

/// Several members in one pass over the text.
void members(std::string_view object, std::initializer_list<Member> wanted);

/// Hands every element's text to `use`. False when `array` is no whole array.
bool for_each(std::string_view array, const std::function<void(std::string_view)>& use);

/// What a string without escapes says; empty for any other value.
std::string_view plain_text(std::string_view value);

/// `object` with only the managers of its metadata.managedFields that changed its spec by a plain
/// update, [{"apiVersion":"apps/v1","manager":"kubectl-edit"}], or null where there are none: the
/// whole often is half of it. The number of replicas, and labels and annotations of a pod template,
/// do not count.
std::string with_spec_editors(std::string_view object);

/// The same with null where an object or array lies deeper than `deepest` levels. Fields without a
/// schema may be nested as deep as the API server stores, which is more than the JSON library
/// reads.
std::string with_limited_depth(std::string_view object, std::size_t deepest);

}  // namespace kube::raw
