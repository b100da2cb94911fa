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

/// What is not asked for any more. Not less, or a pod that comes and goes is asked all the time.
constexpr std::chrono::seconds kept{30};

bool same(const std::vector<json::Json>& left, const std::vector<json::Json>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), json::equal);
}

}  // namespace

std::vector<BackgroundReader::Known> BackgroundReader::ask(const Ref& who,
                                                           std::vector<Question> questions) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  auto& asker = askers_[who];
  std::vector<Known> all;
  bool waits = false;
  for (auto& question : questions) {
    const auto& reading = note(who, std::move(question), asker);
    waits = waits || !reading.is_answered;
    all.push_back(
        {.found = reading.found, .is_awaited = !reading.is_answered, .until = reading.until});
  }
  if (!waits) asker.waits_since.reset();
  if (waits && !asker.waits_since) asker.waits_since = now;
  if (waits && !is_patient(asker)) {
    for (auto& known : all)
      known.is_awaited = false;
  }
  std::erase_if(asker.readings,
                [&](const auto& entry) { return now - entry.second.asked >= kept; });
  if (asker.readings.empty()) askers_.erase(who);
  return all;
}

BackgroundReader::Reading& BackgroundReader::note(const Ref& who, Question question, Asker& asker) {
  const auto now = clock_.now();
  const auto [place, is_new] = asker.readings.try_emplace(question.what);
  auto& reading = place->second;
  if (is_new || reading.question.edition != question.edition) {
    reading.until = now;
    reading.is_answered = false;
    reading.times_empty = 0;
  }
  reading.asked = now;
  reading.question = std::move(question);
  const auto rests = resting_.find(reading.question.node);
  if (now >= reading.until && rests != resting_.end() && now < rests->second) {
    reading.until = rests->second;
    reading.is_answered = true;
  }
  if (now >= reading.until && !reading.is_queued && queue_.size() < most_questions) {
    reading.is_queued = true;
    queue_.emplace_back(who, place->first);
    ++changes_;
    wake_.notify_one();
  }
  return reading;
}

bool BackgroundReader::is_patient(const Asker& asker) const {
  return asker.waits_since && clock_.now() - *asker.waits_since < patience;
}

void BackgroundReader::forget(const Ref& who) {
  const std::lock_guard lock(mutex_);
  askers_.erase(who);
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
    auto* const reading = find(next->first, next->second);
    if (reading == nullptr) {  // nobody wants to know any more
      next = queue_.erase(next);
    } else if (!may_ask(reading->question.node)) {
      ++next;
    } else {
      Job job{next->first, reading->question};
      queue_.erase(next);
      busy_.insert(job.question.node);
      return job;
    }
  }
  return std::nullopt;
}

bool BackgroundReader::may_ask(const std::string& node) const {
  if (busy_.contains(node)) return false;
  return node.empty() || busy_.size() - busy_.count("") < most_nodes_at_once;
}

BackgroundReader::Reading* BackgroundReader::find(const Ref& who, const std::string& what) {
  const auto asker = askers_.find(who);
  if (asker == askers_.end()) return nullptr;
  auto& readings = asker->second.readings;
  const auto reading = readings.find(what);
  return reading == readings.end() ? nullptr : &reading->second;
}

void BackgroundReader::serve(const Job& job, const std::stop_token& stop) {
  const auto begun = clock_.now();
  try {
    auto answer = job.question.read(stop);
    if (accept(job, std::move(answer))) changed_(job.who);
    return;
  } catch (const kube::ApiError& error) {
    const bool is_of_node = error.code >= 500 || error.throttled();
    fail(job, {.message = error.what(), .is_of_node = is_of_node, .is_news = is_of_node});
  } catch (const kube::TransportError& error) {
    // Without any answer it is the API server that is away, as others log already.
    const bool is_late = clock_.now() - begun >= deadline;
    const bool is_news = is_late && !stop.stop_requested();
    fail(job, {.message = error.what(), .is_of_node = true, .is_news = is_news});
  } catch (const std::exception& error) {
    fail(job, {.message = error.what(), .is_of_node = false, .is_news = false});
  }
}

/// Whether one more first answer is to come within `patience`: then one look is enough for all.
bool BackgroundReader::awaits_more(const Ref& who) const {
  const auto& asker = askers_.at(who);
  return is_patient(asker) &&
         std::any_of(asker.readings.begin(), asker.readings.end(), [](const auto& entry) {
           return entry.second.is_queued && !entry.second.is_answered;
         });
}

/// Whether it is news to whoever asked.
bool BackgroundReader::accept(const Job& job, Answer answer) {
  const std::lock_guard lock(mutex_);
  end(job);
  auto* const reading = find(job.who, job.question.what);
  if (reading == nullptr) return false;
  reading->is_queued = false;
  if (reading->question.edition != job.question.edition) {  // asked anew meanwhile
    reading->is_queued = true;
    queue_.emplace_back(job.who, job.question.what);
    return false;
  }
  auto good_for = answer.good_for;
  if (answer.found.empty()) {
    good_for = std::min(good_for, look_for_nothing.after(++reading->times_empty));
  } else {
    reading->times_empty = 0;
  }
  reading->until = clock_.now() + good_for;
  const bool is_first = !std::exchange(reading->is_answered, true);
  const bool is_other = !same(reading->found, answer.found);
  reading->found = std::move(answer.found);
  return is_first ? !awaits_more(job.who) : is_other;
}

/// Once a minute for each node, as it is asked no sooner.
void BackgroundReader::log_failure(const Question& question, const Failure& failure) {
  const auto level = failure.is_news ? spdlog::level::warn : spdlog::level::debug;
  if (question.node.empty()) {
    spdlog::log(level,
                "cannot read events: statuses may not say why pods wait; asking again in a minute "
                "what=\"{}\" error=\"{}\"",
                question.what, failure.message);
  } else {
    spdlog::log(level,
                "cannot read logs of a node: what statuses say of models on it may be old; asking "
                "again in a minute node={} what=\"{}\" error=\"{}\"",
                question.node, question.what, failure.message);
  }
}

void BackgroundReader::fail(const Job& job, const Failure& failure) {
  log_failure(job.question, failure);
  const auto& node = job.question.node;
  std::set<Ref> waiting;
  {
    const std::lock_guard lock(mutex_);
    end(job);
    const auto until = clock_.now() + rest;
    give_up(job.who, job.question.what, until, waiting);
    if (failure.is_of_node) {
      std::erase_if(resting_, [&](const auto& entry) { return clock_.now() >= entry.second; });
      resting_[node] = until;
      std::erase_if(queue_, [&](const auto& entry) {
        const auto* const reading = find(entry.first, entry.second);
        if (reading == nullptr || reading->question.node != node) return false;
        give_up(entry.first, entry.second, until, waiting);
        return true;
      });
    }
  }
  for (const auto& who : waiting)
    changed_(who);
}

/// Nothing is known, for now. Whoever waits for a first answer is to wait no longer.
void BackgroundReader::give_up(const Ref& who, const std::string& what,
                               kube::Clock::TimePoint until, std::set<Ref>& waiting) {
  auto* const reading = find(who, what);
  if (reading == nullptr) return;
  reading->is_queued = false;
  reading->until = until;
  if (!std::exchange(reading->is_answered, true)) waiting.insert(who);
}

void BackgroundReader::end(const Job& job) {
  busy_.erase(job.question.node);
  ++changes_;
  wake_.notify_all();
}

}  // namespace reconcile
