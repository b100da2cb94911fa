#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>

#include <memory>

/// Owners of what OpenSSL's functions give.
namespace base::openssl {

template <auto free>
struct Deleter {
  template <class T>
  void operator()(T* thing) const {
    free(thing);
  }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

}  // namespace base::openssl
