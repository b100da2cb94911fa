#include "kube/http/client.h"

#include <iterator>
#include <utility>

namespace kube {
namespace {

constexpr int log_limit_bytes = 64 * 1024;

/// "apply Deployment ns/name": what an error message begins with.
std::string what(const char* verb, const Kind& kind, const Key& key) {
  return std::string(verb) + " " + std::string(kind.kind) + " " + to_string(key);
}

bool is_no_such_object(const Response& response) {
  return response.status == 404 && !is_kind_unknown(response);
}

template <class Parse>
Json parsed(const Response& response, const char* verb, const Kind& kind, const Key& key,
            Parse parse) {
  if (!is_success(response.status)) throw api_error(response, what(verb, kind, key), kind.remedy);
  try {
    return parse(response.body);
  } catch (const std::invalid_argument& error) {
    throw TransportError(what(verb, kind, key) + ": the answer " + error.what());
  }
}

}  // namespace

std::optional<Json> Client::get(const Kind& kind, const Key& key, const std::stop_token& stop,
                                Milliseconds total) {
  const auto response = transport_.send(get_request(kind, key), stop, total);
  if (is_no_such_object(response)) return std::nullopt;
  return parsed(response, "get", kind, key, json::parse);
}

void Client::each_page(const Kind& kind, const std::string& ns, const Selector& selector,
                       const std::function<void(Page)>& use, const std::stop_token& stop,
                       Milliseconds total) {
  std::string continue_token;
  int limit = list_page_size;
  while (true) {
    Page page{.objects = {}, .is_first = continue_token.empty()};
    const auto request = list_request(kind, ns, selector, "", continue_token, limit);
    const auto response = transport_.send(request, stop, total);
    if (response.status == 410 && !page.is_first) {
      continue_token.clear();
      limit = 0;  // all at once, then
      continue;
    }
    auto body = parsed(response, "list", kind, {ns, "*"}, json::parse);
    if (body.has_array_field("items")) {
      for (auto& item : body.at("items").as_array())
        page.objects.push_back(std::move(item));
    }
    continue_token = json::string_at(body, {"metadata", "continue"});
    use(std::move(page));
    if (continue_token.empty()) return;
  }
}

std::vector<Json> Client::list(const Kind& kind, const std::string& ns, const Selector& selector,
                               const std::stop_token& stop, Milliseconds total) {
  std::vector<Json> objects;
  const auto add = [&](Page page) {
    if (page.is_first) objects.clear();
    std::move(page.objects.begin(), page.objects.end(), std::back_inserter(objects));
  };
  each_page(kind, ns, selector, add, stop, total);
  return objects;
}

Json Client::create(const Kind& kind, const std::string& ns, const Json& object,
                    const std::stop_token& stop, Milliseconds total) {
  const auto response = transport_.send(create_request(kind, ns, object), stop, total);
  return parsed(response, "create", kind, {ns, key_of(object).name}, parse_object);
}

Json Client::replace(const Kind& kind, const Json& object, const std::stop_token& stop) {
  const auto response = transport_.send(replace_request(kind, object), stop);
  return parsed(response, "replace", kind, key_of(object), parse_object);
}

Json Client::apply(const Kind& kind, const Json& object, const std::string& manager, Force force,
                   const std::stop_token& stop) {
  const auto response = transport_.send(apply_request(kind, object, manager, force), stop);
  return parsed(response, "apply", kind, key_of(object), parse_object);
}

Json Client::try_apply(const Kind& kind, const Json& object, const std::string& manager,
                       const std::stop_token& stop) {
  auto request = apply_request(kind, object, manager, Force::Yes);
  request.query.emplace_back("dryRun", "All");
  return parsed(transport_.send(request, stop), "apply", kind, key_of(object), parse_object);
}

std::optional<Json> Client::patch_status(const Kind& kind, const Key& key, const Json& patch,
                                         const std::string& manager, const std::stop_token& stop) {
  const auto response =
      transport_.send(merge_patch_request(kind, key, patch, manager, "status"), stop);
  if (is_no_such_object(response)) return std::nullopt;
  return parsed(response, "patch the status of", kind, key, parse_object);
}

Json Client::merge_patch(const Kind& kind, const Key& key, const Json& patch,
                         const std::string& manager, const std::stop_token& stop,
                         Milliseconds total) {
  const auto response =
      transport_.send(merge_patch_request(kind, key, patch, manager), stop, total);
  return parsed(response, "patch", kind, key, parse_object);
}

bool Client::remove(const Kind& kind, const Key& key, const std::string& uid,
                    const std::stop_token& stop) {
  const auto response = transport_.send(delete_request(kind, key, uid), stop);
  if (is_no_such_object(response)) return false;
  if (!is_success(response.status))
    throw api_error(response, what("delete", kind, key), kind.remedy);
  return true;
}

std::string Client::log(const Key& pod, const std::string& container, int lines,
                        const std::stop_token& stop, Milliseconds total) {
  const auto response =
      transport_.send(log_request(pod, container, lines, log_limit_bytes), stop, total);
  const bool not_yet = response.status == 400;  // "container ... is waiting to start"
  if (not_yet || is_no_such_object(response)) return "";
  if (!is_success(response.status)) throw api_error(response, what("read the log of", pods, pod));
  return response.body;
}

}  // namespace kube
