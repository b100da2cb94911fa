#include "kube/http/curl_streams.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace kube {
namespace {

using namespace std::chrono_literals;

/// Bytes of one stream that wait to be read: it is read as it comes.
constexpr std::size_t max_unread = 16U << 20U;
/// Of libcurl's buffer for each stream.
constexpr long buffer_bytes = 4096;
constexpr std::chrono::milliseconds connect_timeout = 30s;
/// Between two looks at which streams have been idle for too long.
constexpr auto idle_look = 1s;

int checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return descriptor;
}

}  // namespace

CurlStreams::Stream::Stream(const Endpoint& endpoint, Request request_in, Reader reader_in,
                            std::chrono::milliseconds idle_in)
    : request(std::move(request_in)),
      reader(std::move(reader_in)),
      idle(idle_in),
      lines(endpoint.address.text()),
      transfer(endpoint) {
  curl_easy_setopt(transfer.handle(), CURLOPT_HTTP_VERSION,
                   static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(transfer.handle(), CURLOPT_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt(transfer.handle(), CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(connect_timeout.count()));
  // What opens a stream may be repeated: a server that shuts down refuses streams (GOAWAY).
  curl_easy_setopt(transfer.handle(), CURLOPT_PREREQFUNCTION, &on_connected);
  curl_easy_setopt(transfer.handle(), CURLOPT_PREREQDATA, this);
}

int CurlStreams::Stream::on_connected(void* self, char* /*peer*/, char* /*local*/,
                                      int /*peer_port*/, int /*local_port*/) {
  static_cast<Stream*>(self)->is_connected = true;
  return CURL_PREREQFUNC_OK;
}

CurlStreams::CurlStreams(Options options)
    : options_(std::move(options)),
      server_(options_.endpoint.address.text()),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event), "epoll_ctl");
}

CurlStreams::~CurlStreams() {
  for (const auto& [easy, stream] : streams_)
    curl_multi_remove_handle(stream->group->multi.get(), easy);
  streams_.clear();
  groups_.clear();  // which closes connections, of which on_socket() is told
  close(epoll_);
  close(wake_);
}

void CurlStreams::open(const Request& request, Reader reader, std::chrono::milliseconds idle) {
  auto identity = options_.identity();
  auto stream = std::make_unique<Stream>(options_.endpoint, request, std::move(reader), idle);
  stream->identity = std::move(identity);
  {
    const std::lock_guard lock(mutex_);
    opened_.push_back(std::move(stream));
  }
  wake();
}

void CurlStreams::wake() const {
  eventfd_write(wake_, 1);  // it fails only where it has been woken
}

void CurlStreams::run(const std::function<std::chrono::milliseconds()>& on_turn,
                      const std::stop_token& stop) {
  const std::stop_callback wake_up(stop, [this] { wake(); });
  auto look = std::chrono::steady_clock::now() + idle_look;
  while (!stop.stop_requested()) {
    begin_next();
    const auto turn = std::chrono::steady_clock::now() + on_turn();
    wait(next_timer(std::min(turn, look)));
    run_timers();
    note_ends();
    deliver_news();
    const auto now = std::chrono::steady_clock::now();
    if (now < look) continue;
    look = now + idle_look;
    end_idle(now);
  }
}

