#include "docs/page.h"

#include "base/files.h"

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>

namespace page {
namespace {

namespace fs = std::filesystem;

const fs::path root = SOURCE_DIR;

std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.push_back((*match)[1]);
  return found;
}

std::string slug(const std::string& heading, std::map<std::string, int>& seen) {
  std::string result;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_')
      result += static_cast<char>(std::tolower(byte));
    if (c == ' ') result += '-';
  }
  const int before = seen[result]++;
  return before == 0 ? result : result + "-" + std::to_string(before);
}

void add_names(const std::string& text, std::vector<std::string>& names) {
  const auto open = text.find('{');
  const auto close = text.find('}', open);
  if (open == std::string::npos || close == std::string::npos) {
    names.push_back(text);
    return;
  }
  std::istringstream parts(text.substr(open + 1, close - open - 1));
  for (std::string part; std::getline(parts, part, ',');)
    add_names(text.substr(0, open) + part + text.substr(close + 1), names);
}

}  // namespace

Page read(const fs::path& file) {
  static const std::regex comment("<!-- (.*) -->");
  static const std::regex link(R"(\]\(([^)\s]+)\))");
  static const std::regex code("`[^`]*`");
  Page page{.file = file, .headings = {}, .blocks = {}, .links = {}};
  std::istringstream lines(base::read_file(file, 1U << 20U));
  std::map<std::string, int> seen;
  std::string before;
  bool in_block = false;
  for (std::string line; std::getline(lines, line); before = line) {
    const bool fence = line.rfind("```", 0) == 0;
    if (fence) {
      std::smatch marker;
      const bool is_marked = !in_block && std::regex_match(before, marker, comment);
      if (!in_block) page.blocks.push_back({line.substr(3), is_marked ? marker[1].str() : "", ""});
      in_block = !in_block;
    } else if (in_block) {
      page.blocks.back().text += line + "\n";
    } else if (line.rfind('#', 0) == 0) {
      const auto level = line.find_first_not_of('#');
      const auto text = line.substr(level + 1);
      page.headings.push_back({static_cast<int>(level), text, slug(text, seen), ""});
    } else {
      for (auto& target : matches(std::regex_replace(line, code, ""), link))
        page.links.push_back(std::move(target));
    }
    if (!page.headings.empty() && line.rfind('#', 0) != 0) page.headings.back().body += line + "\n";
  }
  return page;
}

Page of_docs(const std::string& name) {
  return read(root / "docs" / name);
}

std::vector<Page> all() {
  std::vector<fs::path> files{root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Page> pages;
  std::transform(files.begin(), files.end(), std::back_inserter(pages), read);
  return pages;
}

std::vector<Heading> below(const Page& page, const std::string& heading) {
  std::vector<Heading> found;
  bool inside = false;
  for (const auto& entry : page.headings) {
    if (entry.level <= 2) {
      inside = entry.text == heading;
    } else if (inside) {
      found.push_back(entry);
    }
  }
  return found;
}

std::vector<std::string> names(const Heading& heading) {
  std::vector<std::string> found;
  for (const auto& text : matches(heading.text, std::regex("`([^`]+)`")))
    add_names(text, found);
  return found;
}

std::set<std::string> names(const std::vector<Heading>& headings) {
  std::set<std::string> found;
  for (const auto& heading : headings) {
    for (auto& name : names(heading))
      found.insert(std::move(name));
  }
  return found;
}

std::set<std::string> missing(const std::set<std::string>& wanted,
                              const std::set<std::string>& found) {
  std::set<std::string> result;
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                      std::inserter(result, result.end()));
  return result;
}

std::set<std::string> in_sources(const std::vector<std::string>& paths,
                                 const std::string& pattern) {
  std::set<std::string> found;
  const auto look_into = [&](const fs::path& file) {
    const auto extension = file.extension();
    if (extension != ".cpp" && extension != ".h") return;
    for (auto& text : matches(base::read_file(file, 1U << 20U), std::regex(pattern)))
      found.insert(std::move(text));
  };
  for (const auto& path : paths) {
    const auto place = root / "src" / path;
    if (!fs::is_directory(place)) {
      look_into(place);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(place))
      look_into(entry.path());
  }
  return found;
}

}  // namespace page
