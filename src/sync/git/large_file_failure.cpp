#include "sync/git/large_file_failure.h"

#include "base/ascii.h"
#include "sync/git/remote_url.h"
#include "sync/report/failure_rules.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

namespace content {
namespace {

using enum Failure::Kind;

constexpr const char* grant = "; accept the licence or give a token that may read it";

/// A word of a server's without the query of a URL, which may have a signature, or "..." for one
/// that is another with each try: a time, the number of a request, a hash.
std::string stable(std::string word) {
  constexpr auto most_digits = 5;  // a port has so many
  if (word.find("://") != std::string::npos) return word.substr(0, word.find_first_of("?#"));
  const auto digits =
      std::count_if(word.begin(), word.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
  return digits > most_digits ? "..." : word;
}

/// The beginning of what a server says, in quotes.
std::string in_quotes(const std::string& text) {
  constexpr std::size_t longest = 200;
  std::istringstream words(text);
  std::string result;
  for (std::string word; words >> word && result.size() < longest;) {
    std::replace_if(
        word.begin(), word.end(), [](unsigned char c) { return c < ' ' || c == 0x7f || c == '"'; },
        '\'');
    result += (result.empty() ? "" : " ") + stable(std::move(word)).substr(0, longest);
  }
  const bool is_sentence = result.ends_with('.') && !result.ends_with("...");
  if (is_sentence || result.ends_with(':')) result.pop_back();
  return "\"" + result + "\"";
}

/// By the hash of its content.
using Names = std::map<std::string, std::string, std::less<>>;

Names names_of(const std::vector<LargeFile>& files) {
  Names names;
  for (const auto& file : files) {
    auto& name = names[file.sha256];
    if (name.empty() || file.path < name) name = file.path;
  }
  return names;
}

/// Files are sorted by hash, and a person looks for names.
std::string first_name(const Names& names) {
  const auto first = std::min_element(
      names.begin(), names.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return first->second;
}

/// "[HASH] TEXT: [404] TEXT": what the server answers for one file.
struct Refusal {
  std::string name;
  std::string text;
  int code = 0;
};

/// Of the files that are refused the first by name, whatever the order in which they were.
std::optional<Refusal> first_refusal(const std::vector<std::string>& lines, const Names& names) {
  constexpr std::size_t digits = 64;
  std::optional<Refusal> first;
  for (const auto& line : lines) {
    if (!line.starts_with("[") || line.substr(1 + digits, 2) != "] ") continue;
    const auto found = names.find(std::string_view(line).substr(1, digits));
    if (found == names.end() || (first && first->name < found->second)) continue;
    Refusal refusal{.name = found->second, .text = line.substr(digits + 3)};
    if (const auto at = refusal.text.rfind(": ["); at != std::string::npos) {
      std::from_chars(refusal.text.data() + at + 3, refusal.text.data() + refusal.text.size(),
                      refusal.code);
      refusal.text.erase(at);
    }
    first = std::move(refusal);
  }
  return first;
}

Failure failure_of(const Refusal& refusal, const std::string& url) {
  const auto file = refusal.name + ", a large file (LFS)";
  const auto says = ", and says " + in_quotes(refusal.text);
  switch (refusal.code) {
    case 401:
    case 403:
      return {"GitAccessDenied", url + ": the server does not give " + file + says + grant};
    case 404:
    case 410:
      return {"GitLfsFailed", url + ": the server lacks " + file + says + "; push it again"};
    case 429:
      return {"ServerBusy", url + ": the server does not give " + file + " now" + says, Transient};
    default:
      break;
  }
  if (refusal.code >= 500)
    return {"ServerFailed", url + ": the server cannot give " + file + says, Transient};
  return {"GitLfsFailed",
          url + ": the server does not give " + file + says + "; correct or push it again"};
}

/// Of an answer for all files that were asked for. git-lfs tells its status only where the server
/// says nothing of its own (lfshttp/errors.go).
Failure failure_of_batch(const std::string& text, const std::string& file, const std::string& url) {
  const auto server = url + ": the server of its large files (LFS), such as " + file + ", ";
  const auto folded = base::lower(text);
  if (text.starts_with("404"))
    return {"GitLfsFailed", url + ": the server lacks its large files (LFS), such as " + file +
                                ", and says " + in_quotes(text) + "; push them again"};
  if (text.starts_with("Repository or object not found"))
    return {"GitLfsFailed", server + "knows nothing of them, or the credentials may not see them"};
  if (text.starts_with("Unable to parse HTTP response"))
    return {"UnexpectedAnswer", server + "gives an answer that git-lfs cannot read", Transient};
  if (text.starts_with("Authorization error"))
    return {"GitAccessDenied", server + "denies access" + grant};
  if (text.starts_with("Expected JSON type"))
    return {"UnexpectedAnswer", server +
                                    "answers with a page, such as a login form; check the URL "
                                    "and what the credentials may read"};
  if (folded.find("rate limit") != std::string::npos ||
      folded.find("too many requests") != std::string::npos)
    return {"ServerBusy", server + "asks to slow down (too many requests)", Transient};
  if (text.starts_with("Fatal error: "))
    return {"ServerFailed",
            server + "is in trouble, and says " + in_quotes(text.substr(text.find(": ") + 2)),
            Transient};
  return {"GitLfsFailed",
          server + "refuses to give them, and says " + in_quotes(text) + grant + ", if it is that"};
}

/// The first file, by name, of which one of the lines tells; empty when none does.
std::string file_told(const std::vector<std::string>& lines, const Names& names,
                      std::string& line_about) {
  std::string first;
  for (const auto& line : lines) {
    for (const auto& [hash, name] : names) {
      if (line.find(hash) == std::string::npos || (!first.empty() && first <= name)) continue;
      first = name;
      line_about = line;
    }
  }
  return first;
}

/// Where a server of ssh knows no large files, git-lfs asks the same host over https.
bool is_guess(std::string_view output, const std::string& url) {
  const auto remote = read_remote_url(url);
  return remote && remote->scheme == "ssh" &&
         output.find("\"https://" + remote->host + "/") != std::string_view::npos;
}

std::vector<std::string> split(std::string_view output) {
  std::vector<std::string> lines;
  std::istringstream text{std::string(output)};
  for (std::string line; std::getline(text, line);)
    lines.push_back(std::move(line));
  return lines;
}

}  // namespace

Failure large_file_failure(std::string_view output, const std::string& url,
                           const std::vector<LargeFile>& files) {
  auto failure = git_failure(output, url);
  if (failure.reason == "HostUnreachable" && is_guess(output, url))
    return {"GitLfsFailed", url + ": " + std::string(message::no_large_files_over_ssh)};
  if (failure.reason != "GitLfsFailed" || files.empty()) return failure;
  const auto lines = split(output);
  const auto names = names_of(files);
  if (const auto refusal = first_refusal(lines, names)) return failure_of(*refusal, url);
  constexpr std::string_view batch = "batch response: ";
  for (const auto& line : lines) {
    const auto at = line.find(batch);
    if (at != std::string::npos)
      return failure_of_batch(line.substr(at + batch.size()), first_name(names), url);
  }
  std::string line;
  const auto name = file_told(lines, names, line);
  if (name.empty()) return failure;
  return {failure.reason,
          url + ": " + name + ", a large file (LFS), cannot be fetched: git-lfs says " +
              in_quotes(line),
          failure.kind};
}

}  // namespace content
