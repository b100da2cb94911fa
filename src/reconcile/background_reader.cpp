#include "reconcile/background_reader.h"

#include "kube/backoff.h"
#include "kube/http/error.h"
#include "kube/http/transport.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace reconcile {
namespace {

/// What is not there yet may come soon.
constexpr kube::Backoff look_for_nothing{std::chrono::seconds(2), std::chrono::seconds(30)};

/// Of a query that its subscriber has no more. Not less, or a pod that comes and goes is asked all
/// the time.
constexpr std::chrono::seconds unused_ttl{30};

bool same(const std::vector<json::Json>& left, const std::vector<json::Json>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), json::equal);
}

}  // namespace

std::vector<BackgroundReader::Cached> BackgroundReader::get(const Ref& subscriber,
                                                            std::vector<Query> queries) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  auto& state = subscribers_[subscriber];
  std::vector<Cached> all;
  bool waits = false;
  for (auto& query : queries) {
    const auto& entry = refresh(subscriber, std::move(query), state);
    waits = waits || !entry.has_result;
    all.push_back({.values = entry.values,
                   .is_pending = !entry.has_result,
                   .expires = entry.expires,
                   .is_node_silent = is_silent(entry.query.node)});
  }
  if (!waits) state.pending_since.reset();
  if (waits && !state.pending_since) state.pending_since = now;
  if (waits && !may_wait(state)) {
    for (auto& cached : all)
      cached.is_pending = false;
  }
  std::erase_if(state.entries,
                [&](const auto& item) { return now - item.second.last_used >= unused_ttl; });
  if (state.entries.empty()) subscribers_.erase(subscriber);
  return all;
}

/// The query's entry, which is queued to be read if it is new or has expired.
BackgroundReader::Entry& BackgroundReader::refresh(const Ref& ref, Query query,
                                                   Subscriber& subscriber) {
  const auto now = clock_.now();
  const auto [place, is_new] = subscriber.entries.try_emplace(query.name);
  auto& entry = place->second;
  if (is_new || entry.query.version != query.version) {
    entry.expires = now;
    entry.has_result = false;
    entry.times_empty = 0;
  }
  entry.last_used = now;
  entry.query = std::move(query);
  const auto backoff = backoff_.find(entry.query.node);
  if (now >= entry.expires && backoff != backoff_.end() && now < backoff->second) {
    entry.expires = backoff->second;
    entry.has_result = true;
  }
  if (now >= entry.expires && !entry.is_queued && queue_.size() < most_queued) {
    entry.is_queued = true;
    queue_.emplace_back(ref, place->first);
    ++changes_;
    wake_.notify_one();
  }
  return entry;
}

bool BackgroundReader::may_wait(const Subscriber& subscriber) const {
  return subscriber.pending_since &&
         clock_.now() - *subscriber.pending_since < first_result_timeout;
}

void BackgroundReader::forget(const Ref& subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.erase(subscriber);
}

void BackgroundReader::run(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < most_nodes_at_once + 1; ++i)
    threads.emplace_back([&] { work(stop); });
}

void BackgroundReader::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (const auto job = next_job()) {
      lock.unlock();
      serve(*job, stop);
      lock.lock();
    } else {
      wake_.wait(lock, stop, [this, seen = changes_] { return changes_ != seen; });
    }
  }
}

bool BackgroundReader::read_next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto job = next_job();
  lock.unlock();
  if (!job) return false;
  serve(*job, stop);
  return true;
}

std::optional<BackgroundReader::Job> BackgroundReader::next_job() {
  for (auto next = queue_.begin(); next != queue_.end();) {
    auto* const entry = find(next->first, next->second);
    if (entry == nullptr) {  // dropped meanwhile
      next = queue_.erase(next);
    } else if (!may_ask(entry->query.node)) {
      ++next;
    } else {
      Job job{next->first, entry->query};
      queue_.erase(next);
      busy_.insert(job.query.node);
      return job;
    }
  }
  return std::nullopt;
}

bool BackgroundReader::may_ask(const std::string& node) const {
  if (busy_.contains(node)) return false;
  return node.empty() || busy_.size() - busy_.count("") < most_nodes_at_once;
}

/// Also while it is asked again: what is said of it does not come and go each minute.
bool BackgroundReader::is_silent(const std::string& node) const {
  const auto backoff = backoff_.find(node);
  return !node.empty() && backoff != backoff_.end() &&
         clock_.now() < backoff->second + node_backoff;
}

BackgroundReader::Entry* BackgroundReader::find(const Ref& subscriber, const std::string& query) {
  const auto found = subscribers_.find(subscriber);
  if (found == subscribers_.end()) return nullptr;
  auto& entries = found->second.entries;
  const auto entry = entries.find(query);
  return entry == entries.end() ? nullptr : &entry->second;
}

