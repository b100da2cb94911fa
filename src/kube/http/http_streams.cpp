#include "kube/http/http_streams.h"

#include <algorithm>
#include <stdexcept>

namespace kube {

pplx::task<std::size_t> BodySource::getn(std::uint8_t* out, std::size_t count) {
  const auto copied = std::min(count, body_.size() - position_);
  std::copy_n(body_.data() + position_, copied, out);
  position_ += copied;
  return pplx::task_from_result(copied);
}

pplx::task<std::size_t> BodySink::putn_nocopy(const std::uint8_t* data, std::size_t count) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), count);
  pplx::task_completion_event<std::size_t> room;
  switch (stream_->on_bytes(bytes, [room, count] { room.set(count); })) {
    case ResponseStream::Flow::Continue:
      return pplx::task_from_result(count);
    case ResponseStream::Flow::Pause:
      return pplx::create_task(room);
    case ResponseStream::Flow::Stop:
      break;
  }
  return pplx::task_from_exception<std::size_t>(std::length_error("not wanted any more"));
}

}  // namespace kube
