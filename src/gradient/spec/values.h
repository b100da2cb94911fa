#pragma once

#include "gradient/spec/spec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The small languages inside of single values. Functions that end in _problem say what is wrong
/// and what would be right, without repeating the value; empty when nothing is wrong. The same
/// rules stand in crds/.
namespace gradient::values {

bool is_dns_label(std::string_view text);      ///< RFC 1123, at most 63 characters
bool is_dns_subdomain(std::string_view text);  ///< labels with dots, at most 253 characters
/// RFC 1035 (begins with a letter), at most 50 characters: what a Service and its parts can bear.
bool is_deployment_name(std::string_view text);
/// [PREFIX/]NAME, as the keys of labels and annotations are, and extended resources.
bool is_qualified_name(std::string_view text);
/// A name of RFC 6335, as a container's port has.
bool is_port_name(std::string_view text);
/// A DNS name each part of which is a label, at most 253 characters.
bool is_dns_name(std::string_view text);
bool is_label_value(std::string_view text);  ///< empty, or like a name without a prefix
bool has_control(std::string_view text);
/// Characters of a Secret's key.
bool is_secret_key(std::string_view text);

/// SECRET:KEY or SECRET:NAME/KEY in any letter case of the prefix; empty when `text` is neither.
std::optional<SecretKey> secret_key(std::string_view text);
/// Whether `text` begins like such a reference, well-formed or not.
bool has_secret_prefix(std::string_view text);

/// One slash between parts, none at the end: equal places are equal text.
std::string normal_path(std::string_view path);
/// Whether normalised `path` is strictly below normalised `folder`.
bool is_below(std::string_view path, std::string_view folder);
/// Whether no part of it is "." or "..", which would make it another path than it is written as.
bool has_no_dots(std::string_view path);

std::string_view mount_path_problem(std::string_view path);
std::string_view env_name_problem(std::string_view name);
std::string_view instance_type_problem(std::string_view name);
std::string_view control_problem(std::string_view text);
std::string_view username_problem(std::string_view name);

/// Seconds of "1h30m", "10m", "45s"; empty when it is no such text.
std::optional<std::int64_t> duration_seconds(std::string_view text);

}  // namespace gradient::values
