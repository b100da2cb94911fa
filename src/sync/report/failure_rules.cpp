#include "sync/report/failure_rules.h"

#include <array>

namespace content {
namespace {

using enum Failure::Kind;
using message::broken;
using message::busy;
using message::in_trouble;

constexpr std::string_view unresolved =
    "the host name cannot be resolved; check its spelling and the cluster's DNS";
constexpr std::string_view refused = "the host refuses the connection; check port and server";
constexpr std::string_view no_connection =
    "the host refuses the connection or does not answer; check host, port and server";
constexpr std::string_view silent = "the host does not answer";
constexpr std::string_view quiet =
    "the host accepts the connection and then sends almost nothing for minutes; ask its owner, and "
    "check proxies and firewalls on the way";
constexpr std::string_view expired =
    "the server's certificate has expired, or the clock here is wrong; have the certificate "
    "renewed";
constexpr std::string_view unknown_authority =
    "the server's certificate is self-signed or of an unknown authority; add the authority to "
    "sync.caBundle of the operator's configuration";
constexpr std::string_view other_name =
    "the server's certificate is for another host name; write the name that it has into the URL, "
    "or have the certificate renewed";
constexpr std::string_view untrusted =
    "the server's certificate is not trusted; it may be expired, self-signed or for another name";

constexpr std::string_view lost =
    "the server lacks one of its large files (LFS); push it again (git lfs push --all)";

constexpr std::array volume_table{
    Rule{"No space left on device", "VolumeFull", message::full},
    Rule{"no space left on device", "VolumeFull", message::full},
    Rule{"file too big for remaining disk space", "VolumeFull", message::full},
    Rule{"Disk quota exceeded", "VolumeQuotaExceeded", message::over_quota},
    Rule{"disk quota exceeded", "VolumeQuotaExceeded", message::over_quota},
    Rule{"Read-only file system", "VolumeReadOnly", message::read_only},
    Rule{"read-only file system", "VolumeReadOnly", message::read_only},
    Rule{"File name too long", "SyncFailed", message::long_name},
    Rule{"file name too long", "SyncFailed", message::long_name},
};

constexpr std::array network_table{
    Rule{"Could not resolve host", "HostUnknown", unresolved, Transient},
    Rule{"no such host", "HostUnknown", unresolved, Transient},
    Rule{"Connection refused", "HostUnreachable", refused, Transient},
    Rule{"connection refused", "HostUnreachable", refused, Transient},
    Rule{"Failed to connect", "HostUnreachable", no_connection, Transient},
    Rule{"timed out", "HostUnreachable", silent, Transient},
    Rule{"Operation too slow", "HostUnreachable", quiet, Transient},
    Rule{"timeout awaiting response headers", "HostUnreachable", quiet, Transient},
    Rule{"i/o timeout", "HostUnreachable", silent, Transient},
    Rule{"No route to host", "HostUnreachable", silent, Transient},
    Rule{"no route to host", "HostUnreachable", silent, Transient},
    Rule{"Network is unreachable", "HostUnreachable", silent, Transient},
    Rule{"network is unreachable", "HostUnreachable", silent, Transient},
    Rule{"certificate has expired", "TLSVerificationFailed", expired},
    Rule{"self-signed certificate", "TLSVerificationFailed", unknown_authority},
    Rule{"self signed certificate", "TLSVerificationFailed", unknown_authority},
    Rule{"unknown authority", "TLSVerificationFailed", unknown_authority},
    Rule{"unable to get local issuer", "TLSVerificationFailed", unknown_authority},
    Rule{"does not match target host name", "TLSVerificationFailed", other_name},
    Rule{"no alternative certificate subject name", "TLSVerificationFailed", other_name},
    Rule{"x509: certificate is valid for", "TLSVerificationFailed", other_name},
    Rule{"x509: certificate is not valid for", "TLSVerificationFailed", other_name},
    Rule{"x509: cannot validate certificate for", "TLSVerificationFailed", other_name},
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

constexpr std::string_view no_repository =
    "the server's answer is not that of a git repository but may be a login page; check the URL "
    "and what the credentials may read";

constexpr std::array git_table{
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
    Rule{"The requested URL returned error: 403", "GitAccessDenied",
         "the server denies access with these credentials; check what they may read"},
    Rule{"The requested URL returned error: 404", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"' not found", "GitRepositoryNotFound",
         "there is no such repository, or the credentials may not see it"},
    Rule{"not valid: is this a git repository?", "UnexpectedAnswer", no_repository},
    Rule{"invalid server response", "UnexpectedAnswer", no_repository},
    Rule{"bad line length character", "UnexpectedAnswer", no_repository},
    Rule{"dumb http transport does not support", "UnexpectedAnswer",
         "the server gives a repository as plain files and does not speak git's own protocol; have "
         "it served by git http-backend or a git server"},
    Rule{"error: invalid path '", "SyncFailed",
         "it has a file that git does not check out for its name, such as one in a folder .git; "
         "remove it from the repository"},
    Rule{"are no valid working-tree-encodings", "SyncFailed",
         "working-tree-encoding in .gitattributes has no value; write one, such as "
         "working-tree-encoding=UTF-16LE, or remove it"},
    Rule{"unable to update url base from redirection", "GitRedirected", message::redirected},
    Rule{"The requested URL returned error: 30", "GitRedirected", message::redirected},
    Rule{"No url found for submodule", "GitSubmoduleRefused",
         "its .gitmodules has no valid name and URL for a submodule; mend it"},
    Rule{"couldn't find remote ref", "GitReferenceNotFound", "there is no such branch or tag"},
    Rule{"not our ref", "GitReferenceNotFound", "the server has no such commit"},
    Rule{"unadvertised object", "GitReferenceNotFound",
         "the server does not give out this commit; name a branch or tag that has it"},
    Rule{"batch response: Authentication required", "GitAuthenticationFailed",
         "the server of its large files (LFS) asks for credentials, or refuses these; accept the "
         "licence or give a token that may read it"},
    Rule{"Object does not exist on the server", "GitLfsFailed", lost},
    Rule{"batch response: 404", "GitLfsFailed", lost},
    Rule{"Repository or object not found", "GitLfsFailed",
         "there are no large files (LFS) of it on its server, or the credentials may not see them"},
    Rule{"git-lfs-authenticate", "GitLfsFailed", message::no_large_files_over_ssh},
    Rule{"git-lfs: not found", "GitLfsFailed", "it has large files, and git-lfs is not installed"},
    Rule{"'lfs' is not a git command", "GitLfsFailed",
         "it has large files, and git-lfs is not installed"},
    Rule{"failed to fetch some objects", "GitLfsFailed", "its large files (LFS) cannot be fetched",
         Transient},
    Rule{"smudge filter lfs failed", "GitLfsFailed", "its large files (LFS) cannot be fetched",
         Transient},
    Rule{"The requested URL returned error: 429", "ServerBusy", busy, Transient},
    Rule{"The requested URL returned error: 5", "ServerFailed", in_trouble, Transient},
    Rule{"Connection closed by", "ConnectionLost", broken, Transient},
    Rule{"closed by remote host", "ConnectionLost", broken, Transient},
    Rule{"Broken pipe", "ConnectionLost", broken, Transient},
    Rule{"Connection reset by", "ConnectionLost", broken, Transient},
    Rule{"not responding", "HostUnreachable", silent, Transient},
    Rule{"early EOF", "ConnectionLost", broken, Transient},
    Rule{"unexpected disconnect", "ConnectionLost", broken, Transient},
    Rule{"RPC failed", "ConnectionLost", broken, Transient},
    Rule{"remote end hung up", "ConnectionLost", broken, Transient},
    Rule{"Empty reply from server", "ConnectionLost", broken, Transient},
};

constexpr std::string_view damaged =
    "git finds that what the dataset has of the repository is damaged; it is fetched again";

// What is damaged on its way, such as "pack has bad object at offset 12", is not among these.
constexpr std::array local_git_table{
    Rule{" died of signal 9", "OutOfMemory", message::out_of_memory},
    Rule{"Cannot allocate memory", "OutOfMemory", message::out_of_memory},
    Rule{"Out of memory, ", "OutOfMemory", message::out_of_memory},
    Rule{": out of memory", "OutOfMemory", message::out_of_memory},
    Rule{"fatal: bad object ", "SyncFailed", damaged, Damage},
    Rule{"bad tree object", "SyncFailed", damaged, Damage},
    Rule{"missing object", "SyncFailed", damaged, Damage},
    Rule{"missing blob", "SyncFailed", damaged, Damage},
    Rule{"not a tree object", "SyncFailed", damaged, Damage},
    Rule{"reference is not a tree", "SyncFailed", damaged, Damage},
    Rule{"unable to read tree", "SyncFailed", damaged, Damage},
    Rule{"unable to read sha1 file", "SyncFailed", damaged, Damage},
    Rule{"unable to read blob", "SyncFailed", damaged, Damage},
    Rule{"error: Could not read ", "SyncFailed", damaged, Damage},
    Rule{"failed to read object", "SyncFailed", damaged, Damage},
    Rule{"could not get object info", "SyncFailed", damaged, Damage},
    Rule{"cannot read existing object", "SyncFailed", damaged, Damage},
    Rule{"did not send all necessary objects", "SyncFailed", damaged, Damage},
    Rule{"unresolved delta", "SyncFailed", damaged, Damage},
    Rule{"possible repository corruption", "SyncFailed", damaged, Damage},
    Rule{") is corrupt", "SyncFailed", damaged, Damage},
    Rule{"corrupt loose object", "SyncFailed", damaged, Damage},
    Rule{"unable to unpack", "SyncFailed", damaged, Damage},
    Rule{"unknown object type", "SyncFailed", damaged, Damage},
    Rule{".pack cannot be accessed", "SyncFailed", damaged, Damage},
    Rule{".pack does not match index", "SyncFailed", damaged, Damage},
    Rule{"end of packfile", "SyncFailed", damaged, Damage},
    Rule{"to be a packfile", "SyncFailed", damaged, Damage},
    Rule{"is not a GIT packfile", "SyncFailed", damaged, Damage},
    Rule{".idx is too small", "SyncFailed", damaged, Damage},
    Rule{"wrong index v", "SyncFailed", damaged, Damage},
    Rule{"not a git repository (", "SyncFailed", damaged, Damage},
    Rule{"bad shallow line", "SyncFailed", damaged, Damage},
    Rule{" in file ./config", "SyncFailed", damaged, Damage},
    Rule{"/packed-refs: ", "SyncFailed", damaged, Damage},
    Rule{"reference broken", "SyncFailed", damaged, Damage},
    Rule{"trying to write ref", "SyncFailed", damaged, Damage},
    // A branch that has become a folder of branches, which one fetch of it alone cannot remove.
    Rule{"exists; cannot create", "SyncFailed", damaged, Damage},
};

constexpr std::string_view wrong_login =
    "the registry asks for a login, or does not take this one; name a ContainerRegistry in "
    "source.containerRegistry, and check its username and password";

constexpr std::string_view stays_encrypted =
    "the registry leads from https to http, where anybody on the way could read and change what it "
    "sends; name one that stays with https";

constexpr std::array oci_table{
    Rule{"realm host", "ModelSourceRefused",
         "the registry asks to log in at an address that only the node or the pod has; ask its "
         "owner"},
    Rule{"HTTPS to HTTP redirect", "ModelSourceRefused", stays_encrypted},
    Rule{"uses http but registry was contacted over https", "ModelSourceRefused", stays_encrypted},
    Rule{"server gave HTTP response to HTTPS client", "ModelSourceRefused",
         "the registry speaks http, where anybody on the way could read the login and change what "
         "it sends; have it speak https"},
    Rule{"invalid reference", "ModelSourceRefused",
         "is no reference that a registry can have; write oci://REGISTRY/REPOSITORY:TAG"},
    Rule{"basic credential not found", "ModelAuthenticationFailed", wrong_login},
    Rule{"answers 401", "ModelAuthenticationFailed", wrong_login},
    Rule{"answers 403", "ModelAccessDenied",
         "the registry does not let this login, or nobody without one, read the repository, or has "
         "no such repository; name a ContainerRegistry with the right to pull in "
         "source.containerRegistry"},
    Rule{"answers 404", "ModelSourceMissing",
         "the registry has no such repository, tag or digest; check the spelling, and what the "
         "login may see"},
    Rule{"answers 429", "ServerBusy", busy, Transient},
    Rule{"answers 5", "ServerFailed", in_trouble, Transient},
    Rule{"invalid character", "UnexpectedAnswer",
         "the answer is not that of a registry but may be a login page; check the address"},
    Rule{"mismatch", "UnexpectedAnswer",
         "the registry sends something else than what has the digest; push it again, or ask the "
         "registry's owner"},
    Rule{"Content-Type", "UnexpectedAnswer",
         "the answer is not that of a registry; check the address"},
    Rule{"failed to decode response", "UnexpectedAnswer",
         "the server at which the registry asks to log in does not give a token; ask its owner"},
    Rule{"unexpected EOF", "ConnectionLost", broken, Transient},
    Rule{"connection reset", "ConnectionLost", broken, Transient},
};

}  // namespace

std::span<const Rule> volume_rules() {
  return volume_table;
}

std::span<const Rule> network_rules() {
  return network_table;
}

std::span<const Rule> git_rules() {
  return git_table;
}

std::span<const Rule> local_git_rules() {
  return local_git_table;
}

std::span<const Rule> oci_rules() {
  return oci_table;
}

}  // namespace content
