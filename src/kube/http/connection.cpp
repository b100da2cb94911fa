#include "kube/http/connection.h"

#include "kube/http/sockets.h"

#include <algorithm>
#include <new>
#include <utility>

namespace kube {
namespace {

/// Servers close what is idle for longer (90 s: k8s.io/apiserver's secure_serving.go).
constexpr std::chrono::seconds longest_idle{60};

/// In the milliseconds of curl_multi_poll.
int time_left(Connection::TimePoint deadline) {
  constexpr std::chrono::milliseconds most = std::chrono::hours(1);
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), most).count());
}

}  // namespace

Connection::Connection(const Endpoint& endpoint) : multi_(curl_multi_init()), transfer_(endpoint) {
  if (!multi_) throw std::bad_alloc();
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 1L);
  curl_easy_setopt(transfer_.handle(), CURLOPT_HTTP_VERSION,
                   static_cast<long>(CURL_HTTP_VERSION_1_1));
}

Connection::~Connection() {
  end();
}

void Connection::begin(const Request& request, const std::vector<std::string>& headers,
                       std::size_t max_body) {
  end();
  transfer_.prepare(request, headers, max_body);
  has_told_head_ = false;
  result_.reset();
  curl_multi_add_handle(multi_.get(), transfer_.handle());
  is_under_way_ = true;
}

Connection::Received Connection::wait(Until until, const std::stop_token& stop,
                                      TimePoint deadline) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
  Received received;
  while (true) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    look_for_end();
    received.ended = result_.has_value();
    received.is_new =
        received.ended || transfer_.has_body() || (transfer_.head() && !has_told_head_);
    if (received.ended || (until == Until::Anything && received.is_new)) break;
    const auto left = time_left(deadline);
    if (stop.stop_requested() || left == 0) break;
    curl_multi_poll(multi_.get(), nullptr, 0, left, nullptr);
  }
  received.head = transfer_.head();
  has_told_head_ = received.head.has_value();
  received.bytes = transfer_.take_body();
  if (result_) received.failure = transfer_.failure(*result_);
  return received;
}

bool Connection::is_unacknowledged() const {
  return has_unacknowledged(transfer_.socket());
}

bool Connection::is_quiet() const {
  return !has_input(transfer_.socket());
}

void Connection::look_for_end() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &left))
    if (message->msg == CURLMSG_DONE) result_ = message->data.result;
}

void Connection::end() {
  if (!std::exchange(is_under_way_, false)) return;
  curl_multi_remove_handle(multi_.get(), transfer_.handle());
}

ConnectionPool::Lease::~Lease() {
  connection_->end();
  pool_.give_back(std::move(connection_));
}

ConnectionPool::Lease ConnectionPool::take() {
  std::vector<std::unique_ptr<Connection>> ended;  // after the lock
  {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      auto connection = std::move(idle_.back().connection);
      idle_.pop_back();
      if (connection->is_quiet()) return {*this, std::move(connection)};
      ended.push_back(std::move(connection));
    }
  }
  if (endpoint_.tls) endpoint_.tls->check();
  return {*this, std::make_unique<Connection>(endpoint_)};
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
  const auto now = std::chrono::steady_clock::now();
  std::vector<Idle> closed;  // after the lock
  const std::lock_guard lock(mutex_);
  const auto kept = std::find_if(idle_.begin(), idle_.end(),
                                 [&](const Idle& idle) { return now - idle.since < longest_idle; });
  closed.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(kept));
  idle_.erase(idle_.begin(), kept);
  idle_.push_back({std::move(connection), now});
}

void ConnectionPool::clear() {
  std::vector<Idle> closed;
  const std::lock_guard lock(mutex_);
  closed.swap(idle_);
}

}  // namespace kube
