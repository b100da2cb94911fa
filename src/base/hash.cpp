#include "base/hash.h"

#include <openssl/sha.h>

#include <array>

namespace base {

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string short_hash(std::string_view data, std::size_t digits) {
  return sha256_hex(data).substr(0, digits);
}

}  // namespace base
