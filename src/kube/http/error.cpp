#include "kube/http/error.h"

#include <algorithm>

namespace kube {
namespace {

constexpr std::size_t max_foreign_text = 200;

/// The Status object in a body; null when it is something else, such as a proxy's page.
Json status_object(const std::string& body) {
  try {
    auto status = json::parse(body);
    return json::string_at(status, {"kind"}) == "Status" ? status : Json();
  } catch (const std::invalid_argument&) {
    return Json();
  }
}

/// The beginning of a text that is no Status, on one line.
std::string foreign_text(const std::string& body) {
  auto text = body.substr(0, max_foreign_text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text.empty() ? "no message" : text;
}

bool is_redirect(int status) {
  return status >= 300 && status < 400;
}

}  // namespace

bool is_kind_unknown(const Response& response) {
  return response.status == 404 && response.body.starts_with("404 page not found");
}

ApiError api_error(const Response& response, const std::string& what, std::string_view remedy) {
  const auto status = status_object(response.body);
  const auto reason = json::string_at(status, {"reason"});
  auto message = json::string_at(status, {"message"});
  if (message.empty()) message = foreign_text(response.body);
  if (is_kind_unknown(response)) {
    message = "no matches for kind";
    if (!remedy.empty()) message += "; " + std::string(remedy);
  }
  if (is_redirect(response.status)) message = "a redirect, which is not followed";

  auto head = what + ": " + std::to_string(response.status);
  if (!reason.empty()) head += " " + reason;
  ApiError error(response.status, reason, head + ": " + message);
  error.is_kind_unknown = is_kind_unknown(response);
  error.retry_after_seconds =
      response.retry_after_seconds > 0
          ? response.retry_after_seconds
          : static_cast<int>(std::clamp<std::int64_t>(
                json::integer_at(status, {"details", "retryAfterSeconds"}), 0, 3600));
  for (const auto& cause : json::elements_at(status, {"details", "causes"})) {
    error.causes.push_back(json::string_at(cause, {"reason"}));
  }
  return error;
}

}  // namespace kube
