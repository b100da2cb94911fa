#include "base/files.h"
#include "cli/render.h"
#include "cli/support/session.h"
#include "cli/validate.h"
#include "docs/page.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace {

namespace fs = std::filesystem;

std::string rendered(const std::string& files) {
  cli::RenderOptions options;
  std::istringstream words(files);
  for (std::string file; words >> file;)
    options.files.push_back((fs::path(SOURCE_DIR) / file).string());
  const session::Captured errors(std::cerr);
  const session::Captured output(std::cout);
  REQUIRE(cli::render(options) == 0);
  return output.text();
}

std::string of_file(const std::string& file) {
  return base::read_file(fs::path(SOURCE_DIR) / file, 1U << 20U);
}

void write_anew(const fs::path& file, const page::Block& block, const std::string& text) {
  const auto begin = "<!-- " + block.marker + " -->\n```" + block.language + "\n";
  auto content = base::read_file(file, 1U << 20U);
  content.replace(content.find(begin) + begin.size(), block.text.size(), text);
  std::ofstream(file) << content;
}

/// Compares the blocks marked "COMMAND ARGUMENTS" with what `expected` makes of the arguments.
/// UPDATE_GOLDEN=1 writes them anew.
void check_blocks(const std::string& command, std::string (*expected)(const std::string&)) {
  std::size_t blocks = 0;
  for (const auto& page : page::all()) {
    for (const auto& block : page.blocks) {
      if (block.marker.rfind(command + " ", 0) != 0) continue;
      ++blocks;
      const auto text = expected(block.marker.substr(command.size() + 1));
      INFO(page.file.string() << ": " << block.marker);
      if (std::getenv("UPDATE_GOLDEN") == nullptr) {
        CHECK(block.text == text);
      } else if (block.text != text) {
        write_anew(page.file, block, text);
      }
    }
  }
  CHECK(blocks > 0);
}

}  // namespace

TEST_CASE("rendered objects in the documentation are those of the samples") {
  check_blocks("render", rendered);
}

TEST_CASE("a sample in the documentation is the file of its name") {
  check_blocks("file", of_file);
}

TEST_CASE("every example of our kinds in the documentation is valid") {
  std::size_t examples = 0;
  for (const auto& page : page::all()) {
    for (const auto& block : page.blocks) {
      const bool is_ours =
          block.text.find("apiVersion: gradient-operator.dev/v1alpha1") != std::string::npos;
      if (block.language != "yaml" || !is_ours || block.marker.rfind("render ", 0) == 0) continue;
      ++examples;
      const session::Folder folder;
      const session::Captured errors(std::cerr);
      const int code = cli::validate({.files = {folder.add("example.yaml", block.text)}});
      INFO(page.file.string() << "\n" << block.text << errors.text());
      CHECK(code == 0);
    }
  }
  CHECK(examples > 10);
}

TEST_CASE("the quick start has five commands, and the images of this version") {
  const auto page = page::of_docs("quick-start.md");
  std::size_t commands = 0;
  for (const auto& heading : page.headings) {
    if (heading.text != "On kind, with Helm") continue;
    const auto list = heading.body.substr(heading.body.find("five commands"));
    std::istringstream lines(list);
    for (std::string line; std::getline(lines, line);)
      commands += line.rfind("    ", 0) == 0 && line[4] != ' ' ? 1 : 0;  // else it goes on
    for (const char* image :
         {"gradient-operator:" PROJECT_VERSION, "gradient-sync:" PROJECT_VERSION})
      CHECK(list.find(image) != std::string::npos);
  }
  CHECK(commands == 5);
  const auto text = of_file("docs/quick-start.md");
  const std::regex image("gradient-(?:operator|sync):([0-9][0-9.]*)");
  for (std::sregex_iterator match(text.begin(), text.end(), image), end; match != end; ++match)
    CHECK((*match)[1] == PROJECT_VERSION);
}

TEST_CASE("the documentation names the versions of git-lfs and rclone that the image has") {
  const auto dockerfile = of_file("Dockerfile");
  std::size_t told = 0;
  for (const auto* program : {"git-lfs", "rclone"}) {
    const std::string argument = program == std::string("rclone") ? "RCLONE" : "GIT_LFS";
    std::smatch version;
    REQUIRE(std::regex_search(dockerfile, version,
                              std::regex("ARG " + argument + "_VERSION=v([0-9.]+[0-9])")));
    const std::regex named(std::string(program) + "[ /]v?([0-9]+[.][0-9.]+[0-9])");
    for (const auto& page : page::all()) {
      if (page.file.filename() == "benchmarks.md") continue;  // of when they were measured
      const auto text = base::read_file(page.file);
      for (std::sregex_iterator found(text.begin(), text.end(), named), end; found != end;
           ++found, ++told) {
        INFO(page.file.string());
        CHECK((*found)[1] == version[1]);
      }
    }
  }
  CHECK(told > 3);
}

TEST_CASE("the chart has the version of the project") {
  const auto chart = base::read_file(SOURCE_DIR "/helm/gradient-operator/Chart.yaml");
  CHECK(chart.find("\nversion: " PROJECT_VERSION "\n") != std::string::npos);
  CHECK(chart.find("\nappVersion: " PROJECT_VERSION "\n") != std::string::npos);
}

TEST_CASE("the chart is installed into namespaces that the commands before it have made") {
  std::size_t watched = 0;
  for (const auto& page : page::all()) {
    const auto text = base::read_file(page.file);
    const std::regex values(R"(watch\.namespaces='\{([^}]*)\}')");
    for (std::sregex_iterator found(text.begin(), text.end(), values), end; found != end; ++found) {
      std::istringstream names((*found)[1]);
      for (std::string name; std::getline(names, name, ',');) {
        ++watched;
        INFO(page.file.string() << " " << name);
        const auto made = text.find("kubectl create namespace " + name);
        CHECK(made < static_cast<std::size_t>(found->position()));
      }
    }
  }
  CHECK(watched > 0);
}
