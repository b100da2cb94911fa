#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

/// Listeners come and go while other threads log: the logger's own list of sinks must not change
/// then, this one may. Made before `main` starts a thread.
inline const std::shared_ptr<spdlog::sinks::dist_sink_mt> listeners = [] {
  auto sinks = std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::default_logger()->sinks().push_back(sinks);
  return sinks;
}();

/// All that is logged while it lives, at every level.
class Log {
 public:
  Log() {
    listeners->add_sink(sink_);
    spdlog::set_level(spdlog::level::debug);
  }
  ~Log() {
    spdlog::set_level(spdlog::level::info);
    listeners->remove_sink(sink_);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  std::string text() const { return sink_->text(); }
  /// Whether `part` is logged within half a minute.
  bool await(const std::string& part) const { return sink_->await(part); }

 private:
  class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
   public:
    std::string text() {
      const std::lock_guard lock(guard_);
      return text_;
    }
    bool await(const std::string& part) {
      std::unique_lock lock(guard_);
      return grown_.wait_for(lock, std::chrono::seconds(30),
                             [&] { return text_.find(part) != std::string::npos; });
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      const std::lock_guard lock(guard_);
      text_.append(message.payload.data(), message.payload.size());
      text_ += '\n';
      grown_.notify_all();
    }
    void flush_() override {}

    std::mutex guard_;
    std::condition_variable grown_;
    std::string text_;
  };

  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
};
