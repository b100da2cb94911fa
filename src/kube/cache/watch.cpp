#include "kube/cache/watch.h"

#include "kube/http/error.h"
#include "kube/raw.h"
#include "kube/serve/metrics.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <random>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr auto list_deadline = 60s;
constexpr auto look_for_kind_again = 60s;

std::function<double()> random_source() {
  const auto engine = std::make_shared<std::minstd_rand>(std::random_device()());
  return [engine] { return std::uniform_real_distribution<double>(0, 1)(*engine); };
}

/// An ERROR event says what the answer to the request would have said.
Response error_answer(std::string_view status) {
  Response response;
  response.status = std::atoi(std::string(raw::member(status, "code")).c_str());
  response.body = status;
  return response;
}

}  // namespace

Watch::Watch(Client& client, Store& store, const Clock& clock, WatchOptions options,
             OnChange on_change)
    : client_(client),
      store_(store),
      clock_(clock),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      state_(random_source()) {}

/// What `work` throws is a failure of the watch.
template <class Work>
void Watch::guarded(Work work) {
  try {
    work();
  } catch (const ApiError& error) {
    if (options_.may_be_absent && error.kind_not_served()) return finish_without_kind();
    if (error.forbidden() || error.not_found()) refused_ = true;
    fail(classify(error), error.retry_after_seconds, error.what());
  } catch (const TransportError& error) {
    fail(WatchFailure::Unreachable, 0, error.what());
  } catch (const std::exception& error) {
    fail(WatchFailure::Malformed, 0, error.what());
  }
}

void Watch::list(const WatchState::Step& step, const std::stop_token& stop) {
  guarded([&] {
    try {
      list_page(step, stop);
    } catch (const TransportError&) {
      if (!stop.stop_requested()) throw;
    }
  });
}

void Watch::list_page(const WatchState::Step& step, const std::stop_token& stop) {
  const auto response =
      client_.transport().send(list_request(options_.kind, options_.ns, options_.selector, "",
                                            step.continue_token, step.limit),
                               stop, list_deadline);
  if (!is_success(response.status)) throw api_error(response, what("list"), options_.kind.remedy);
  const auto page = read_list_page(response.body, options_.kind);
  if (step.continue_token.empty()) {
    listed_.clear();
    if (state_.is_rewound(page.version)) {
      spdlog::warn("the server's resourceVersion has gone back, relisting kind={} version={}",
                   options_.kind.kind, page.version);
      store_.invalidate(options_.ns);
    }
  }
  const bool is_whole = raw::for_each(page.items, [&](std::string_view text) {
    const auto object = read_raw_object(text, options_.kind);
    listed_.insert(object.key);
    if (!store_.knows(object.key, object.version)) store_.await_writes(object.key, write_wait);
    store(object);
  });
  if (!is_whole) throw Malformed(what("list") + ": the items end early");
  if (state_.listed(page.version, page.continue_token)) finish_list(page.version);
}

void Watch::finish_list(const std::string& version) {
  for (const auto& object : store_.finish_replace(listed_, options_.ns, version)) {
    on_change_(key_of(object), object);
  }
  spdlog::debug("listed kind={} objects={} version={}", options_.kind.kind, listed_.size(),
                version);
  listed_.clear();
  last_problem_.clear();
  absent_ = false;
  refused_ = false;
  synced_ = true;
}

/// What there was of it is gone with its definition.
void Watch::finish_without_kind() {
  store_.invalidate(options_.ns);
  for (const auto& object : store_.finish_replace({}, options_.ns, ""))
    on_change_(key_of(object), object);
  if (!absent_.exchange(true)) {
    spdlog::warn("no matches for kind, looking for it every minute kind={}", options_.kind.kind);
  }
  refused_ = false;
  synced_ = true;
  state_.failed(WatchFailure::Refused, look_for_kind_again, clock_.now());
}

Request Watch::open(const WatchState::Step& step) {
  last_line_ = clock_.now();
  state_.opened(last_line_);
  return watch_request(options_.kind, options_.ns, options_.selector, step.version,
                       step.timeout_seconds);
}

void Watch::read(std::string_view line) {
  last_line_ = clock_.now();
  if (broken_) std::rethrow_exception(broken_);
  if (line.empty()) return;
  const auto event = read_watch_event(line, options_.kind);
  if (waiting_.empty() && !has_to_wait(event)) return handle(event);
  if (waiting_.empty()) waiting_since_ = last_line_;
  waiting_.emplace_back(line);
}

void Watch::read_waiting() {
  try {
    while (!waiting_.empty()) {
      const auto event = read_watch_event(waiting_.front(), options_.kind);
      const auto now = clock_.now();
      if (has_to_wait(event) && now - waiting_since_ < write_wait) return;
      handle(event);
      waiting_.pop_front();
      waiting_since_ = now;
    }
  } catch (...) {
    broken_ = std::current_exception();
    waiting_.clear();
  }
}

bool Watch::has_to_wait(const WatchEvent& event) const {
  const bool is_change =
      event.type == WatchEvent::Type::Added || event.type == WatchEvent::Type::Modified;
  return is_change && store_.is_being_written(event.object.key) &&
         !store_.knows(event.object.key, event.object.version);
}

void Watch::end(const Streams::End& end) {
  guarded([&] {
    for (const auto& line : std::exchange(waiting_, {}))
      handle(read_watch_event(line, options_.kind));
    if (const auto broken = std::exchange(broken_, nullptr)) std::rethrow_exception(broken);
    if (end.failure) std::rethrow_exception(end.failure);
    finish_stream(end.response);
  });
}

void Watch::finish_stream(const Response& response) {
  if (!is_success(response.status)) throw api_error(response, what("watch"), options_.kind.remedy);
  const auto now = clock_.now();
  count_watch_restart(std::string(options_.kind.kind),
                      now - last_line_ >= idle_limit ? "idle" : "ended");
  state_.ended(now);
}

void Watch::handle(const WatchEvent& event) {
  switch (event.type) {
    case WatchEvent::Type::Error:
      throw api_error(error_answer(event.object.text), what("watch"));
    case WatchEvent::Type::Bookmark:
      break;
    case WatchEvent::Type::Deleted:
      store_deletion(event.object);
      break;
    case WatchEvent::Type::Added:
    case WatchEvent::Type::Modified:
      store(event.object);
      break;
  }
  last_problem_.clear();
  state_.saw(event.object.version);
}

/// Most objects of a list, and events of our own writes, are known already: they are not parsed.
void Watch::store(const RawObject& raw) {
  if (store_.knows(raw.key, raw.version)) return;
  const json::Shared object = build(raw, options_.kind);
  if (store_.put(object) == Store::Change::Stored) on_change_(raw.key, *object);
}

void Watch::store_deletion(const RawObject& raw) {
  const auto object = build(raw, options_.kind);
  if (store_.erase(object) == Store::Change::Stored) on_change_(raw.key, object);
}

void Watch::fail(WatchFailure failure, int retry_after_seconds, const std::string& message) {
  count_watch_restart(std::string(options_.kind.kind), to_string(failure));
  const bool is_news = std::exchange(last_problem_, message) != message;
  spdlog::log(is_news ? spdlog::level::warn : spdlog::level::debug,
              "watch interrupted kind={} reason={} error=\"{}\"", options_.kind.kind,
              to_string(failure), message);
  state_.failed(failure, std::chrono::seconds(retry_after_seconds), clock_.now());
}

std::string Watch::what(const char* verb) const {
  auto text = std::string(verb) + " " + std::string(options_.kind.kind);
  if (!options_.ns.empty()) text += " in " + options_.ns;
  return text;
}

}  // namespace kube
