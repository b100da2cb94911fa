#include "fuzz/target.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound);
}

const std::string& any(Random& random, const std::vector<std::string>& of) {
  return of[below(random, of.size())];
}

/// A piece of `text`, at most `longest` bytes.
std::string piece(Random& random, const std::string& text, std::size_t longest) {
  return text.substr(below(random, text.size() + 1), 1 + below(random, longest));
}

void mutate(Random& random, std::string& text, const std::vector<std::string>& seeds,
            const std::vector<std::string>& tokens) {
  const auto at = below(random, text.size() + 1);
  switch (below(random, 7)) {
    case 0:  // another byte
      if (at < text.size()) text[at] = static_cast<char>(random());
      break;
    case 1:
      text.insert(at, any(random, tokens));
      break;
    case 2: {  // a token instead of something
      const auto length = std::min(below(random, 12), text.size() - at);
      text.replace(at, length, any(random, tokens));
      break;
    }
    case 3:
      text.erase(at, below(random, 24));
      break;
    case 4:  // a part of another input
      text.insert(at, piece(random, any(random, seeds), 64));
      break;
    case 5: {  // a part of itself, several times
      const auto part = piece(random, text, 32);
      for (auto count = below(random, 40); count > 0 && text.size() < 65536; --count)
        text.insert(at, part);
      break;
    }
    default:
      text.resize(at);
  }
}

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::string current;  // what a crash was caused by

void save_input() {
  std::ofstream("fuzz-failure.txt", std::ios::binary) << current;
  std::fputs("the input is in fuzz-failure.txt; run this program with it as argument\n", stderr);
}

}  // namespace

void fuzz::require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  save_input();
  std::abort();
}

/// usage: NAME SEED COUNT, or NAME FILE to run one input again
int main(int argc, char** argv) {
  if (argc == 2) {
    std::ifstream file(argv[1], std::ios::binary);
    current.assign(std::istreambuf_iterator<char>(file), {});
    run(current);
    return 0;
  }
  if (argc != 3) return 2;
  Random random(std::strtoull(argv[1], nullptr, 10));
  const auto seeds = fuzz::seeds();
  const auto tokens = fuzz::tokens();
  try {
    for (const auto& seed : seeds)
      run(current = seed);
    for (auto count = std::strtoull(argv[2], nullptr, 10); count > 0; --count) {
      current = any(random, seeds);
      for (auto steps = 1 + below(random, 6); steps > 0; --steps)
        mutate(random, current, seeds, tokens);
      run(current);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "exception: %s\n", error.what());
    save_input();
    return 1;
  }
  return 0;
}
