#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Quantities of Kubernetes: cpu and memory, as resource.Quantity in apimachinery reads them.
namespace gradient::values {

/// The canonical form of a Kubernetes quantity ("1.5Gi" is "1536Mi"), as the API server shows it;
/// empty when it is none. Negative ones are none.
std::optional<std::string> canonical_quantity(std::string_view text);
/// Thousandths of a quantity, rounded up; empty when it is none or too large for them.
std::optional<std::int64_t> quantity_millis(std::string_view text);
/// Whether canonical `quantity` is zero.
bool is_zero_quantity(std::string_view quantity);

}  // namespace gradient::values
