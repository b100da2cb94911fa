#include "kube/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

constexpr long hour = 3600;

Key make_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

template <class Write>
std::string pem(Write write) {
  const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::shared_ptr<BIO> reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

Certificate make_certificate(const CertificateOptions& options, const Key& key) {
  static long serial = 1;
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  const bool past = options.validity == CertificateOptions::Validity::Past;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), past ? -2 * hour : -hour);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), past ? -hour : hour);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(options.common_name.c_str()),
                             -1, -1, 0);
  return certificate;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  const std::shared_ptr<X509_EXTENSION> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()), X509_EXTENSION_free);
  if (!extension) throw std::invalid_argument("extension " + value);
  X509_add_ext(certificate, extension.get(), -1);
}

Issued sign(const Certificate& certificate, const Key& key, X509_NAME* issuer, EVP_PKEY* by) {
  X509_set_issuer_name(certificate.get(), issuer);
  X509_sign(certificate.get(), by, EVP_sha256());
  return {pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }), pem([&](BIO* bio) {
            PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace

Issued make_authority(const std::string& common_name) {
  const auto key = make_key();
  const auto certificate = make_certificate({.common_name = common_name}, key);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  return sign(certificate, key, X509_get_subject_name(certificate.get()), key.get());
}

Issued issue(const Issued& authority, const CertificateOptions& options) {
  const Certificate issuer(
      PEM_read_bio_X509(reader(authority.certificate).get(), nullptr, nullptr, nullptr), X509_free);
  const Key issuer_key(
      PEM_read_bio_PrivateKey(reader(authority.key).get(), nullptr, nullptr, nullptr),
      EVP_PKEY_free);
  const auto key = make_key();
  const auto certificate = make_certificate(options, key);
  std::string names;
  for (const auto& name : options.names)
    names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) add_extension(certificate.get(), NID_subject_alt_name, names);
  return sign(certificate, key, X509_get_subject_name(issuer.get()), issuer_key.get());
}
