#include "sync/report/failure_rules.h"

#include <array>

namespace content {
namespace {

using enum Failure::Kind;
using message::broken;
using message::busy;
using message::in_trouble;

constexpr std::string_view denied =
    "access is denied; the Model's secretName must name a Secret with credentials that may read "
    "it";

// Of S3's, with the object's key: archived_key().
constexpr std::string_view archived_blob =
    "a blob is in the archive tier; give it another tier first, or leave it out by source.exclude";

constexpr std::string_view no_url =
    "source.url or source.endpoint is no valid URL; a % that is not followed by two hexadecimal "
    "digits is written as %25";

constexpr std::string_view no_identity =
    "the cloud gives the pod no credentials; set up the identity of its service account "
    "and restart the pod, or remove source.auth and name a Secret";

// In the words of the SDKs of AWS, Google and Azure. Agents of a node that has just begun come
// late.
constexpr std::array identity_table{
    Rule{"failed to refresh cached credentials", "ModelAuthenticationFailed", no_identity,
         Transient},
    Rule{"could not find default credentials", "ModelAuthenticationFailed", no_identity, Transient},
    Rule{"metadata: GCE metadata", "ModelAuthenticationFailed", no_identity, Transient},
    Rule{"DefaultAzureCredential", "ModelAuthenticationFailed", no_identity, Transient},
};

constexpr std::array rclone_table{
    Rule{"failed to reload \"filter\" options", "ModelSourceRefused",
         "source.include or source.exclude has a pattern with a bracket or brace that is not "
         "closed, or a wrong {{regular expression}}; mend it"},
    Rule{"can't limit to single files when using filters", "ModelSourceRefused",
         "source.include and source.exclude choose files of a folder, and url names one file; "
         "remove them, or name the folder"},
    Rule{"invalid URL escape", "ModelSourceRefused", no_url},
    Rule{"was not a valid URI", "ModelSourceRefused", no_url},
    Rule{"invalid input region", "ModelSourceRefused",
         "source.region has characters that no region has; write the one that the bucket is in"},
    Rule{"refusing to follow HTTPS to HTTP redirect", "ModelSourceRefused",
         "the server redirects from https to http, where anybody on the way could read and change "
         "what it sends; name an address that stays with https"},
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
    Rule{"ssh: unable to authenticate", "ModelAuthenticationFailed",
         "the server refuses the user, the password or the private key; check the user in the URL "
         "and "
         "the Secret's keys"},
    Rule{"SSH_FX_PERMISSION_DENIED", "ModelAccessDenied",
         "the user may not read this folder; let them read it, or name another"},
    Rule{"googleapi: Error 401", "ModelAuthenticationFailed",
         "the bucket is not public, and no credentials are given; name a Secret in "
         "source.secretName"},
    Rule{"googleapi: Error 403", "ModelAccessDenied", denied},
    Rule{"googleapi: Error 404", "ModelBucketMissing", message::no_bucket},
    Rule{"googleapi: Error 429", "ServerBusy", busy, Transient},
    Rule{"googleapi: Error 5", "ServerFailed", in_trouble, Transient},
    Rule{"cannot fetch token: 4", "ModelAuthenticationFailed",
         "Google refuses the service account's key; make a new one, and put its JSON into the "
         "Secret "
         "as serviceAccountJson"},
    Rule{"private key should be a PEM", "ModelSourceRefused",
         "the service account's JSON has no valid private_key; put the whole key file into the "
         "Secret"},
    Rule{"error processing credentials", "ModelSourceRefused",
         "serviceAccountJson is not the key file of a service account; put the whole file there"},
    Rule{"decode account key", "ModelSourceRefused",
         "the Secret's accountKey is not base64; copy one of the account's keys as Azure shows it"},
    Rule{"container name in SAS URL", "ModelSourceRefused",
         "the Secret's sasUrl is for another container; write one for that of source.url"},
    Rule{"ERROR CODE: ContainerNotFound", "ModelBucketMissing", message::no_container},
    Rule{"Server failed to authenticate the request", "ModelAuthenticationFailed",
         "account and accountKey, or sasUrl, are wrong; correct them in the Secret"},
    Rule{"blob in archive tier", "ModelSourceArchived", archived_blob},
    Rule{"ERROR CODE: BlobArchived", "ModelSourceArchived", archived_blob},
    Rule{"ERROR CODE: AuthenticationFailed", "ModelAuthenticationFailed",
         "account and accountKey, or sasUrl, are wrong; correct them in the Secret"},
    Rule{"ERROR CODE: Auth", "ModelAccessDenied", denied},
    Rule{"ERROR CODE: NoAuth", "ModelAccessDenied", denied},
    Rule{"ERROR CODE: ServerBusy", "ServerBusy", busy, Transient},
    Rule{"InvalidBucketName", "ModelSourceRefused",
         "source.url has no valid name of a bucket; it has 3 to 63 lower-case letters, digits, '-' "
         "and '.'"},
    Rule{"InvalidAccessKeyId", "ModelAuthenticationFailed",
         "the access key is not known; correct accessKeyId in the Secret"},
    Rule{"SignatureDoesNotMatch", "ModelAuthenticationFailed",
         "the secret key is wrong; correct secretAccessKey in the Secret"},
    Rule{"AccessDenied", "ModelAccessDenied", denied},
    Rule{"Forbidden", "ModelAccessDenied", denied},
    Rule{"StatusCode: 403", "ModelAccessDenied", denied},
    Rule{"RESPONSE 403", "ModelAccessDenied", denied},
    Rule{"403 Forbidden", "ModelAccessDenied", denied},
    Rule{"401 Unauthorized", "ModelAuthenticationFailed",
         "the server refuses the credentials; correct them in the Secret"},
    Rule{"NoSuchBucket", "ModelBucketMissing", message::no_bucket},
    Rule{"NoSuchKey", "ModelSourceMissing", "there is no such object; check source.url"},
    Rule{"directory not found", "ModelSourceMissing", message::nothing},
    Rule{"object not found", "ModelSourceMissing", message::nothing},
    Rule{"404 Not Found", "ModelSourceMissing", message::nothing},
    Rule{"can't parse content type", "UnexpectedAnswer",
         "the server's answer is no listing, a web page with links to files; write the URL of one "
         "file, or have the server list the folder"},
    Rule{"405 Method Not Allowed", "UnexpectedAnswer",
         "the server lists the folder and tells nothing of its files without sending them (HEAD is "
         "answered with 405); have it answer HEAD, or write the URL of one file"},
    Rule{"429 Too Many", "ServerBusy", busy, Transient},
    Rule{"SlowDown", "ServerBusy", busy, Transient},
    Rule{"504 Gateway", "ServerFailed", in_trouble, Transient},
    Rule{"StatusCode: 5", "ServerFailed", in_trouble, Transient},
    Rule{"RESPONSE 5", "ServerFailed", in_trouble, Transient},
    Rule{"500 Internal", "ServerFailed", in_trouble, Transient},
    Rule{"502 Bad", "ServerFailed", in_trouble, Transient},
    Rule{"503 Service", "ServerFailed", in_trouble, Transient},
    Rule{"unexpected EOF", "ConnectionLost", broken, Transient},
    Rule{"connection reset", "ConnectionLost", broken, Transient},
};

}  // namespace

std::span<const Rule> identity_rules() {
  return identity_table;
}

std::span<const Rule> rclone_rules() {
  return rclone_table;
}

}  // namespace content
