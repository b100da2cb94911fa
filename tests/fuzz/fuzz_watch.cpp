#include "fuzz/target.h"
#include "json/json.h"
#include "kube/cache/watch_event.h"
#include "kube/http/line_framer.h"
#include "kube/raw.h"

#include <algorithm>
#include <string_view>

namespace {

using namespace kube;

constexpr std::size_t longest_line = 4096;
constexpr const char* too_long = "(too long)";

/// The lines of `bytes`, which come in chunks of `chunk` bytes.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t chunk) {
  LineFramer framer(longest_line);
  std::vector<std::string> lines;
  try {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size()))) {
      framer.feed(bytes.substr(0, chunk), [&](std::string_view line) { lines.emplace_back(line); });
    }
  } catch (const LineFramer::TooLong&) {
    lines.emplace_back(too_long);
  }
  return lines;
}

bool is_json(std::string_view text) {
  try {
    json::parse(text);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

/// What is found without building values is what a parser finds.
void compare(const RawObject& raw, const json::Json& built) {
  fuzz::require(key_of(built) == raw.key, "the key is the built object's");
  fuzz::require(resource_version_of(built) == raw.version, "the version is the built object's");
  fuzz::require(json::at(built, {"metadata", "managedFields"}).is_null(),
                "managedFields are left out");
}

void take(const std::string& line) {
  try {
    const auto event = read_watch_event(line, pods);
    const auto& text = event.object.text;
    fuzz::require(
        text.data() >= line.data() && text.data() + text.size() <= line.data() + line.size(),
        "an object is a part of its line");
    if (event.type == WatchEvent::Type::Error || !is_json(line)) return;
    compare(event.object, build(event.object, pods));
  } catch (const Malformed&) {  // a watch starts afresh then
  }
}

}  // namespace

std::vector<std::string> fuzz::seeds() {
  return {
      "",
      "\n\r\n",
      R"({"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a",)"
      R"("namespace":"n","resourceVersion":"7","managedFields":[{"manager":"x","fieldsV1":)"
      R"({"f:a\"}":{}}}]},"spec":{"x":[1,{"y":"}"}]}}})"
      "\n",
      R"({"object":{"metadata":{"resourceVersion":"8","name":"b","namespace":"n","labels":)"
      R"({"a":"b\\"}}},"type":"MODIFIED"})"
      "\r\n"
      R"({"type":"DELETED","object":{"metadata":{"name":"b","namespace":"n","resourceVersion":"9"}}})"
      "\n",
      R"({"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":)"
      R"({"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}})"
      "\n"
      R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"old"}})"
      "\n",
  };
}

std::vector<std::string> fuzz::tokens() {
  return {"\n",          "\r\n",
          "\\\"",        "\"",
          "\\",          "{",
          "}",           "[",
          "]",           ",",
          ":",           "null",
          "\"a\":",      "\"type\":\"ADDED\"",
          "\"kind\"",    "\"metadata\"",
          "\"name\"",    "\\u0000",
          "\\ud83d",     "1e9",
          "\xff",        "\"managedFields\":[{}]",
          "\"object\":{"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto lines = lines_of(bytes, bytes.size() + 1);
  for (const std::size_t chunk : {1U, 7U}) {
    fuzz::require(lines_of(bytes, chunk) == lines, "lines do not depend on the network's chunks");
  }
  for (const auto& line : lines) {
    fuzz::require(line.size() <= longest_line, "a line is not longer than the limit");
    take(line);
    raw::for_each(line, [](std::string_view) {});
  }
  return 0;
}
