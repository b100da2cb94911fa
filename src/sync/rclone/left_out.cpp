#include "sync/rclone/left_out.h"

#include "sync/rclone/name_filter.h"
#include "sync/rclone/rclone.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <map>

namespace content {

std::vector<std::string> dead_links(const Source& source, const std::vector<LeftOut>& left_out,
                                    const std::stop_token& stop) {
  std::map<std::string, std::string> reasons;
  std::vector<std::string> links;
  for (const auto& link : left_out) {
    if (link.kind != LeftOut::Kind::Link) continue;
    if (reasons.emplace(link.file, link.why).second) links.push_back(link.file);
  }
  std::vector<std::string> dead;
  for (auto& link : let_through(source, links, stop)) {
    if (reasons.at(link) != "object not found") {
      const auto failure =
          rclone_failure(without_queries(reasons.at(link)), url_for_messages(source) + link);
      throw Failure(failure.reason,
                    failure.what() + std::string("; source.exclude can leave the file out"),
                    failure.kind);
    }
    dead.push_back(std::move(link));
  }
  return dead;
}

void refuse_left_out(const Source& source, const std::vector<LeftOut>& left_out,
                     const std::stop_token& stop) {
  std::vector<std::string> unfollowed;
  for (const auto& [kind, file, why] : left_out) {
    if (kind == LeftOut::Kind::Name) throw refused_path(file, "which rclone leaves out: " + why);
    if (kind == LeftOut::Kind::Address) unfollowed.push_back(file);
  }
  const auto wanted = let_through(source, unfollowed, stop);
  if (wanted.empty()) return;
  const auto link = std::find_if(left_out.begin(), left_out.end(), [&](const LeftOut& one) {
    return one.kind == LeftOut::Kind::Address && one.file == wanted.front();
  });
  throw Failure("ModelSourceRefused", url_for_messages(source) + ": the listing has " +
                                          quoted_path(link->file) +
                                          ", which is not fetched: " + link->why +
                                          "; have the server link it by its plain address, or "
                                          "leave it out by source.exclude");
}

}  // namespace content
