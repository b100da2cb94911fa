#pragma once

#include <string>
#include <vector>

/// Certificates made for a test, as PEM texts.
struct Issued {
  std::string certificate, key;
};

struct CertificateOptions {
  std::string common_name = "test";
  std::vector<std::string> names{};  ///< subject alternative names: "DNS:a", "IP:127.0.0.1"
  enum class Validity { Now, Past } validity = Validity::Now;
};

/// A self-signed certificate authority.
Issued make_authority(const std::string& common_name = "test authority");
Issued issue(const Issued& authority, const CertificateOptions& options);
