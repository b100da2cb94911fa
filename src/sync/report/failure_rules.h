#pragma once

#include "sync/report/failure.h"

#include <span>
#include <string_view>

/// The table behind failure.h. git and rclone exit with one code for nearly everything, so what
/// went wrong can only be told by their messages.
namespace content {

/// What it means when a program's output has `text`, an exact part of a message.
struct Rule {
  std::string_view text;
  std::string_view reason;
  std::string_view message;
  Failure::Kind kind = Failure::Kind::Permanent;
};

/// Within each, the first rule whose text is in the output applies. The volume is asked first, then
/// the network, then the program: what a program says last is often only a consequence.
std::span<const Rule> volume_rules();
std::span<const Rule> network_rules();  ///< in the words of curl, OpenSSL, GnuTLS and Go
std::span<const Rule> git_rules();      ///< of git, git-lfs and ssh
/// Of clouds that give a pod no credentials: at their word they are unreachable, too.
std::span<const Rule> identity_rules();
/// Of a git on this machine that is killed, or finds its repository damaged.
std::span<const Rule> local_git_rules();
std::span<const Rule> rclone_rules();
std::span<const Rule> oci_rules();  ///< of oci-pull, in our words and the Go library's

/// Messages that rules share with code.
namespace message {

inline constexpr std::string_view full =
    "the volume is full; make it larger or remove files from it";
inline constexpr std::string_view over_quota =
    "the quota of the volume is used up; raise it or remove files from the volume";
inline constexpr std::string_view read_only =
    "the volume is read-only; use one that can be written";
inline constexpr std::string_view long_name =
    "a file's name is longer than the volume takes; make it shorter in the source";
inline constexpr std::string_view redirected =
    "the server redirects to another address, which is not given the credentials; write the final "
    "URL";
inline constexpr std::string_view no_bucket =
    "there is no such bucket; check its name and source.endpoint";
inline constexpr std::string_view out_of_memory =
    "the helper cannot have more memory; raise sync.resources.limits.memory of the operator's "
    "configuration";
inline constexpr std::string_view archived =
    "is in an archive; restore it first, or leave it out by source.exclude";
inline constexpr std::string_view no_large_files_over_ssh =
    "the server gives no large files (LFS) over ssh; name their server by lfs.url in .lfsconfig, "
    "or write an https URL";
inline constexpr std::string_view nothing = "there is nothing at this address; check source.url";
inline constexpr std::string_view no_container =
    "there is no such container; check source.url and the account";
inline constexpr std::string_view broken = "the connection broke off";
inline constexpr std::string_view busy = "the server asks to slow down (too many requests)";
inline constexpr std::string_view in_trouble =
    "the server is in trouble (an error 5xx); ask its owner";

}  // namespace message

}  // namespace content
