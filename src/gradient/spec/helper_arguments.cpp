#include "gradient/spec/helper_arguments.h"

#include "gradient/spec/expansion.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <string_view>

namespace gradient {
namespace {

using json::Json;

constexpr const char* repository_command = "repository";
constexpr const char* model_command = "model";
constexpr const char* collect_command = "collect";

/// Options without a value.
constexpr std::array flags{"--full-history",
                           "--read-only",
                           "--allow-git-protocol",
                           "--no-submodules",
                           "--no-lfs",
                           "--path-style",
                           "--requester-pays",
                           "--workload-identity",
                           "--allow-local-addresses",
                           "--unpack"};

template <class Option>
void each_limit(Option& option, auto& arguments) {
  option("--max-files", arguments.max_files);
  option("--max-bytes", arguments.max_bytes);
  option("--max-depth", arguments.max_depth);
}

/// Each of these lists is the only place that pairs an option with its field; `option` is a Writer
/// or a Reader, and `arguments` const for the one and not for the other.
template <class Option>
void each(Option& option, auto& arguments) requires requires {
  arguments.full_history;
}
{
  option("--volume", arguments.volume);
  option("--key", arguments.key);
  option("--name", arguments.name);
  option("--url", arguments.url);
  option("--ref", arguments.ref);
  option("--full-history", arguments.full_history);
  option("--read-only", arguments.read_only);
  option("--no-submodules", arguments.no_submodules);
  option("--submodule", arguments.submodules);
  option("--no-lfs", arguments.no_lfs);
  option("--lfs", arguments.lfs);
  option("--path", arguments.paths);
  option("--username", arguments.username);
  option("--password-file", arguments.password_file);
  option("--credential", arguments.credentials);
  option("--allow-git-protocol", arguments.allow_git_protocol);
  option("--allow-local-addresses", arguments.allow_local_addresses);
  option("--known-hosts-file", arguments.known_hosts_file);
  option("--known-hosts", arguments.known_hosts);
  option("--revision", arguments.revision);
  each_limit(option, arguments);
  option("--message-bytes", arguments.message_bytes);
}

template <class Option>
void each(Option& option, auto& arguments) requires requires {
  arguments.source;
}
{
  option("--source", arguments.source);
  option("--endpoint", arguments.endpoint);
  option("--region", arguments.region);
  option("--path-style", arguments.path_style);
  option("--requester-pays", arguments.requester_pays);
  option("--credentials-dir", arguments.credentials);
  option("--account", arguments.account);
  option("--workload-identity", arguments.workload_identity);
  option("--allow-local-addresses", arguments.allow_local_addresses);
  option("--digest", arguments.digest);
  option("--include", arguments.include);
  option("--exclude", arguments.exclude);
  option("--unpack", arguments.unpack);
  option("--target", arguments.target);
  option("--name", arguments.name);
  option("--refresh-interval", arguments.refresh_seconds);
  option("--fetch-request", arguments.fetch_request);
  option("--grace", arguments.grace_seconds);
  each_limit(option, arguments);
  option("--message-bytes", arguments.message_bytes);
}

template <class Option>
void each(Option& option, auto& arguments) requires requires {
  arguments.owners;
}
{
  option("--volume", arguments.volume);
  option("--grace", arguments.grace_seconds);
  option("--listed-at", arguments.listed_at);
  option("--owner", arguments.owners);
  option("--keep", arguments.keep);
  option("--model", arguments.models);
}

std::string text(const CredentialArguments& credential) {
  return json::text(
      json::object({{"url", credential.url},
                    {"username", json::text_or_null(credential.username)},
                    {"file", credential.file},
                    {"appId", json::text_or_null(credential.app_id)},
                    {"installationId", json::text_or_null(credential.installation_id)},
                    {"apiUrl", json::text_or_null(credential.api_url)}}));
}

/// Nothing is set in it when it is none.
CredentialArguments read_credential(const std::string& text) {
  try {
    const auto given = json::parse(text);
    const auto field = [&](const char* name) { return json::string_at(given, {name}); };
    return {.url = field("url"),
            .username = field("username"),
            .file = field("file"),
            .app_id = field("appId"),
            .installation_id = field("installationId"),
            .api_url = field("apiUrl")};
  } catch (const std::invalid_argument&) {
    return {};
  }
}

class Writer {
 public:
  explicit Writer(const char* command) : words_{command} {}

