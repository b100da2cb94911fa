#pragma once

#include "kube/guarded.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kube {

/// A text, compressed.
struct Packed {
  std::string bytes;
  std::uint32_t size = 0;        ///< of the text
  std::uint32_t dictionary = 0;  ///< how much of its packer's dictionary it needs
};

/// Compresses texts that resemble each other, such as the objects of one kind, each on its own.
/// Texts that compress badly join a dictionary that later ones are compressed against, until it is
/// full: the first of a kind teaches what the others look like. Safe to share between threads.
class Packer {
 public:
  Packer() : dictionary_(std::make_shared<const std::string>()) {}

  Packed pack(std::string_view text);
  /// `packed` must come from this packer.
  std::string unpack(const Packed& packed) const;

 private:
  using Dictionary = std::shared_ptr<const std::string>;
  void learn(std::string_view text, const Dictionary& known);

  Guarded<Dictionary> dictionary_;  ///< only ever grows at its end
};

}  // namespace kube
