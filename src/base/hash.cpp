#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace base {
namespace {

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2U * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
  return text;
}

}  // namespace

Hash::Hash(Kind kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  EVP_DigestInit_ex(context_.get(), kind == Kind::Md5 ? EVP_md5() : EVP_sha256(), nullptr);
}

void Hash::add(std::string_view data) {
  EVP_DigestUpdate(context_.get(), data.data(), data.size());
}

std::string Hash::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
  return hex_of(digest.data(), size);
}

void Hash::add_to_both(Hash& one, Hash& other, std::string_view data) {
  constexpr std::size_t block = 64;  // of both; the processor looks ahead hardly further
  for (std::size_t at = 0; at < data.size(); at += block) {
    const auto size = std::min(block, data.size() - at);
    EVP_DigestUpdate(one.context_.get(), data.data() + at, size);
    EVP_DigestUpdate(other.context_.get(), data.data() + at, size);
  }
}

std::string sha256_hex(std::string_view data) {
  Hash hash(Hash::Kind::Sha256);
  hash.add(data);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Hash hash(Hash::Kind::Sha256);
  std::vector<char> buffer(256U << 10U);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hash.add({buffer.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (!file.eof())
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
  return hash.hex();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, data.size(), digest.data(),
       &size);
  return hex_of(digest.data(), size);
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1)
    throw std::runtime_error("there are no random numbers to be had");
  return bytes;
}

std::string short_hash(std::string_view data, std::size_t digits) {
  return sha256_hex(data).substr(0, digits);
}

}  // namespace base
