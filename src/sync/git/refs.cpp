#include "sync/git/refs.h"

#include "base/ascii.h"
#include "sync/report/failure.h"

#include <array>
#include <map>
#include <vector>

namespace content {
namespace {

std::map<std::string, std::string, std::less<>> refs(std::string_view ls_remote) {
  std::map<std::string, std::string, std::less<>> result;
  for (const auto& line : lines_of(std::string(ls_remote))) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    auto value = line.substr(0, tab);
    auto name = line.substr(tab + 1);
    if (value.starts_with("ref: ")) {
      name = "-> " + name;
      value.erase(0, 5);
    }
    result.emplace(std::move(name), std::move(value));
  }
  return result;
}

bool is_hexadecimal(const std::string& text) {
  return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_abbreviated(const std::string& ref) {
  return ref.size() >= 4 && is_hexadecimal(ref);
}

/// What would be right for a ref that the server has not, where that can be told from the ref.
std::string remedy_for(const std::string& ref) {
  // Git's short forms in a clone, where they are looked up below refs/ and refs/remotes/.
  constexpr std::array<std::string_view, 4> forms{"heads/", "tags/", "refs/remotes/origin/",
                                                  "origin/"};
  for (const auto form : forms)
    if (ref.starts_with(form) && ref.size() > form.size())
      return "; name a branch or tag alone: \"" + ref.substr(form.size()) + "\"";
  return is_abbreviated(base::lower(ref)) ? "; a commit must be written with all its digits" : "";
}

/// Asks the server once more, for its branches.
std::string no_default_branch(const Git& git) {
  constexpr std::size_t most_names = 5;
  constexpr std::string_view prefix = "refs/heads/";
  std::string names;
  std::size_t count = 0;
  for (const auto& [name, commit] : refs(git({"ls-remote", "--heads", "--", git.url()})))
    if (++count <= most_names) names += (names.empty() ? "" : ", ") + name.substr(prefix.size());
  if (count == 0) return "the repository is empty; push a commit";
  return "the repository has no default branch (its HEAD names none that exists); set ref to one "
         "of its branches, such as " +
         names;
}

}  // namespace

bool is_commit(const std::string& ref) {
  return (ref.size() == 40 || ref.size() == 64) && is_hexadecimal(ref);
}

std::optional<Resolved> choose(std::string_view ls_remote, const std::string& ref) {
  const auto known = refs(ls_remote);
  if (ref.empty() || ref == "HEAD") {
    const auto head = known.find("HEAD");
    if (head == known.end()) return {};
    const auto name = known.find("-> HEAD");
    return Resolved{head->second, name == known.end() ? "HEAD" : name->second};
  }
  for (const auto& name : {"refs/heads/" + ref, "refs/tags/" + ref, ref}) {
    const auto peeled = known.find(name + "^{}");
    if (peeled != known.end()) return Resolved{peeled->second, name};
    const auto found = known.find(name);
    if (found != known.end()) return Resolved{found->second, name};
  }
  return {};
}

Resolved resolve(const Git& git, const std::string& ref) {
  // git writes commits in lower case.
  if (const auto commit = base::lower(ref); is_commit(commit)) return {commit, commit};
  std::vector<std::string> command = {"ls-remote", "--symref", "--", git.url()};
  if (ref.empty() || ref == "HEAD") {
    command.emplace_back("HEAD");
  } else {
    for (const auto& name : {"refs/heads/" + ref, "refs/tags/" + ref, ref})
      command.insert(command.end(), {name, name + "^{}"});
  }
  if (auto found = choose(git(command), ref)) return *found;
  throw Failure("GitReferenceNotFound",
                git.told_url() + ": " +
                    (ref.empty() || ref == "HEAD"
                         ? no_default_branch(git)
                         : "there is no branch or tag \"" + ref + "\"" + remedy_for(ref)));
}

}  // namespace content
