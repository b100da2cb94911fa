#pragma once

#include "kube/http/transport.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

/// Streams of a transport that knows only stream(): each on a thread of its own, which hands what
/// comes to the one that reads.
class ThreadedStreams final : public kube::Streams {
 public:
  explicit ThreadedStreams(kube::Transport& transport) : transport_(transport) {}
  ~ThreadedStreams() override { stop_all(); }

  void open(const kube::Request& request, Reader reader, std::chrono::milliseconds idle) override {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([this, request, reader = std::move(reader), idle] {
      End end;
      try {
        end.response = transport_.stream(
            request, [&](std::string_view line) { read([&] { reader.on_line(line); }); },
            stop_.get_token(), idle);
      } catch (...) {
        end.failure = std::current_exception();
      }
      try {
        read([&] { reader.on_end(end); });
      } catch (const std::future_error&) {
        return;  // nobody reads any more
      }
    });
  }

  void run(const std::function<std::chrono::milliseconds()>& on_turn,
           const std::stop_token& stop) override {
    const std::stop_callback stop_threads(stop, [this] { stop_.request_stop(); });
    while (!stop.stop_requested()) {
      const auto turn = on_turn();
      std::unique_lock lock(mutex_);
      if (!came_.wait_for(lock, stop, turn, [&] { return !tasks_.empty(); })) continue;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    stop_all();
  }

 private:
  /// Throws what `work` does, or std::future_error.
  void read(std::function<void()> work) {
    std::packaged_task<void()> task(std::move(work));
    auto done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      if (stop_.stop_requested()) return;
      tasks_.push_back(std::move(task));
      came_.notify_all();
    }
    done.get();
  }
  void stop_all() {
    stop_.request_stop();
    std::list<std::jthread> threads;
    {
      const std::lock_guard lock(mutex_);
      tasks_.clear();  // which their threads wait for
      threads.swap(threads_);
    }
  }

  kube::Transport& transport_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any came_;
  std::deque<std::packaged_task<void()>> tasks_;
  std::list<std::jthread> threads_;
};

/// A transport for tests, which has no other streams than stream().
class BlockingTransport : public kube::Transport {
 public:
  std::unique_ptr<kube::Streams> make_streams() final {
    return std::make_unique<ThreadedStreams>(*this);
  }
};