void BackgroundReader::serve(const Job& job, const std::stop_token& stop) {
  const auto begun = clock_.now();
  try {
    auto result = job.query.read(stop);
    if (store(job, std::move(result))) changed_(job.subscriber);
    return;
  } catch (const kube::ApiError& error) {
    const bool is_of_node = error.code >= 500 || error.throttled();
    fail(job, {.message = error.what(), .is_of_node = is_of_node, .is_news = is_of_node});
  } catch (const kube::TransportError& error) {
    // Without any answer it is the API server that is away, as others log already.
    const bool is_late = clock_.now() - begun >= read_timeout;
    const bool is_news = is_late && !stop.stop_requested();
    fail(job, {.message = error.what(), .is_of_node = true, .is_news = is_news});
  } catch (const std::exception& error) {
    fail(job, {.message = error.what(), .is_of_node = false, .is_news = false});
  }
}

/// Whether one more first result is to come in time: then one reconcile is enough for all.
bool BackgroundReader::awaits_more(const Ref& subscriber) const {
  const auto& state = subscribers_.at(subscriber);
  return may_wait(state) &&
         std::any_of(state.entries.begin(), state.entries.end(), [](const auto& item) {
           return item.second.is_queued && !item.second.has_result;
         });
}

/// Whether it is news to the subscriber.
bool BackgroundReader::store(const Job& job, Result result) {
  const std::lock_guard lock(mutex_);
  end(job);
  const bool was_silent = backoff_.erase(job.query.node) > 0;
  auto* const entry = find(job.subscriber, job.query.name);
  if (entry == nullptr) return false;
  entry->is_queued = false;
  if (entry->query.version != job.query.version) {  // there is a new one meanwhile
    entry->is_queued = true;
    queue_.emplace_back(job.subscriber, job.query.name);
    return false;
  }
  auto ttl = result.ttl;
  if (result.values.empty()) {
    ttl = std::min(ttl, look_for_nothing.after(++entry->times_empty));
  } else {
    entry->times_empty = 0;
  }
  entry->expires = clock_.now() + ttl;
  const bool is_first = !std::exchange(entry->has_result, true);
  const bool is_other = !same(entry->values, result.values);
  entry->values = std::move(result.values);
  return is_first ? !awaits_more(job.subscriber) : is_other || was_silent;
}

/// Once a minute for each node, as it is asked no sooner.
void BackgroundReader::log_failure(const Query& query, const ReadFailure& failure) {
  const auto level = failure.is_news ? spdlog::level::warn : spdlog::level::debug;
  if (query.node.empty()) {
    spdlog::log(level,
                "cannot read events: statuses may not say why pods wait; asking again in a minute "
                "what=\"{}\" error=\"{}\"",
                query.name, failure.message);
  } else {
    spdlog::log(level,
                "cannot read logs of a node: what statuses say of models on it may be old; asking "
                "again in a minute node={} what=\"{}\" error=\"{}\"",
                query.node, query.name, failure.message);
  }
}

void BackgroundReader::fail(const Job& job, const ReadFailure& failure) {
  log_failure(job.query, failure);
  const auto& node = job.query.node;
  std::set<Ref> waiting;
  {
    const std::lock_guard lock(mutex_);
    end(job);
    const auto until = clock_.now() + node_backoff;
    give_up(job.subscriber, job.query.name, until, waiting);
    if (failure.is_of_node) {
      std::erase_if(backoff_,
                    [&](const auto& item) { return clock_.now() >= item.second + node_backoff; });
      if (!node.empty() && !is_silent(node)) waiting.insert(job.subscriber);
      backoff_[node] = until;
      std::erase_if(queue_, [&](const auto& item) {
        const auto* const entry = find(item.first, item.second);
        if (entry == nullptr || entry->query.node != node) return false;
        give_up(item.first, item.second, until, waiting);
        return true;
      });
    }
  }
  for (const auto& subscriber : waiting)
    changed_(subscriber);
}

/// What is cached stays, until a later read. Whoever waits for a first result is to wait no longer.
void BackgroundReader::give_up(const Ref& subscriber, const std::string& query,
                               kube::Clock::TimePoint until, std::set<Ref>& waiting) {
  auto* const entry = find(subscriber, query);
  if (entry == nullptr) return;
  entry->is_queued = false;
  entry->expires = until;
  if (!std::exchange(entry->has_result, true)) waiting.insert(subscriber);
}

void BackgroundReader::end(const Job& job) {
  busy_.erase(job.query.node);
  ++changes_;
  wake_.notify_all();
}

}  // namespace reconcile
