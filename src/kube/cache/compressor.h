#pragma once

#include "kube/guarded.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kube {

/// A text, compressed.
struct Compressed {
  std::string bytes;
  std::uint32_t size = 0;        ///< of the text
  std::uint32_t dictionary = 0;  ///< how much of its compressor's dictionary it needs
};

/// zlib with a dictionary (deflateSetDictionary), for many texts that resemble each other, such as
/// the objects of one kind, each compressed on its own. The dictionary is learnt: texts that
/// compress badly join it until it is full, so that the first of a kind show what the others look
/// like. Safe to share between threads.
class Compressor {
 public:
  Compressor() : dictionary_(std::make_shared<const std::string>()) {}

  Compressed compress(std::string_view text);
  /// `compressed` must come from this compressor.
  std::string decompress(const Compressed& compressed) const;

 private:
  using Dictionary = std::shared_ptr<const std::string>;
  void learn(std::string_view text, const Dictionary& known);

  Guarded<Dictionary> dictionary_;  ///< only ever grows at its end
};

}  // namespace kube
