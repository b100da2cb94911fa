#pragma once

#include "sync/collect/collect.h"
#include "sync/git/credential.h"
#include "sync/git/repository.h"
#include "sync/model/model.h"

#include <cstddef>
#include <functional>
#include <string>
#include <variant>
#include <vector>

/// The command line of gradient-sync, the program of helper containers: its subcommands, and each
/// one's options as the struct that it runs with. What the operator writes into the `args` of
/// helper containers (gradient/spec/helper_arguments.h) is read here, and a test holds the two
/// together.
namespace content {

/// Where a subcommand of the operator's reports how it ended.
struct TerminationMessage {
  std::string file = "/dev/termination-log";
  std::size_t bytes = 4096;  ///< that it may have
};

/// `program` of the options is left empty: that is not the command line's to say.
struct RepositoryCommand {
  TerminationMessage termination;
  RepositoryOptions options;
};

struct ModelCommand {
  TerminationMessage termination;
  std::string name;  ///< of the Model, for the report
  ModelOptions options;
};

struct CollectCommand {
  TerminationMessage termination;
  CollectOptions options;
};

/// The startup probe of a model's sidecar.
struct ReadyCommand {
  Path target;
};

struct DigestCommand {
  Path folder;
};

/// What git runs as its credential helper.
struct CredentialCommand {
  std::string action;  ///< "get", "store" or "erase" (gitcredentials(7))
  CredentialOptions options;
};

/// There is nothing to run: help or the version was asked for, or the arguments are wrong.
struct NoCommand {
  int exit_code = 0;
  std::string output, errors;  ///< for standard output and standard error
};

using Command = std::variant<NoCommand, RepositoryCommand, ModelCommand, CollectCommand,
                             ReadyCommand, DigestCommand, CredentialCommand>;

/// Reads the arguments that follow the program's name. Values are taken as they are: whether a name
/// or URL may be used is checked by whoever uses it.
/// `version`: gives what --version prints.
Command parse_arguments(std::vector<std::string> arguments,
                        const std::function<std::string()>& version);

}  // namespace content
