#include "cli/logging.h"

#include "json/json.h"
#include "json/utf8.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>

namespace cli {
namespace {

/// The message on one line, whatever is in it: %v alone would let a newline, or in JSON a quote,
/// begin a line of its own.
template <bool as_json>
class OneLine final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    // What others wrote may be anything; a log is UTF-8.
    auto text = json::with_valid_utf8({message.payload.data(), message.payload.size()});
    if constexpr (as_json) {
      text = json::text(json::Json(text));
    } else {
      const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
      std::replace_if(text.begin(), text.end(), is_control, ' ');
    }
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<OneLine>();
  }
};

}  // namespace

void set_up_logging(const std::string& format, const std::string& level) {
  auto logger =
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (format == "json") {
    formatter->add_flag<OneLine<true>>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  } else {
    formatter->add_flag<OneLine<false>>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  }
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace cli
