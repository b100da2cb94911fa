#pragma once

#include "kube/http/response_stream.h"

#include <cpprest/producerconsumerstream.h>
#include <cpprest/streams.h>

#include <memory>
#include <string>

namespace kube {

/// cpprest's stream buffer in memory, of which the two below replace the one operation that the
/// HTTP client uses. It is not seekable: so a request with a body is never sent a second time
/// behind our back.
using StreamBuffer = concurrency::streams::details::basic_producer_consumer_buffer<std::uint8_t>;

/// The body of a request.
class BodySource final : public StreamBuffer {
 public:
  explicit BodySource(std::string body) : StreamBuffer(0), body_(std::move(body)) {}

  pplx::task<std::size_t> getn(std::uint8_t* out, std::size_t count) override;

 private:
  std::string body_;
  std::size_t position_ = 0;
};

/// Where the body of a response goes: into its ResponseStream. A task that is not done yet holds
/// the sender back.
class BodySink final : public StreamBuffer {
 public:
  explicit BodySink(std::shared_ptr<ResponseStream> stream)
      : StreamBuffer(0), stream_(std::move(stream)) {}

  pplx::task<std::size_t> putn_nocopy(const std::uint8_t* data, std::size_t count) override;

 private:
  std::shared_ptr<ResponseStream> stream_;
};

/// cpprest's handle of a buffer, whose constructor is protected.
struct BufferHandle : concurrency::streams::streambuf<std::uint8_t> {
  explicit BufferHandle(std::shared_ptr<StreamBuffer> buffer) : streambuf(std::move(buffer)) {}
};

}  // namespace kube
