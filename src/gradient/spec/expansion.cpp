#include "gradient/spec/expansion.h"

namespace gradient {

std::string escape_dollars(std::string text) {
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + 2))
    text.insert(at, 1, '$');
  return text;
}

std::string unescape_dollars(std::string text) {
  for (auto at = text.find("$$"); at != std::string::npos; at = text.find("$$", at + 1))
    text.erase(at, 1);
  return text;
}

}  // namespace gradient
