#include "base/files.h"
#include "fuzz/target.h"

#include <filesystem>
#include <set>

namespace {

/// Sorted, so that equal seeds are equal runs.
std::set<std::filesystem::path> entries(const std::string& folder) {
  std::set<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    found.insert(entry.path());
  return found;
}

}  // namespace

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> texts{
      "",
      "a: &x {b: [1, 'two', \"three\\n\"]}\nc: *x\nd: {<<: *x, e: |\n    text\n  }\n",
      "%YAML 1.1\n---\n- - yes\n  - ~\n- ? key\n  : 0x1F\n...\n---\n!!str 12\n",
  };
  const std::string tests = std::string(SOURCE_DIR) + "/tests";
  for (const auto& folder : entries(tests + "/golden/import"))
    texts.push_back(base::read_file(folder / "input.yaml"));
  for (const auto& file : entries(tests + "/crds/cases")) {
    const auto text = base::read_file(file);
    for (std::size_t from = 0; from != std::string::npos;) {
      const auto to = text.find("\n---", from + 1);
      texts.push_back(text.substr(from, to == std::string::npos ? to : to - from));
      from = to;
    }
  }
  return texts;
}

std::vector<std::string> fuzz::tokens() {
  return {
      ": ",
      "- ",
      "? ",
      "\n",
      "\n  ",
      "\n---\n",
      "\n...\n",
      "[",
      "]",
      "{",
      "}",
      ",",
      "&a ",
      "*a",
      "<<: ",
      "!!str ",
      "!!binary ",
      "!x ",
      "|\n",
      ">-\n",
      "'",
      "\"",
      "\\",
      "#",
      "%",
      "@",
      "`",
      "\t",
      "\r",
      std::string(1, '\0'),
      "\xff",
      "\xc0\xaf",
      "\xef\xbb\xbf",
      "null",
      "~",
      "yes",
      "0123",
      "1e400",
      "-.inf",
      "18446744073709551616",
      "1_0",
      "..",
      "/../",
      "-x",
      "ext::sh",
      "https://u:canary@h/",
      "SECRET:",
      "secret:a/b",
      "SECRET:canary canary",
      "password: canary",
      "pvc://",
      "s3://",
      "spec:",
      "metadata:",
      "name:",
      "url:",
      "path:",
      "/opt/repos",
      ".gradient",
      "4294967296",
      "-1",
      "0.5",
      "true",
      "99999999999999999999",
      "1Ei",
      "720h",
      "env:",
      "models:",
      "repositories:",
      "resources:",
      "healthChecks:",
      "integrations:",
      "machineType:",
      "ports:",
      "type: s3",
      "endpoint:",
      "secretAccessKey: canary",
      "autoscaling:",
      "exec:",
      "port:",
      std::string(2000, 'x'),
      std::string(300, '['),
      std::string(300, '-'),
  };
}
