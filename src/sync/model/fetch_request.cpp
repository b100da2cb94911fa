#include "sync/model/fetch_request.h"

namespace content {
namespace {

/// The API server limits all annotations of an object to 256 KiB.
constexpr std::size_t longest = 256 * 1024;
constexpr const char* kept_name = "..sync";

}  // namespace

FetchRequest::FetchRequest(Path file, const Path& model)
    : file_(std::move(file)),
      kept_(model / kept_name),
      answered_(read_regular_file(kept_, longest)) {}

std::string FetchRequest::text() const {
  std::error_code missing;  // the kubelet's files are links to those of its last update
  const auto file = std::filesystem::canonical(file_, missing);
  return missing ? "" : read_regular_file(file, longest);
}

bool FetchRequest::is_open() const {
  const auto asked = text();
  if (asked.empty() || asked == answered_) return false;
  return asked != failed_ || std::chrono::steady_clock::now() >= not_before_;
}

void FetchRequest::answered(const std::string& text) {
  if (text.empty() || text == answered_) return;
  answered_ = text;
  // What is at its place may be somebody else's: a link, or what has whoever opens it wait.
  const auto fresh = kept_.parent_path() / unique_name(std::string(kept_name) + "-");
  write_file(fresh, text);
  std::error_code error;
  std::filesystem::rename(fresh, kept_, error);
  if (!error) return;
  std::filesystem::remove(fresh);
  throw Failure("SyncFailed", kept_.string() + " cannot be written (" + error.message() +
                                  "): the sidecar keeps there which request to fetch was "
                                  "answered; remove what is in its place");
}

void FetchRequest::failed(const std::string& text, std::chrono::milliseconds pause) {
  failed_ = text;
  not_before_ = std::chrono::steady_clock::now() + pause;
}

}  // namespace content
