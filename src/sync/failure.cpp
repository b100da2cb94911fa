#include "sync/failure.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace content {
namespace {

/// The first of these whose text occurs decides.
struct Rule {
  std::string_view text;
  std::string_view reason;
  std::string_view message;
  Kind kind = Kind::Permanent;
};

constexpr std::string_view full = "the volume is full; make it larger or remove files from it";
constexpr std::string_view read_only = "the volume is read-only; use one that can be written";
constexpr std::string_view unresolved =
    "the host name cannot be resolved; check its spelling and the cluster's DNS";
constexpr std::string_view refused = "the host refuses the connection; check port and server";
constexpr std::string_view silent = "the host does not answer";
constexpr std::string_view busy = "the server is in trouble or asks to slow down";
constexpr std::string_view untrusted =
    "the server's certificate is not trusted; it may be expired, self-signed or for another name";

constexpr std::string_view lost =
    "the server has not got one of its large files (LFS); push it again";

constexpr std::array volume_rules{
    Rule{"No space left on device", "VolumeFull", full},
    Rule{"no space left on device", "VolumeFull", full},
    Rule{"Disk quota exceeded", "VolumeFull", full},
    Rule{"disk quota exceeded", "VolumeFull", full},
    Rule{"Read-only file system", "VolumeReadOnly", read_only},
    Rule{"read-only file system", "VolumeReadOnly", read_only},
};

constexpr std::array network_rules{
    Rule{"Could not resolve host", "HostUnreachable", unresolved, Kind::Transient},
    Rule{"no such host", "HostUnreachable", unresolved, Kind::Transient},
    Rule{"Connection refused", "HostUnreachable", refused, Kind::Transient},
    Rule{"connection refused", "HostUnreachable", refused, Kind::Transient},
    Rule{"Failed to connect", "HostUnreachable", silent, Kind::Transient},
    Rule{"timed out", "HostUnreachable", silent, Kind::Transient},
    Rule{"i/o timeout", "HostUnreachable", silent, Kind::Transient},
    Rule{"No route to host", "HostUnreachable", silent, Kind::Transient},
    Rule{"no route to host", "HostUnreachable", silent, Kind::Transient},
    Rule{"Network is unreachable", "HostUnreachable", silent, Kind::Transient},
    Rule{"network is unreachable", "HostUnreachable", silent, Kind::Transient},
    Rule{"SSL certificate problem", "TLSVerificationFailed", untrusted},
    Rule{"certificate verification failed", "TLSVerificationFailed", untrusted},
    Rule{"server certificate", "TLSVerificationFailed", untrusted},
    Rule{"x509:", "TLSVerificationFailed", untrusted},
};

constexpr std::string_view unknown_host_key =
    "the server's host key is not known; write what ssh-keyscan prints for the host, compared with "
    "what the server's owner publishes, into the Secret as NAME.known_hosts, NAME being the key "
    "that password names, or into sync.knownHosts of the operator's configuration";
constexpr std::string_view changed_host_key =
    "the server shows another host key than the known one, so it may not be the server it seems; "
    "when its owner confirms the new key, replace the old one in the Secret, as NAME.known_hosts, "
    "NAME being the key that password names, or in sync.knownHosts of the operator's configuration "
    "(ssh-keyscan prints it)";

constexpr std::array git_rules{
    Rule{"REMOTE HOST IDENTIFICATION HAS CHANGED", "HostKeyChanged", changed_host_key},
    Rule{"REVOKED HOST KEY", "HostKeyChanged", "the server shows a host key that is revoked"},
    Rule{"Host key verification failed", "HostKeyUnknown", unknown_host_key},
    Rule{"incorrect passphrase", "GitAuthenticationFailed",
         "the private key has a passphrase, and nobody is there to enter it; put one without into "
         "the Secret (ssh-keygen -p takes it off)"},
    Rule{"Load key", "GitAuthenticationFailed",
         "what password names is no private key that ssh can read; put the whole file into the "
         "Secret, from -----BEGIN to -----END"},
    Rule{"No user exists for uid", "SyncFailed",
         "ssh needs a name for the user that it runs as; add libnss-wrapper to the image of "
         "gradient-sync"},
    Rule{"Permission denied (", "GitAuthenticationFailed",
         "the server does not take the private key; give it the public key, and check the user in "
         "the URL"},
    Rule{"does not appear to be a git repository", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"Repository not found", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"could not be found or you don't have permission", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"Authentication failed", "GitAuthenticationFailed",
         "the server refuses the credentials; check username and password"},
    Rule{"could not read Username", "GitAuthenticationFailed",
         "the server asks for credentials; give username and password"},
    Rule{"could not read Password", "GitAuthenticationFailed",
         "the server asks for credentials; give username and password"},
    Rule{"The requested URL returned error: 401", "GitAuthenticationFailed",
         "the server refuses the credentials; check username and password"},
    Rule{"The requested URL returned error: 403", "GitAuthenticationFailed",
         "the server denies access with these credentials; check what they may read"},
    Rule{"The requested URL returned error: 404", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"' not found", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"not valid: is this a git repository?", "GitRepositoryNotFound",
         "the server's answer is not that of a git repository; check the URL"},
    Rule{"unable to update url base from redirection", "GitRepositoryNotFound",
         "the server redirects elsewhere; write the final URL"},
    Rule{"The requested URL returned error: 30", "GitRepositoryNotFound",
         "the server redirects elsewhere; write the final URL"},
    Rule{"No url found for submodule", "GitSubmoduleRefused",
         "its .gitmodules has no valid name and URL for a submodule; mend it"},
    Rule{"couldn't find remote ref", "GitReferenceNotFound", "there is no such branch or tag"},
    Rule{"not our ref", "GitReferenceNotFound", "the server has no such commit"},
    Rule{"unadvertised object", "GitReferenceNotFound",
         "the server does not give out this commit; name a branch or tag that has it"},
    Rule{"batch response: Authentication required", "GitAuthenticationFailed",
         "the server of its large files (LFS) asks for credentials, or refuses these"},
    Rule{"Object does not exist on the server", "GitLfsFailed", lost},
    Rule{"batch response: 404", "GitLfsFailed", lost},
    Rule{"Repository or object not found", "GitLfsFailed",
         "there are no large files (LFS) of it on its server, or the credentials may not see them"},
    Rule{"git-lfs-authenticate", "GitLfsFailed",
         "the server gives no large files (LFS) over ssh; name their server by lfs.url in "
         ".lfsconfig, or write an https URL"},
    Rule{"git-lfs: not found", "GitLfsFailed", "it has large files, and git-lfs is not installed"},
    Rule{"smudge filter lfs failed", "GitLfsFailed", "its large files (LFS) cannot be fetched",
         Kind::Transient},
    Rule{"The requested URL returned error: 429", "HostUnreachable", busy, Kind::Transient},
    Rule{"The requested URL returned error: 5", "HostUnreachable", busy, Kind::Transient},
    Rule{"Connection closed by", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"closed by remote host", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"Broken pipe", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"Connection reset by", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"not responding", "HostUnreachable", silent, Kind::Transient},
    Rule{"early EOF", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"RPC failed", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"remote end hung up", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"Empty reply from server", "HostUnreachable", "the connection broke off", Kind::Transient},
};

constexpr std::array rclone_rules{
    Rule{"Failed to load filters", "ModelSourceRefused",
         "source.include or source.exclude has a pattern with a bracket or brace that is not "
         "closed, or a wrong {{regular expression}}; mend it"},
    Rule{"can't limit to single files when using filters", "ModelSourceRefused",
         "source.include and source.exclude choose files of a folder, and url names one file; "
         "remove them, or name the folder"},
    Rule{
        "knownhosts: key is unknown", "HostKeyUnknown",
        "the server's host key is not known; write all lines that ssh-keyscan prints for the host, "
        "compared with what the server's owner publishes, into the Secret as knownHosts"},
    Rule{
        "knownhosts: key mismatch", "HostKeyChanged",
        "the server shows another host key than the known one, so it may not be the server it "
        "seems; when its owner confirms the new key, replace knownHosts in the Secret by all lines "
        "that ssh-keyscan prints for the host"},
    Rule{"parse known_hosts_file", "HostKeyUnknown",
         "the Secret's knownHosts is not what ssh-keyscan prints; write that"},
    Rule{"passphrase protected", "ModelSourceRefused",
         "the private key has a passphrase, and nobody is there to enter it; put one without into "
         "the Secret (ssh-keygen -p takes it off)"},
    Rule{"failed to parse private key file", "ModelSourceRefused",
         "the Secret's privateKey is no private key; put the whole file there, from -----BEGIN to "
         "-----END"},
    Rule{"ssh: unable to authenticate", "ModelSourceRefused",
         "the server refuses the user, the password or the private key"},
    Rule{"SSH_FX_PERMISSION_DENIED", "ModelSourceRefused", "access is denied to this user"},
    Rule{"googleapi: Error 401", "ModelSourceRefused",
         "the bucket is not public, and no credentials are given"},
    Rule{"googleapi: Error 403", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"googleapi: Error 404", "ModelSourceMissing", "there is no such bucket"},
    Rule{"googleapi: Error 429", "HostUnreachable", busy, Kind::Transient},
    Rule{"googleapi: Error 5", "HostUnreachable", busy, Kind::Transient},
    Rule{"cannot fetch token: 4", "ModelSourceRefused", "the service account is not taken"},
    Rule{"private key should be a PEM", "ModelSourceRefused",
         "the service account's JSON has no valid private_key"},
    Rule{"error processing credentials", "ModelSourceRefused",
         "serviceAccountJson is not the key file of a service account"},
    Rule{"failed to parse credentials", "ModelSourceRefused",
         "the Secret's accountKey is not base64, as the account's keys are"},
    Rule{"in SAS URL and container", "ModelSourceRefused",
         "the Secret's sasUrl is for another container"},
    Rule{"ServiceCode=ContainerNotFound", "ModelSourceMissing", "there is no such container"},
    Rule{"ServiceCode=Auth", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"ServiceCode=NoAuth", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"ServiceCode=ServerBusy", "HostUnreachable", busy, Kind::Transient},
    Rule{"InvalidAccessKeyId", "ModelSourceRefused", "the access key is not known"},
    Rule{"SignatureDoesNotMatch", "ModelSourceRefused", "the secret key is wrong"},
    Rule{"AccessDenied", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"Forbidden", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"status code: 403", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"403 Forbidden", "ModelSourceRefused", "access is denied with these credentials"},
    Rule{"401 Unauthorized", "ModelSourceRefused", "the server refuses the credentials"},
    Rule{"NoSuchBucket", "ModelSourceMissing", "there is no such bucket"},
    Rule{"NoSuchKey", "ModelSourceMissing", "there is no such object"},
    Rule{"directory not found", "ModelSourceMissing", "there is nothing at this address"},
    Rule{"object not found", "ModelSourceMissing", "there is nothing at this address"},
    Rule{"404 Not Found", "ModelSourceMissing", "there is nothing at this address"},
    Rule{"429 Too Many", "HostUnreachable", busy, Kind::Transient},
    Rule{"status code: 5", "HostUnreachable", busy, Kind::Transient},
    Rule{"SlowDown", "HostUnreachable", busy, Kind::Transient},
    Rule{"500 Internal", "HostUnreachable", busy, Kind::Transient},
    Rule{"502 Bad", "HostUnreachable", busy, Kind::Transient},
    Rule{"503 Service", "HostUnreachable", busy, Kind::Transient},
    Rule{"unexpected EOF", "HostUnreachable", "the connection broke off", Kind::Transient},
    Rule{"connection reset", "HostUnreachable", "the connection broke off", Kind::Transient},
};

template <std::size_t N>
const Rule* find(const std::array<Rule, N>& rules, std::string_view output) {
  const auto* const found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
    return output.find(rule.text) != std::string_view::npos;
  });
  return found == rules.end() ? nullptr : found;
}

