#pragma once

#include "sync/volume/temporary_folder.h"

#include <memory>

/// Certificate authorities (sync.caBundle of the operator's configuration).
namespace content {

/// Makes the programs that we run trust the certificate authorities in the environment variable
/// GRADIENT_CA_BUNDLE (PEM) in addition to the system's. It changes our environment: have it before
/// there are threads, and as long as programs run. Throws Failure.
class TrustedAuthorities {
 public:
  TrustedAuthorities();

 private:
  std::unique_ptr<TemporaryFolder>
      folder_;  ///< of the one file that has them all; null: none added
};

}  // namespace content
