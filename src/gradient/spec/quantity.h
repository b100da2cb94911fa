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
/// What is wrong with an amount of `resource` that would have a fraction of a byte, as 0.5 and 500m
/// have; empty when it is whole, not a quantity, or not of bytes.
std::string byte_problem(std::string_view resource, std::string_view amount);
/// Whether canonical `quantity` is zero.
bool is_zero_quantity(std::string_view quantity);

}  // namespace gradient::values
