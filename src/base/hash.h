#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace base {

/// A hash of what comes piece by piece. MD5 is to compare with what stores tell, not for security.
class Hash {
 public:
  enum class Kind { Sha256, Md5 };
  explicit Hash(Kind kind);
  void add(std::string_view data);
  /// In lower-case hexadecimal digits. Nothing may be added afterwards.
  std::string hex();

  /// Adds to two hashes of different kinds, in less time than to one after the other: each of MD5's
  /// steps waits for the one before, and SHA-256 is made meanwhile.
  static void add_to_both(Hash& one, Hash& other, std::string_view data);

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// SHA-256 of `data` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view data);

/// The same of a file's content, however long. Throws std::runtime_error naming the path.
std::string sha256_of_file(const std::filesystem::path& path);

/// HMAC-SHA-256 (RFC 2104) as 64 lower-case hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view data);

/// From the cryptographic generator. Throws std::runtime_error where it fails.
std::string random_bytes(std::size_t size);

/// The first `digits` of sha256_hex: for names and annotations, not for security.
std::string short_hash(std::string_view data, std::size_t digits = 16);

}  // namespace base
