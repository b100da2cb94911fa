#pragma once

#include <string>
#include <string_view>

namespace cli {

enum class Colour { None, Red, Green, Yellow, Cyan, Bold };

/// Of what depends on a condition whose status is "True", "False" or "Unknown"; empty: there is
/// none.
Colour colour_of_condition(std::string_view status);

namespace colours {

/// "auto", "always" or "never", for the whole process; called before anything is printed. Without
/// it: auto.
void choose(const std::string& when);

}  // namespace colours

/// Colours for one stream, or for none.
class Paint {
 public:
  Paint() = default;  ///< leaves everything as it is
  /// For a file descriptor: with colours when it is a terminal that has them and NO_COLOR is not
  /// set (https://no-color.org), or as was chosen.
  explicit Paint(int stream);

  std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool is_on_ = false;
};

/// A unified diff of one file, whose first two lines are its title, in the colours of git.
std::string painted_diff(std::string_view unified, const Paint& paint);

}  // namespace cli