CurlStreams::Group& CurlStreams::group_for(const std::string& presented) {
  const auto is_for_it = [&](const Group& group) {
    return !group.is_silent && group.presented == presented;
  };
  groups_.remove_if([&](const Group& group) { return group.streams == 0 && !is_for_it(group); });
  const auto found = std::find_if(groups_.begin(), groups_.end(), is_for_it);
  if (found != groups_.end()) return *found;
  auto& group = groups_.emplace_back();
  group.owner = this;
  group.presented = presented;
  group.multi.reset(curl_multi_init());
  if (!group.multi) throw std::bad_alloc();
  curl_multi_setopt(group.multi.get(), CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(group.multi.get(), CURLMOPT_SOCKETDATA, &group);
  curl_multi_setopt(group.multi.get(), CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(group.multi.get(), CURLMOPT_TIMERDATA, &group);
  return group;
}

/// One after the other: each uses the connection of those before if that can be. libcurl's own way
/// to wait for that (CURLOPT_PIPEWAIT) forgets streams where the server has no HTTP/2.
void CurlStreams::begin_next() {
  if (connecting_ != nullptr && !connecting_->is_connected) return;
  connecting_ = nullptr;
  StreamPtr next;
  {
    const std::lock_guard lock(mutex_);
    if (opened_.empty()) return;
    next = std::move(opened_.front());
    opened_.pop_front();
  }
  auto& stream = *next;
  connecting_ = &stream;
  stream.group = &group_for(stream.identity.presented);
  ++stream.group->streams;
  stream.idle_end = std::chrono::steady_clock::now() + stream.idle;
  stream.transfer.on_arrival([this, &stream] {
    if (!std::exchange(stream.has_news, true)) news_.push_back(&stream);
  });
  stream.transfer.prepare(stream.request, stream.identity.headers, max_unread);
  auto* const easy = stream.transfer.handle();
  streams_.emplace(easy, std::move(next));
  curl_multi_add_handle(stream.group->multi.get(), easy);
}

/// What libcurl wants to know of a socket.
int CurlStreams::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* group,
                           void* /*data*/) {
  auto& of = *static_cast<Group*>(group);
  auto& self = *of.owner;
  if (what == CURL_POLL_REMOVE) {
    self.sockets_.erase(socket);
    epoll_ctl(self.epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.fd = socket;
  self.sockets_[socket] = &of;
  if (epoll_ctl(self.epoll_, EPOLL_CTL_MOD, socket, &event) == 0) return 0;
  return epoll_ctl(self.epoll_, EPOLL_CTL_ADD, socket, &event);
}

int CurlStreams::on_timer(CURLM* /*multi*/, long milliseconds, void* group) {
  auto& due = static_cast<Group*>(group)->due;
  due.reset();
  if (milliseconds >= 0)
    due = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

CurlStreams::TimePoint CurlStreams::next_timer(TimePoint at_most) const {
  for (const auto& group : groups_)
    if (group.due) at_most = std::min(at_most, *group.due);
  return at_most;
}

void CurlStreams::wait(TimePoint until) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  std::array<epoll_event, 64> ready{};
  const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()),
                               static_cast<int>(std::max(left, 0ms).count()));
  for (int i = 0; i < count; ++i) {
    const auto& event = ready.at(static_cast<std::size_t>(i));
    const int socket = event.data.fd;
    if (socket == wake_) {
      eventfd_t times = 0;
      eventfd_read(wake_, &times);
      continue;
    }
    const auto group = sockets_.find(socket);
    if (group == sockets_.end()) continue;  // it was closed since
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    int running = 0;
    curl_multi_socket_action(group->second->multi.get(), socket, what, &running);
  }
}

void CurlStreams::run_timers() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& group : groups_) {
    if (!group.due || *group.due > now) continue;
    group.due.reset();
    int running = 0;
    curl_multi_socket_action(group.multi.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void CurlStreams::note_ends() {
  for (auto& group : groups_) {
    int left = 0;
    while (const auto* message = curl_multi_info_read(group.multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto& stream = *streams_.at(message->easy_handle);
      stream.result = message->data.result;
      if (!std::exchange(stream.has_news, true)) news_.push_back(&stream);
    }
  }
}

void CurlStreams::deliver_news() {
  for (auto* const stream : std::exchange(news_, {})) {
    stream->has_news = false;
    deliver(*stream);
  }
}

void CurlStreams::deliver(Stream& stream) {
  auto& transfer = stream.transfer;
  const auto& head = transfer.head();
  stream.idle_end = std::chrono::steady_clock::now() + stream.idle;
  try {
    if (head) {
      const std::function<void(const Head&)> on_head = [&](const Head& each) {
        options_.on_head(stream.request, each);
      };
      stream.lines.receive(*head, transfer.take_body(), {on_head, stream.reader.on_line});
    }
    if (!stream.result) return;
    // A stream that breaks off has ended: what comes next begins where it was.
    const auto failure = transfer.failure(*stream.result);
    if (!head && failure) throw AttemptFailed(server_, *failure);
  } catch (...) {
    finish(stream, {.response = {}, .failure = std::current_exception()});
    return;
  }
  finish(stream, {.response = stream.lines.response(head), .failure = nullptr});
}

void CurlStreams::end_idle(TimePoint now) {
  std::vector<Stream*> idle;
  for (const auto& [easy, stream] : streams_)
    if (now >= stream->idle_end) idle.push_back(stream.get());
  for (auto* const stream : idle) {
    stream->group->is_silent = true;
    const auto& head = stream->transfer.head();
    auto failure = head ? nullptr : std::make_exception_ptr(no_answer(server_));
    finish(*stream, {.response = stream->lines.response(head), .failure = std::move(failure)});
  }
}

void CurlStreams::finish(Stream& stream, const End& end) {
  auto* const easy = stream.transfer.handle();
  stream.transfer.on_arrival([] {});
  curl_multi_remove_handle(stream.group->multi.get(), easy);
  --stream.group->streams;
  std::erase(news_, &stream);
  if (connecting_ == &stream) connecting_ = nullptr;
  const auto owned = std::move(streams_.at(easy));
  streams_.erase(easy);
  owned->reader.on_end(end);
}

}  // namespace kube