template <std::size_t N>
Failure failure(const std::array<Rule, N>& rules, std::string_view output, const std::string& url,
                const char* program) {
  const auto* rule = find(volume_rules, output);
  if (rule == nullptr) rule = find(network_rules, output);
  if (rule == nullptr) rule = find(rules, output);
  if (rule == nullptr) {
    const auto said = last_line(output);
    const bool is_servers = said.rfind("remote:", 0) == 0;  // may repeat what it was sent
    return {"SyncFailed",
            url + ": " + program + (said.empty() || is_servers ? " failed" : " says: " + said),
            Kind::Transient};
  }
  return {std::string(rule->reason), url + ": " + std::string(rule->message), rule->kind};
}

}  // namespace

Failure git_failure(std::string_view output, const std::string& url) {
  // after what ssh or its server says
  output = output.substr(0, output.find("fatal: Could not read from remote repository"));
  return failure(git_rules, output, url, "git");
}

Failure rclone_failure(std::string_view output, const std::string& url) {
  return failure(rclone_rules, output, url, "rclone");
}

Failure volume_failure(int error, const std::string& what) {
  if (error == ENOSPC || error == EDQUOT) return {"VolumeFull", what + ": " + std::string(full)};
  if (error == EROFS) return {"VolumeReadOnly", what + ": " + std::string(read_only)};
  if (error == EACCES || error == EPERM) {
    return {"VolumeReadOnly",
            what +
                ": the volume cannot be written by this user; set runAsUser and runAsGroup of "
                "the Dataset to one that can"};
  }
  return {"SyncFailed", what + ": " + std::generic_category().message(error), Kind::Transient};
}

std::string last_line(std::string_view output, std::size_t longest) {
  const auto end = output.find_last_not_of(" \r\n\t");
  if (end == std::string_view::npos) return {};
  output = output.substr(0, end + 1);
  const auto begin = output.find_last_of("\r\n");
  if (begin != std::string_view::npos) output.remove_prefix(begin + 1);
  return std::string(output.substr(0, longest));
}

}  // namespace content
