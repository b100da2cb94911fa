#include "cli/support/session.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace session {

namespace fs = std::filesystem;

Folder::Folder() : before_(fs::current_path()) {
  auto name = (fs::temp_directory_path() / "gradient-operator-cli-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
  fs::current_path(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
  fs::remove_all(path_, ignored);
}

std::string Folder::add(const std::string& name, const std::string& content) const {
  const auto file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return name;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    all.push_back(line);
  return all;
}

}  // namespace session
