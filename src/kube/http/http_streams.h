#pragma once

#include "kube/http/response_stream.h"

#include <cpprest/astreambuf.h>
#include <cpprest/streams.h>

#include <memory>
#include <string>

namespace kube {

/// cpprest's stream buffer, with what it never calls on the two below.
class PlainBuffer : public concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
 public:
  using concurrency::streams::details::streambuf_state_manager<
      std::uint8_t>::streambuf_state_manager;

  /// Not seekable: so a request with a body is never sent a second time behind our back.
  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return nowhere(); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return nowhere(); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return nowhere();
  }
  bool acquire(std::uint8_t*&, std::size_t&) override { return false; }
  void release(std::uint8_t*, std::size_t) override {}

 protected:
  pplx::task<int_type> _putc(std::uint8_t) override { return no_byte(); }
  pplx::task<std::size_t> _putn(const std::uint8_t*, std::size_t) override { return no_bytes(); }
  pplx::task<int_type> _bumpc() override { return no_byte(); }
  int_type _sbumpc() override { return traits::eof(); }
  pplx::task<int_type> _getc() override { return no_byte(); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<int_type> _nextc() override { return no_byte(); }
  pplx::task<int_type> _ungetc() override { return no_byte(); }
  pplx::task<std::size_t> _getn(std::uint8_t*, std::size_t) override { return no_bytes(); }
  std::size_t _scopy(std::uint8_t*, std::size_t) override { return 0; }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  std::uint8_t* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}

 private:
  static pos_type nowhere() { return static_cast<pos_type>(traits::eof()); }
  static pplx::task<int_type> no_byte() { return pplx::task_from_result<int_type>(traits::eof()); }
  static pplx::task<std::size_t> no_bytes() { return pplx::task_from_result<std::size_t>(0); }
};

/// The body of a request.
class BodySource final : public PlainBuffer {
 public:
  explicit BodySource(std::string body) : PlainBuffer(std::ios_base::in), body_(std::move(body)) {}

  pplx::task<std::size_t> getn(std::uint8_t* out, std::size_t count) override;

 private:
  std::string body_;
  std::size_t position_ = 0;
};

/// Where the body of a response goes: into its ResponseStream. A task that is not done yet holds
/// the sender back.
class BodySink final : public PlainBuffer {
 public:
  explicit BodySink(std::shared_ptr<ResponseStream> stream)
      : PlainBuffer(std::ios_base::out), stream_(std::move(stream)) {}

  pplx::task<std::size_t> putn_nocopy(const std::uint8_t* data, std::size_t count) override;

 private:
  std::shared_ptr<ResponseStream> stream_;
};

/// cpprest's handle of a buffer, whose constructor is protected.
struct BufferHandle : concurrency::streams::streambuf<std::uint8_t> {
  explicit BufferHandle(std::shared_ptr<PlainBuffer> buffer) : streambuf(std::move(buffer)) {}
};

}  // namespace kube