  void operator()(const char* option, const std::string& value) {
    if (!value.empty()) words_.insert(words_.end(), {option, value});
  }
  void operator()(const char* option, bool is_set) {
    if (is_set) words_.emplace_back(option);
  }
  void operator()(const char* option, const std::optional<std::int64_t>& number) {
    if (number) words_.insert(words_.end(), {option, std::to_string(*number)});
  }
  void operator()(const char* option, const std::set<std::string>& values) {
    for (const auto& value : values)
      (*this)(option, value);
  }
  /// In one word each: a pattern may begin with '-'.
  void operator()(const char* option, const std::vector<std::string>& patterns) {
    for (const auto& pattern : patterns)
      words_.push_back(option + ("=" + pattern));
  }

  void operator()(const char* option, const std::vector<CredentialArguments>& credentials) {
    for (const auto& credential : credentials)
      words_.push_back(option + ("=" + text(credential)));
  }

  std::vector<std::string> words() && { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto& word = words[i];
      const auto equals = word.find('=');
      if (std::find(flags.begin(), flags.end(), word) != flags.end()) {
        values_[word];
      } else if (equals != std::string::npos) {
        values_[word.substr(0, equals)].push_back(word.substr(equals + 1));
      } else if (++i < words.size()) {
        values_[word].push_back(words[i]);
      }
    }
  }

  void operator()(const char* option, std::string& value) const {
    if (const auto& given = of(option); !given.empty()) value = given.back();
  }
  void operator()(const char* option, bool& is_set) const { is_set = values_.contains(option); }
  void operator()(const char* option, std::optional<std::int64_t>& number) const {
    const auto& given = of(option);
    if (given.empty()) return;
    const auto& text = given.back();
    std::int64_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error == std::errc() && end == text.data() + text.size()) number = read;
  }
  void operator()(const char* option, std::set<std::string>& values) const {
    values.insert(of(option).begin(), of(option).end());
  }
  void operator()(const char* option, std::vector<std::string>& patterns) const {
    patterns = of(option);
  }
  void operator()(const char* option, std::vector<CredentialArguments>& credentials) const {
    for (const auto& given : of(option))
      credentials.push_back(read_credential(given));
  }

 private:
  const std::vector<std::string>& of(const char* option) const {
    static const std::vector<std::string> none;
    const auto found = values_.find(option);
    return found == values_.end() ? none : found->second;
  }

  std::map<std::string, std::vector<std::string>> values_;
};

template <class Arguments>
std::vector<std::string> written(const char* command, const Arguments& arguments) {
  Writer writer(command);
  each(writer, arguments);
  return std::move(writer).words();
}

std::vector<std::string> words_of(const Json& container) {
  std::vector<std::string> words;
  for (const auto& word : json::elements_at(container, {"args"}))
    if (word.is_string()) words.push_back(unescape_dollars(word.as_string()));
  return words;
}

template <class Arguments>
std::optional<Arguments> read(const char* command, const Json& container) {
  const auto words = words_of(container);
  if (words.empty() || words.front() != command) return std::nullopt;
  const Reader reader(words);
  Arguments arguments;
  each(reader, arguments);
  return arguments;
}

}  // namespace

std::vector<std::string> words(const RepositoryArguments& arguments) {
  return written(repository_command, arguments);
}

std::vector<std::string> words(const ModelArguments& arguments) {
  return written(model_command, arguments);
}

std::vector<std::string> words(const CollectArguments& arguments) {
  return written(collect_command, arguments);
}

std::vector<std::string> words(const ReadyArguments& arguments) {
  return {"ready", "--target", arguments.target};
}

Json container_arguments(std::vector<std::string> words) {
  for (auto& word : words)
    word = escape_dollars(std::move(word));
  return json::strings(words);
}

std::optional<RepositoryArguments> repository_arguments(const Json& container) {
  return read<RepositoryArguments>(repository_command, container);
}

std::optional<ModelArguments> model_arguments(const Json& container) {
  return read<ModelArguments>(model_command, container);
}

std::optional<CollectArguments> collect_arguments(const Json& container) {
  return read<CollectArguments>(collect_command, container);
}

bool is_helper(const Json& container) {
  const auto& command = json::elements_at(container, {"command"});
  return command.size() > 0 && json::equal(*command.begin(), Json(helper_program));
}

}  // namespace gradient
