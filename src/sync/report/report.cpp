#include "sync/report/report.h"

#include "base/rfc3339.h"
#include "json/utf8.h"
#include "sync/report/progress_bar.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace content {
namespace {

/// A path of a repository, or what a server says, may be anything; JSON is UTF-8.
void add(const json::Json& fields, json::Json& to) {
  if (!fields.is_object()) return;
  for (const auto& [name, value] : fields.as_object())
    to[name] = value.is_string() ? json::Json(json::with_valid_utf8(value.as_string())) : value;
}

/// Columns of the terminal on standard output; 0 when it is none.
std::size_t terminal_columns() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0) return 0;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Reporter::Reporter(std::filesystem::path termination_log, std::size_t budget, json::Json subject)
    : termination_log_(std::move(termination_log)), budget_(budget), subject_(std::move(subject)) {}

void Reporter::log(const std::string& level, const std::string& event, const json::Json& fields) {
  auto line = json::object({{"time", base::rfc3339(std::chrono::system_clock::now())},
                            {"level", level},
                            {"event", event}});
  add(subject_, line);
  add(fields, line);
  const std::lock_guard lock(mutex_);
  if (const auto columns = terminal_columns(); columns > 0) {
    constexpr const char* clear_line = "\r\033[K";
    std::cout << clear_line;
    if (event == "progress") {
      std::cout << progress_bar(line, columns - 1) << std::flush;
      return;
    }
  }
  std::cout << json::text(line) << std::endl;  // flushed: the operator reads the last line
}

void Reporter::succeeded(const json::Json& fields) {
  terminate(fields);
}

void Reporter::failed(const Failure& failure) {
  const auto fields =
      json::object({{"reason", failure.reason}, {"message", std::string(failure.what())}});
  log("error", "failed", fields);
  terminate(fields);
}

void Reporter::terminate(const json::Json& message) {
  auto fields = subject_;
  add(message, fields);
  std::ofstream(termination_log_) << within_budget(std::move(fields), budget_);
}

std::optional<std::int64_t> Rate::add(Time now, std::int64_t bytes) {
  constexpr double weight_of_new = 0.3;
  if (last_ && bytes < last_->bytes) {
    last_.reset();
    rate_.reset();
  }
  if (last_ && now > last_->time) {
    const auto seconds = std::chrono::duration<double>(now - last_->time).count();
    const auto newest = static_cast<double>(bytes - last_->bytes) / seconds;
    rate_ = rate_ ? *rate_ + weight_of_new * (newest - *rate_) : newest;
  }
  last_ = {now, bytes};
  if (!rate_) return {};
  return std::llround(*rate_);
}

json::Json with_rate(json::Json fields, std::int64_t rate) {
  fields["rate"] = json::Json(rate);
  const auto total = json::integer_at(fields, {"total"});
  const auto left = total - json::integer_at(fields, {"bytes"});
  if (total > 0 && left >= 0 && rate > 0) fields["eta"] = json::Json((left + rate - 1) / rate);
  return fields;
}

void ProgressLines::operator()(const json::Json& fields) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::seconds(2);
  if (fields.has_field("rate")) return report_.log("info", "progress", fields);
  const auto rate = rate_.add(now, json::integer_at(fields, {"bytes"}));
  report_.log("info", "progress", rate ? with_rate(fields, *rate) : fields);
}

std::string within_budget(json::Json fields, std::size_t budget) {
  auto text = json::text(fields);
  while (text.size() > budget && fields.has_field("message")) {
    auto message = fields.at("message").as_string();
    const auto excess = text.size() - budget;
    auto keep = message.size() > excess ? message.size() - excess : 0;
    while (keep > 0 && json::continues_character(message[keep]))
      --keep;
    if (keep == message.size()) break;
    message.resize(keep);
    fields["message"] = json::Json(message);
    text = json::text(fields);
    if (keep == 0) break;
  }
  return text;
}

}  // namespace content
