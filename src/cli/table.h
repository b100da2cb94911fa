#pragma once

#include "cli/colour.h"

#include <string>
#include <vector>

namespace cli {

struct Cell {
  Cell(std::string is) : text(std::move(is)) {}
  Cell(const char* is) : text(is) {}
  Cell(std::string is, Colour in) : text(std::move(is)), colour(in) {}

  std::string text;
  Colour colour = Colour::None;
};

using Row = std::vector<Cell>;

/// Columns as wide as their widest cell; the last one is not padded, and with `width` cut so that
/// no line is wider than that, with "..." at its end.
std::string table(const std::vector<Row>& rows, const Paint& paint = {}, std::size_t width = 0);

}  // namespace cli
