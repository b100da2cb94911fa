#include "sync/git/large_file_failure.h"

#include <catch2/catch.hpp>

using namespace content;
using enum Failure::Kind;

namespace {

const std::string hash(64, 'a');
const std::string other_hash(64, 'b');
const std::vector<LargeFile> files{{.path = "z.bin", .sha256 = hash, .bytes = 7},
                                   {.path = "data/b.bin", .sha256 = other_hash, .bytes = 7}};
constexpr const char* last_line = "error: failed to fetch some objects from 'https://h/r/info/lfs'";

Failure told(const std::string& line) {
  return large_file_failure("fetch: 2 objects\n" + line + "\n" + last_line, "URL", files);
}

struct Case {
  std::string said;
  const char* reason;
  std::string message;
  Failure::Kind kind;
};

}  // namespace

TEST_CASE("what git-lfs says names a file and the server's cause") {
  const auto test = GENERATE(values<Case>({
      {"[" + hash + "] Object does not exist: [404] Object does not exist", "GitLfsFailed",
       "URL: the server lacks z.bin, a large file (LFS), and says \"Object does not exist\"; "
       "push it again",
       Permanent},
      {"[" + hash + "] Not found: [404] Not found\n[" + other_hash + "] No: [403] No",
       "GitAccessDenied",
       "URL: the server does not give data/b.bin, a large file (LFS), and says \"No\"; accept the "
       "licence or give a token that may read it",
       Permanent},
      {"[" + hash + "] Try later: [503] Try later", "ServerFailed",
       "URL: the server cannot give z.bin, a large file (LFS), and says \"Try later\"", Transient},
      {"[" + hash + "] invalid size: [422] invalid size", "GitLfsFailed",
       "URL: the server does not give z.bin, a large file (LFS), and says \"invalid size\"; "
       "correct "
       "or push it again",
       Permanent},
      {"batch response: You must accept the licence.", "GitLfsFailed",
       "URL: the server of its large files (LFS), such as data/b.bin, refuses to give them, and "
       "says \"You must accept the licence\"; accept the licence or give a token that may read it, "
       "if it is that",
       Permanent},
      {"batch response: Authorization error: https://h/r/info/lfs/objects/batch\nCheck that you "
       "have proper access to the repository",
       "GitAccessDenied",
       "URL: the server of its large files (LFS), such as data/b.bin, denies access; accept the "
       "licence or give a token that may read it",
       Permanent},
      {"batch response: Fatal error: Server error: https://h/r/info/lfs/objects/batch",
       "ServerFailed",
       "URL: the server of its large files (LFS), such as data/b.bin, is in trouble, and says "
       "\"Server error: https://h/r/info/lfs/objects/batch\"",
       Transient},
      {"batch response: API rate limit exceeded", "ServerBusy",
       "URL: the server of its large files (LFS), such as data/b.bin, asks to slow down (too many "
       "requests)",
       Transient},
      {"batch response: Expected JSON type, got: \"text/html\"", "UnexpectedAnswer",
       "URL: the server of its large files (LFS), such as data/b.bin, answers with a page, such as "
       "a login form; check the URL and what the credentials may read",
       Permanent},
      {"LFS: Client error: https://h/" + hash + "?X-Sig=canary-4711", "GitLfsFailed",
       "URL: z.bin, a large file (LFS), cannot be fetched: git-lfs says \"LFS: Client error: "
       "https://h/" +
           hash + "\"",
       Transient},
      {"", "GitLfsFailed", "URL: its large files (LFS) cannot be fetched", Transient},
      {"batch response: Post \"https://h/\": dial tcp: lookup h: no such host", "HostUnknown",
       "URL: h: the host name cannot be resolved; check its spelling and the cluster's DNS",
       Transient},
  }));
  const auto failure = told(test.said);
  CHECK(failure.reason == test.reason);
  CHECK(failure.what() == test.message);
  CHECK(failure.kind == test.kind);
}

TEST_CASE("what a server says is told in one line, without what changes with each try") {
  CHECK(told("batch response: No \x1b[31m access at 2026-11-29T14:23:06Z (request 4d7a2146-0c11)")
            .what() ==
        std::string("URL: the server of its large files (LFS), such as data/b.bin, refuses to give "
                    "them, and says \"No '[31m access at ... (request ...\"; accept the licence or "
                    "give a token that may read it, if it is that"));
  const std::string message = told("batch response: " + std::string(5000, 'x')).what();
  CHECK(message.size() < 500);
  const std::string words = told("batch response: " +
                                 [] {
                                   std::string text;
                                   for (int i = 0; i < 1000; ++i)
                                     text += "many words ";
                                   return text;
                                 }())
                                .what();
  CHECK(words.size() < 500);
}
