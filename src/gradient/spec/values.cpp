#include "gradient/spec/values.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"

namespace gradient::values {
namespace {

constexpr std::string_view secret_prefix = "secret:";

bool is_label_text(std::string_view text) {
  return !text.empty() && all(text, is_label_character) && text.front() != '-' &&
         text.back() != '-';
}

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= 63 && is_label_text(text);
}

bool is_dns_subdomain(std::string_view text) {
  return text.size() <= 253 && all_parts(text, '.', is_label_text);
}

bool is_deployment_name(std::string_view text) {
  return text.size() <= 50 && is_label_text(text) && is_lower(text.front());
}

bool is_qualified_name(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    if (!is_dns_subdomain(text.substr(0, slash))) return false;
    text.remove_prefix(slash + 1);
  }
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 63 && all(text, allowed) &&
         is_alphanumeric(text.front()) && is_alphanumeric(text.back());
}

bool is_port_name(std::string_view text) {
  return text.size() <= 15 && is_label_text(text) && any(text, is_lower) &&
         text.find("--") == std::string_view::npos;
}

bool is_dns_name(std::string_view text) {
  return text.size() <= 253 && all_parts(text, '.', is_dns_label);
}

bool is_label_value(std::string_view text) {
  return text.empty() || (text.find('/') == std::string_view::npos && is_qualified_name(text));
}

bool has_control(std::string_view text) {
  return any(text, is_control);
}

bool is_secret_key(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text != "." && text != ".." &&
         all(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool has_secret_prefix(std::string_view text) {
  return text.size() >= secret_prefix.size() &&
         std::equal(secret_prefix.begin(), secret_prefix.end(), text.begin(),
                    [](char expected, char c) { return expected == base::to_lower(c); });
}

std::optional<SecretKey> secret_key(std::string_view text) {
  if (!has_secret_prefix(text)) return std::nullopt;
  text.remove_prefix(secret_prefix.size());
  SecretKey reference;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    reference.secret = text.substr(0, slash);
    if (!is_dns_subdomain(reference.secret)) return std::nullopt;
    text.remove_prefix(slash + 1);
  }
  if (!is_secret_key(text)) return std::nullopt;
  reference.key = text;
  return reference;
}

std::string normal_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || out.empty() || out.back() != '/') out += c;
  }
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
         path[folder.size()] == '/';
}

bool has_no_dots(std::string_view path) {
  return all_parts(path, '/', [](std::string_view part) { return part != "." && part != ".."; });
}

std::string_view mount_path_problem(std::string_view path) {
  const auto normal = normal_path(path);
  if (normal.front() != '/' || normal == "/") {
    return "must be an absolute path below the root folder, such as /opt/models";
  }
  if (!has_no_dots(path) || path.find(':') != std::string_view::npos || has_control(path)) {
    return "must not contain '.' or '..' as a part, ':' or control characters; write it out, such "
           "as /opt/models";
  }
  for (const std::string_view taken : {"/dev", "/proc", "/sys"}) {
    if (normal == taken || is_below(normal, taken)) {
      return "must not be in /dev, /proc or /sys, which belong to the system; choose a path such "
             "as /opt/models";
    }
  }
  for (const std::string_view taken : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) {
    if (normal == "/etc" || normal == taken || is_below(normal, taken)) {
      return "must not be /etc, nor a file that Kubernetes puts there; choose a path such as "
             "/opt/models";
    }
  }
  // The runtime cannot make one of two mount points when the other one is read-only. A mount in
  // the token's own place stands for it. In most images /var/run is a link to /run.
  for (const std::string_view token : {"/var/run/secrets/kubernetes.io/serviceaccount",
                                       "/run/secrets/kubernetes.io/serviceaccount"}) {
    if (is_below(normal, token) || is_below(token, normal)) {
      return "must not hide /var/run/secrets/kubernetes.io/serviceaccount, where Kubernetes mounts "
             "tokens, nor be below it; choose a path such as /opt/models";
    }
  }
  return {};
}

std::string_view env_name_problem(std::string_view name) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
  };
  if (all(name, allowed) && !is_digit(name.front())) return {};
  return "must consist of letters, digits, '_', '-' and '.' and must not begin with a digit, such "
         "as MODEL_NAME";
}

std::string_view instance_type_problem(std::string_view name) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '+';
  };
  const bool ends_well = is_alphanumeric(name.back()) || name.back() == '+';  // GPU+
  if (all(name, allowed) && is_alphanumeric(name.front()) && ends_well) return {};
  return "must be the name of a machine, such as C4 or P4000x2";
}

std::string_view control_problem(std::string_view text) {
  return has_control(text) ? "must not contain line breaks or control characters; write it on one "
                             "line"
                           : "";
}

std::string_view username_problem(std::string_view name) {
  // HTTP takes what follows a ':' for the password
  return has_control(name) || name.find(':') != std::string_view::npos
             ? "must not contain ':' or control characters; write the user's name alone"
             : "";
}

std::optional<std::int64_t> duration_seconds(std::string_view text) {
  constexpr std::size_t most_digits = 7;
  std::int64_t total = 0;
  std::int64_t last_unit = 0;
  while (!text.empty()) {
    std::size_t digits = 0;
    std::int64_t number = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
      if (digits == most_digits) return std::nullopt;
      number = number * 10 + (text[digits] - '0');
    }
    if (digits == 0 || digits == text.size()) return std::nullopt;
    const char name = text[digits];
    const std::int64_t unit = name == 'h' ? 3600 : name == 'm' ? 60 : name == 's' ? 1 : 0;
    if (unit == 0 || (last_unit != 0 && unit >= last_unit)) return std::nullopt;
    total += number * unit;
    last_unit = unit;
    text.remove_prefix(digits + 1);
  }
  return last_unit == 0 ? std::nullopt : std::optional(total);
}

}  // namespace gradient::values
