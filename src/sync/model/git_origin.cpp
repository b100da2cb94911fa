#include "sync/model/git_origin.h"

#include "base/files.h"
#include "sync/git/checkout.h"
#include "sync/git/refs.h"
#include "sync/model/chosen_files.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"

#include <fstream>
#include <functional>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hugging_face = "hf://";
constexpr std::string_view git_over_https = "git+";

GitAddress hugging_face_address(const Source& source) {
  const auto rest = source.url.substr(hugging_face.size());
  const auto at = std::min(rest.find('@'), rest.size());
  auto server = source.endpoint.empty() ? "https://huggingface.co" : source.endpoint;
  if (server.back() != '/') server += '/';
  return {.remote = {.url = server + rest.substr(0, at)},
          .ref = at == rest.size() ? "" : rest.substr(at + 1)};
}

GitAddress plain_address(const Source& source) {
  constexpr std::string_view query = "?ref=";
  const auto url = source.url.substr(git_over_https.size());
  const auto question = std::min(url.find(query), url.size());
  return {.remote = {.url = url.substr(0, question)},
          .ref = question == url.size() ? "" : url.substr(question + query.size())};
}

/// The folders and files of git at the top of a tree and of its submodules.
std::vector<Path> of_git(const Path& tree) {
  std::vector<Path> result;
  for (auto entry = fs::recursive_directory_iterator(tree);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->path().filename() != ".git") continue;
    entry.disable_recursion_pending();
    result.push_back(entry->path());
  }
  return result;
}

bool leads_inside(const Path& link, const Path& tree) {
  std::error_code error;
  const auto end = fs::canonical(link, error);
  return !error && end.string().starts_with(fs::canonical(tree).string() + "/");
}

/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer's first line, and its size.
bool is_pointer(const Path& file) {
  constexpr std::string_view first_line = "version https://git-lfs.github.com/spec/";
  constexpr std::uintmax_t longest = 1024;
  if (fs::file_size(file) >= longest) return false;
  std::string begin(first_line.size(), '\0');
  std::ifstream(file).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return begin == first_line;
}

void check_files(const Path& tree, const std::string& url) {
  bool is_empty = true;
  for (const auto& entry : fs::recursive_directory_iterator(tree)) {
    const auto path = entry.path().lexically_relative(tree).string();
    check_path(path);
    if (entry.is_symlink() && !leads_inside(entry.path(), tree)) {
      throw Failure("ModelSourceRefused", url + ": " + path +
                                              " is a symbolic link to something that is not in "
                                              "the repository, or is left out; replace it by a "
                                              "file, or leave it out by source.exclude");
    }
    if (!entry.is_regular_file()) continue;
    is_empty = false;
    if (is_pointer(entry.path())) {
      throw Failure("GitLfsFailed",
                    url + ": " + path +
                        " is the pointer of a large file and not its content; let .gitattributes "
                        "name it with filter=lfs, and no lfs.fetchexclude of .lfsconfig");
    }
  }
  if (is_empty) throw Failure("ModelEmpty", url + ": there is no file in the repository");
}

}  // namespace

bool is_git(const Source& source) {
  return source.url.starts_with(hugging_face) || source.url.starts_with(git_over_https);
}

GitAddress git_address(const Source& source) {
  auto address =
      source.url.starts_with(hugging_face) ? hugging_face_address(source) : plain_address(source);
  address.remote.allow_local_addresses = source.allow_local_addresses;
  if (source.credentials.empty()) return address;
  const auto token = source.credentials / "token";
  const auto username = source.credentials / "username";
  address.remote.password_file = fs::exists(token) ? token : source.credentials / "password";
  if (!fs::exists(token) && fs::exists(username))
    address.remote.username = read_secret_line(username.string());
  return address;
}

std::string GitOrigin::commit() const {
  return resolve(Git(address_.remote, program_, stop_, {}), address_.ref).commit;
}

void GitOrigin::check_out(const std::string& commit, const Path& tree,
                          const ReusableContent& reusable, Git::OnProgress on_progress) const {
  const Git git(address_.remote, program_, stop_, std::move(on_progress));
  const auto work = tree.parent_path() / "git";
  fs::remove_all(work);  // left by a try that failed
  const auto fresh = work / "tree";
  Mirrors mirrors(own_folder(tree.parent_path(), "git/mirrors"), work, false, stop_);
  ChosenFiles chosen(source_, stop_);
  check_out_read_only(git, mirrors, fresh, {commit, commit}, reusable,
                      chosen.is_needed() ? ChooseFiles(std::ref(chosen)) : ChooseFiles());
  if (chosen.is_needed()) chosen.require_fit();
  for (const auto& file : chosen.unwanted_settings())
    fs::remove(fresh / file);
  for (const auto& path : of_git(fresh))
    fs::remove_all(path);
  check_files(fresh, address_.remote.url);
  fs::rename(fresh, tree);
  fs::remove_all(work);
}

}  // namespace content
