#include "reconcile/watched_server.h"

#include "reconcile/kinds.h"

#include <algorithm>
#include <stdexcept>

namespace {

using json::Json;

constexpr const char* forbidden =
    R"({"kind":"Status","code":403,"reason":"Forbidden","message":"cannot list here"})";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string collection_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// ".../namespaces/NS/PLURAL", without a name.
bool is_collection(const std::string& path) {
  constexpr std::string_view marker = "/namespaces/";
  const auto begin = path.find(marker);
  return begin != std::string::npos &&
         std::count(path.begin() + static_cast<std::ptrdiff_t>(begin + marker.size()), path.end(),
                    '/') == 1;
}

std::string query(const kube::Request& request, const std::string& name) {
  for (const auto& [key, value] : request.query)
    if (key == name) return value;
  return {};
}

std::string kind_of_list(const std::string& path) {
  const auto plural = path.substr(path.rfind('/') + 1);
  for (const auto& kind : {reconcile::gradient_deployments, reconcile::datasets, reconcile::models,
                           reconcile::registries, kube::pods, kube::deployments, kube::services,
                           kube::autoscalers, kube::budgets, kube::ingresses, kube::routes,
                           kube::claims, kube::events, kube::replica_sets})
    if (kind.plural == plural) return std::string(kind.kind) + "List";
  throw std::logic_error("nobody lists " + plural);
}

/// By the only kind of selector that watches use: a label that is there.
bool is_selected(const Json& object, const std::string& label) {
  return label.empty() || !kube::label_of(object, label).empty();
}

}  // namespace

WatchedServer::WatchedServer() {
  inner_.on_change = [this](const std::string& path, const Json& object) { note(path, object); };
}

WatchedServer::~WatchedServer() {
  end_.request_stop();
}

void WatchedServer::put(const kube::Kind& kind, const std::string& name, const std::string& body,
                        const std::string& ns) {
  const std::lock_guard lock(mutex_);
  inner_.put(kind, name, body, ns);
}

void WatchedServer::hang(const std::string& part) {
  const std::lock_guard lock(mutex_);
  hang_.insert(part);
}

void WatchedServer::release(const std::string& part) {
  const std::lock_guard lock(mutex_);
  hang_.erase(part);
  changed_.notify_all();
}

void WatchedServer::refuse(const std::string& part) {
  const std::lock_guard lock(mutex_);
  refused_.insert(part);
}

void WatchedServer::allow(const std::string& part) {
  const std::lock_guard lock(mutex_);
  refused_.erase(part);
}

bool WatchedServer::await(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds look_again{10};  // for what is no request
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    std::unique_lock lock(mutex_);
    if (std::chrono::steady_clock::now() >= deadline) return false;
    changed_.wait_for(lock, look_again);
  }
  return true;
}

bool WatchedServer::has(const kube::Kind& kind, const std::string& name, const std::string& ns) {
  const std::lock_guard lock(mutex_);
  return live_.contains(kube::get_request(kind, {ns, name}).path);
}

int WatchedServer::asked(const std::string& part) {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(asked_.begin(), asked_.end(),
                                        [&](const auto& path) { return ::has(path, part); }));
}

int WatchedServer::hanging(const std::string& part) {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(hanging_.begin(), hanging_.end(),
                                        [&](const auto& path) { return ::has(path, part); }));
}

int WatchedServer::writes() {
  const std::lock_guard lock(mutex_);
  return inner_.writes();
}

kube::Response WatchedServer::send(const kube::Request& request, const std::stop_token& stop,
                                   std::chrono::milliseconds total) {
  std::unique_lock lock(mutex_);
  asked_.push_back(request.path);
  let_hang(request, stop, total, lock);
  const bool is_list = request.method == kube::Method::Get && is_collection(request.path);
  if (is_list && is_refused(request.path)) return {.status = 403, .body = forbidden};
  if (is_list) return list(request);
  auto response = inner_.send(request, stop, total);
  changed_.notify_all();
  return response;
}

kube::Response WatchedServer::stream(const kube::Request& request,
                                     const std::function<void(std::string_view)>& on_line,
                                     const std::stop_token& stop, std::chrono::milliseconds idle) {
  const auto deadline = std::chrono::steady_clock::now() + idle;
  auto seen = std::stoi(query(request, "resourceVersion"));
  const auto label = query(request, "labelSelector");
  const std::stop_callback on_stop(stop, [this] { changed_.notify_all(); });
  while (!stop.stop_requested() && !end_.stop_requested() &&
         std::chrono::steady_clock::now() < deadline) {
    std::vector<std::string> lines;
    {
      std::unique_lock lock(mutex_);
      if (is_refused(request.path)) return {.status = 403, .body = forbidden};
      for (const auto& change : changes_) {
        if (change.version <= seen || collection_of(change.path) != request.path ||
            !is_selected(change.object, label))
          continue;
        lines.push_back(json::text(json::object(
            {{"type", change.is_gone ? "DELETED" : "MODIFIED"}, {"object", change.object}})));
      }
      if (!changes_.empty()) seen = std::max(seen, changes_.back().version);
      if (lines.empty()) changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
    for (const auto& line : lines)
      on_line(line);
  }
  return {.status = 200};
}

void WatchedServer::note(const std::string& path, const Json& object) {
  const bool is_gone = object.is_null();
  auto last = is_gone ? live_.at(path) : object;
  if (is_gone) last["metadata"]["resourceVersion"] = Json(inner_.version());
  changes_.push_back({std::stoi(inner_.version()), path, last, is_gone});
  if (is_gone) {
    live_.erase(path);
  } else {
    live_[path] = object;
  }
  changed_.notify_all();
}

bool WatchedServer::is_refused(const std::string& path) const {
  return std::any_of(refused_.begin(), refused_.end(),
                     [&](const auto& part) { return ::has(path, part); });
}

kube::Response WatchedServer::list(const kube::Request& request) const {
  std::vector<Json> items;
  for (const auto& [path, object] : live_) {
    if (collection_of(path) == request.path && is_selected(object, query(request, "labelSelector")))
      items.push_back(object);
  }
  return {.status = 200,
          .body = json::text(
              json::object({{"kind", kind_of_list(request.path)},
                            {"metadata", json::object({{"resourceVersion", inner_.version()}})},
                            {"items", json::array(std::move(items))}}))};
}

void WatchedServer::let_hang(const kube::Request& request, const std::stop_token& stop,
                             std::chrono::milliseconds total, std::unique_lock<std::mutex>& lock) {
  const auto hangs = [&] {
    return !end_.stop_requested() && std::any_of(hang_.begin(), hang_.end(), [&](const auto& part) {
      return ::has(request.path, part);
    });
  };
  if (!hangs()) return;
  const auto entry = hanging_.insert(request.path);
  changed_.notify_all();
  changed_.wait_for(lock, stop, total, [&] { return !hangs(); });
  hanging_.erase(entry);
  if (hangs()) throw kube::TransportError("no whole answer within the time allowed");
}
