#include "fuzz/target.h"

#include <cstdio>
#include <cstdlib>

/// libFuzzer brings main() and keeps the input that ended the process.
void fuzz::require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}
