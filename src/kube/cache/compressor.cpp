#include "kube/cache/compressor.h"

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include <stdexcept>

namespace kube {
namespace {

// Raw deflate in a window that holds the dictionary and a usual object; the small hash table keeps
// the memory that a call needs (about 90 KiB, for its duration) below malloc's threshold for mmap.
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

/// A stream with `text` as input and `out` as output.
z_stream stream_of(std::string_view text, std::string& out) {
  z_stream stream{};
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  return stream;
}

/// Room for what `size` bytes become at worst (zlib's deflateBound for any setting).
std::size_t worst_case(std::size_t size) {
  return size + (size >> 3U) + 64;
}

std::string deflated(std::string_view text, std::string_view dictionary) {
  std::string out(worst_case(text.size()), '\0');
  auto stream = stream_of(text, out);
  check(deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY));
  deflateSetDictionary(&stream, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
  const auto result = deflate(&stream, Z_FINISH);
  deflateEnd(&stream);
  check(result == Z_STREAM_END ? Z_OK : Z_BUF_ERROR);
  return {out.data(), stream.total_out};  // a copy without spare room
}

std::string inflated(const Compressed& compressed, std::string_view dictionary) {
  std::string out(compressed.size, '\0');
  auto stream = stream_of(compressed.bytes, out);
  check(inflateInit2(&stream, window_bits));
  inflateSetDictionary(&stream, bytes_of(dictionary), static_cast<uInt>(dictionary.size()));
  const auto result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  check(result == Z_STREAM_END ? Z_OK : Z_DATA_ERROR);
  return out;
}

}  // namespace

Compressed Compressor::compress(std::string_view text) {
  const auto dictionary = dictionary_.with([](const auto& known) { return known; });
  Compressed compressed{.bytes = deflated(text, *dictionary),
                        .size = static_cast<std::uint32_t>(text.size()),
                        .dictionary = static_cast<std::uint32_t>(dictionary->size())};
  if (compressed.bytes.size() * good_ratio > text.size()) learn(text, dictionary);
  return compressed;
}

std::string Compressor::decompress(const Compressed& compressed) const {
  const auto dictionary = dictionary_.with([](const auto& known) { return known; });
  return inflated(compressed, std::string_view(*dictionary).substr(0, compressed.dictionary));
}

void Compressor::learn(std::string_view text, const Dictionary& known) {
  if (known->size() + text.size() > dictionary_limit) return;
  dictionary_.with([&](auto& current) {
    if (current != known) return;  // another thread has just taught it a text like this
    current = std::make_shared<const std::string>(*known + std::string(text));
  });
}

}  // namespace kube
