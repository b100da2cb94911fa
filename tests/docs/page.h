#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

/// The documentation's pages, as far as the tests look into them.
namespace page {

struct Heading {
  int level = 1;
  std::string text;
  std::string anchor;  ///< as GitHub makes it
  std::string body;    ///< up to the next heading
};

/// A fenced block of code.
struct Block {
  std::string language;
  std::string marker;  ///< the comment <!-- ... --> in the line before; empty when there is none
  std::string text;
};

struct Page {
  std::filesystem::path file;
  std::vector<Heading> headings;
  std::vector<Block> blocks;
  std::vector<std::string> links;  ///< their targets, as written
};

Page read(const std::filesystem::path& file);
/// docs/NAME.
Page of_docs(const std::string& name);
/// Those of docs/, README.md and CONTRIBUTING.md.
std::vector<Page> all();

/// The headings below the one of level 2 with this text, to the next of level 2.
std::vector<Heading> below(const Page& page, const std::string& heading);

/// What a heading is about: its `code`, with a.{b,c} standing for a.b and a.c.
std::vector<std::string> names(const Heading& heading);
std::set<std::string> names(const std::vector<Heading>& headings);

/// What is in the first and not in the second.
std::set<std::string> missing(const std::set<std::string>& wanted,
                              const std::set<std::string>& found);

/// Everything that the first group of `pattern` finds in the sources below src/.
std::set<std::string> in_sources(const std::vector<std::string>& paths, const std::string& pattern);

}  // namespace page
