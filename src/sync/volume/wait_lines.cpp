#include "sync/volume/wait_lines.h"

#include "base/units.h"

namespace content {
namespace {

std::string progress_text(const Owner& owner) {
  if (owner.bytes < 0) return "";
  const auto text = ": " + base::bytes_text(owner.bytes);
  return owner.total < 0 ? text : text + " of " + base::bytes_text(owner.total);
}

}  // namespace

void WaitLines::operator()(const std::string& what, const Owner& owner) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::seconds(10);
  auto fields = json::object({{"message", "waits for pod " + owner.pod + ", which fetches " + what +
                                              progress_text(owner)}});
  if (owner.bytes >= 0) fields["bytes"] = json::Json(owner.bytes);
  if (owner.total >= 0) fields["total"] = json::Json(owner.total);
  report_.log("info", "waiting", fields);
}

}  // namespace content
