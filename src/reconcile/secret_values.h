#pragma once

#include "json/json.h"

namespace reconcile {

/// A Secret as it is kept in memory, without its values: of each a digest, which tells whether it
/// changes ({"data": {"password": "sha256:HEX"}}). One that is empty stays so. What may repeat the
/// values, managedFields and the annotations of others, is left out. Of its own result it gives the
/// same again.
json::Json without_values(const json::Json& secret);

}  // namespace reconcile
