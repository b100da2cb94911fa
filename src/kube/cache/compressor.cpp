#include "kube/cache/compressor.h"

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace kube {
namespace {

// Raw deflate in a window that holds the dictionary and a usual object.
constexpr int window_bits = -14;
constexpr int memory_level = 6;
constexpr int level = 1;
constexpr std::size_t dictionary_limit = 12 * 1024;
constexpr std::size_t good_ratio = 6;

void check(int result) {
  if (result < 0) throw std::runtime_error("zlib failed with " + std::to_string(result));
}

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

/// Room for what `size` bytes become at worst (zlib's deflateBound for any setting).
std::size_t worst_case(std::size_t size) {
  return size + (size >> 3U) + 64;
}

void set_buffers(std::string_view text, std::string& out, z_stream& stream) {
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
}

class Deflater {
 public:
  Deflater() {
    check(deflateInit2(&stream_, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY));
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string run(std::string_view text, std::string_view dictionary) {
    std::string out(worst_case(text.size()), '\0');
    check(deflateReset(&stream_));
    set_buffers(text, out, stream_);
    deflateSetDictionary(&stream_, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
    check(deflate(&stream_, Z_FINISH) == Z_STREAM_END ? Z_OK : Z_BUF_ERROR);
    return {out.data(), stream_.total_out};  // a copy without spare room
  }

 private:
  z_stream stream_{};
};

class Inflater {
 public:
  Inflater() { check(inflateInit2(&stream_, window_bits)); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string run(const Compressed& compressed, std::string_view dictionary) {
    std::string out(compressed.size, '\0');
    check(inflateReset(&stream_));
    set_buffers(compressed.bytes, out, stream_);
    inflateSetDictionary(&stream_, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
    check(inflate(&stream_, Z_FINISH) == Z_STREAM_END ? Z_OK : Z_DATA_ERROR);
    return out;
  }

 private:
  z_stream stream_{};
};

/// A state of zlib's for one call. A few are kept: they take up to 90 KiB, which would go back to
/// the kernel each time.
template <class State>
class Lent {
 public:
  Lent() {
    kept().with([&](auto& states) {
      if (states.empty()) return;
      state_ = std::move(states.back());
      states.pop_back();
    });
    if (!state_) state_ = std::make_unique<State>();
  }
  ~Lent() {
    kept().with([&](auto& states) {
      if (states.size() < most_kept) states.push_back(std::move(state_));
    });
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  State* operator->() { return state_.get(); }

 private:
  static constexpr std::size_t most_kept = 2;
  static Guarded<std::vector<std::unique_ptr<State>>>& kept() {
    static Guarded<std::vector<std::unique_ptr<State>>> states;
    return states;
  }
  std::unique_ptr<State> state_;
};

}  // namespace

Compressed Compressor::compress(std::string_view text) {
  const auto dictionary = dictionary_.with([](const auto& known) { return known; });
  Compressed compressed{.bytes = Lent<Deflater>()->run(text, *dictionary),
                        .size = static_cast<std::uint32_t>(text.size()),
                        .dictionary = static_cast<std::uint32_t>(dictionary->size())};
  if (compressed.bytes.size() * good_ratio > text.size()) learn(text, dictionary);
  return compressed;
}

std::string Compressor::decompress(const Compressed& compressed) const {
  const auto dictionary = dictionary_.with([](const auto& known) { return known; });
  return Lent<Inflater>()->run(compressed,
                               std::string_view(*dictionary).substr(0, compressed.dictionary));
}

void Compressor::learn(std::string_view text, const Dictionary& known) {
  if (known->size() + text.size() > dictionary_limit) return;
  dictionary_.with([&](auto& current) {
    if (current != known) return;  // another thread has just taught it a text like this
    current = std::make_shared<const std::string>(*known + std::string(text));
  });
}

}  // namespace kube
