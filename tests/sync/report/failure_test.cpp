#include "sync/report/failure.h"

#include "base/process.h"

#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>

using namespace content;
using Catch::Matchers::StartsWith;

namespace {

struct Case {
  std::string output;
  const char* reason;
  const char* message;
  Failure::Kind kind;
};

/// How rclone tells an answer of Azure.
std::string azure(const std::string& status, const std::string& code) {
  const auto line = std::string(80, '-') + "\n";
  return "Failed to create file system for \"source:models/llm\": HEAD https://h/models/llm\n" +
         line + "RESPONSE " + status.substr(0, 3) + ": " + status + "\n" + code + "\n" + line +
         "AccessDenied: you sent canary-4711\n" + line;
}

}  // namespace

TEST_CASE("what git says becomes a stable reason and a remedy") {
  const auto said = GENERATE(
      Case{"remote: Invalid username or password.\nfatal: Authentication failed for 'https://h/r/'",
           "GitAuthenticationFailed",
           "URL: the server refuses the credentials; check username and password",
           Failure::Kind::Permanent},
      Case{"fatal: could not read Username for 'https://h': terminal prompts disabled",
           "GitAuthenticationFailed",
           "URL: the server asks for credentials; give username and password",
           Failure::Kind::Permanent},
      Case{"error: The requested URL returned error: 403", "GitAccessDenied",
           "URL: the server denies access with these credentials; check what they may read",
           Failure::Kind::Permanent},
      Case{"fatal: repository 'https://h/r/' not found", "GitRepositoryNotFound",
           "URL: there is no such repository, or the credentials may not see it",
           Failure::Kind::Permanent},
      Case{"fatal: https://h/r/info/refs not valid: is this a git repository?", "UnexpectedAnswer",
           "URL: the server's answer is not that of a git repository but may be a login page; "
           "check the URL and what the credentials may read",
           Failure::Kind::Permanent},
      Case{"batch response: slow\nerror: failed to fetch some objects from 'https://h/r/info/lfs'",
           "GitLfsFailed", "URL: its large files (LFS) cannot be fetched",
           Failure::Kind::Transient},
      Case{"[e0] Object does not exist on the server: [404]", "GitLfsFailed",
           "URL: the server lacks one of its large files (LFS); push it again (git lfs push "
           "--all)",
           Failure::Kind::Permanent},
      Case{"git: 'lfs' is not a git command. See 'git --help'.", "GitLfsFailed",
           "URL: it has large files, and git-lfs is not installed", Failure::Kind::Permanent},
      Case{"fatal: couldn't find remote ref refs/heads/x", "GitReferenceNotFound",
           "URL: there is no such branch or tag", Failure::Kind::Permanent},
      Case{"fatal: remote error: upload-pack: not our ref 1234", "GitReferenceNotFound",
           "URL: the server has no such commit", Failure::Kind::Permanent},
      Case{"fatal: unable to access 'https://h/': Could not resolve host: h", "HostUnknown",
           "URL: h: the host name cannot be resolved; check its spelling and the cluster's DNS",
           Failure::Kind::Transient},
      Case{
          "fatal: unable to access 'https://h/': Failed to connect to h port 443 after 3 ms: "
          "Couldn't connect to server",
          "HostUnreachable",
          "URL: h: the host refuses the connection or does not answer; check host, port and server",
          Failure::Kind::Transient},
      Case{"fatal: unable to access 'https://h/': SSL certificate problem: self-signed certificate",
           "TLSVerificationFailed",
           "URL: h: the server's certificate is self-signed or of an unknown authority; add the "
           "authority to sync.caBundle of the operator's configuration",
           Failure::Kind::Permanent},
      Case{"fatal: unable to access 'https://h/': server certificate verification failed. CAfile: "
           "/etc/ssl/certs/ca-certificates.crt CRLfile: none",
           "TLSVerificationFailed",
           "URL: h: the server's certificate is not trusted; it may be expired, self-signed or for "
           "another name",
           Failure::Kind::Permanent},
      Case{
          "error: RPC failed; curl 28 Operation too slow. Less than 1 bytes/sec transferred the "
          "last 300 seconds\nfatal: early EOF",
          "HostUnreachable",
          "URL: the host accepts the connection and then sends almost nothing for minutes; ask its "
          "owner, and check proxies and firewalls on the way",
          Failure::Kind::Transient},
      Case{"error: The requested URL returned error: 503", "ServerFailed",
           "URL: the server is in trouble (an error 5xx); ask its owner", Failure::Kind::Transient},
      Case{"error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429",
           "ServerBusy", "URL: the server asks to slow down (too many requests)",
           Failure::Kind::Transient},
      Case{"error: file write error: No space left on device\nfatal: unable to write file",
           "VolumeFull", "URL: the volume is full; make it larger or remove files from it",
           Failure::Kind::Permanent},
      Case{"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n"
           "fatal: Could not read from remote repository.",
           "HostKeyChanged",
           "URL: the server shows another host key than the known one, so it may not be the server "
           "it seems; when its owner confirms the new key, replace the old one in the Secret, as "
           "NAME.known_hosts, NAME being the key that password names, or in sync.knownHosts of the "
           "operator's configuration (ssh-keyscan prints it)",
           Failure::Kind::Permanent},
      Case{"@ WARNING: REVOKED HOST KEY DETECTED! @\nHost key verification failed.",
           "HostKeyChanged", "URL: the server shows a host key that is revoked",
           Failure::Kind::Permanent},
      Case{"No ED25519 host key is known for h and you have requested strict checking.\n"
           "Host key verification failed.",
           "HostKeyUnknown",
           "URL: the server's host key is not known; write what ssh-keyscan prints for the host, "
           "compared with what the server's owner publishes, into the Secret as NAME.known_hosts, "
           "NAME being the key that password names, or into sync.knownHosts of the operator's "
           "configuration",
           Failure::Kind::Permanent},
      Case{"git@h: Permission denied (publickey,keyboard-interactive).\n"
           "fatal: Could not read from remote repository.",
           "GitAuthenticationFailed",
           "URL: the server does not take the private key; give it the public key, and check the "
           "user in the URL",
           Failure::Kind::Permanent},
      Case{"ERROR: Repository not found.\nfatal: Could not read from remote repository.",
           "GitRepositoryNotFound",
           "URL: there is no such repository, or the credentials may not see it",
           Failure::Kind::Permanent},
      Case{"No user exists for uid 4711\nfatal: Could not read from remote repository.",
           "SyncFailed",
           "URL: ssh needs a name for the user that it runs as; add libnss-wrapper to the image of "
           "gradient-sync",
           Failure::Kind::Permanent},
      Case{"ssh: Could not resolve hostname h: Name or service not known", "HostUnknown",
           "URL: h: the host name cannot be resolved; check its spelling and the cluster's DNS",
           Failure::Kind::Transient},
      Case{"kex_exchange_identification: Connection closed by remote host\n"
           "Connection closed by 10.0.0.1 port 22",
           "ConnectionLost", "URL: the connection broke off", Failure::Kind::Transient},
      Case{"Connection to 10.0.0.1 closed by remote host.\n"
           "fatal: Could not read from remote repository.",
           "ConnectionLost", "URL: the connection broke off", Failure::Kind::Transient},
      Case{"sh: 1: git-upload-pack: not found\nfatal: Could not read from remote repository.\n\n"
           "Please make sure you have the correct access rights\nand the repository exists.",
           "SyncFailed", "URL: git says: sh: 1: git-upload-pack: not found",
           Failure::Kind::Transient},
      Case{"error: unable to create file xxx: File name too long\nfatal: unable to checkout",
           "SyncFailed",
           "URL: a file's name is longer than the volume takes; make it shorter in the source",
           Failure::Kind::Permanent},
      Case{"error: invalid path '.git/config'\nfatal: unable to checkout working tree",
           "SyncFailed",
           "URL: it has a file that git does not check out for its name, such as one in a folder "
           ".git; remove it from the repository",
           Failure::Kind::Permanent},
      Case{"fatal: dumb http transport does not support shallow capabilities", "UnexpectedAnswer",
           "URL: the server gives a repository as plain files and does not speak git's own "
           "protocol; have it served by git http-backend or a git server",
           Failure::Kind::Permanent},
      Case{"error: index-pack died of signal 9\nfatal: fetch-pack: invalid index-pack output",
           "OutOfMemory",
           "URL: the helper cannot have more memory; raise sync.resources.limits.memory of the "
           "operator's configuration",
           Failure::Kind::Permanent},
      Case{"fatal: a thing nobody has seen", "SyncFailed",
           "URL: git says: fatal: a thing nobody has seen", Failure::Kind::Transient});
  const auto failure = git_failure(said.output, "URL");
  CHECK(failure.reason == said.reason);
  CHECK(std::string(failure.what()) == said.message);
  CHECK(failure.kind == said.kind);
}

TEST_CASE("who cannot be reached is named where the URL does not, as after a redirection") {
  const auto told = [](const Failure& failure) { return std::string(failure.what()); };
  const std::string url = "https://h/m";
  CHECK(told(rclone_failure("Get \"https://h/m\": dial tcp: lookup h: no such host", url)) ==
        "https://h/m: the host name cannot be resolved; check its spelling and the cluster's DNS");
  CHECK_THAT(told(rclone_failure("Get \"https://t0ken@cdn/x\": dial tcp: lookup cdn on "
                                 "10.0.0.10:53: no such host",
                                 url)),
             StartsWith("https://h/m: cdn: the host name cannot be resolved"));
  CHECK_THAT(told(rclone_failure("Get \"https://cdn:8443/x\": dial tcp 10.0.0.1:8443: connect: "
                                 "connection refused",
                                 url)),
             StartsWith("https://h/m: cdn:8443: the host refuses the connection"));
  CHECK_THAT(told(rclone_failure("Get \"https://h/m\": proxyconnect tcp: dial tcp 10.0.0.1:3128: "
                                 "connect: connection refused",
                                 url)),
             StartsWith("https://h/m: 10.0.0.1:3128: the host refuses the connection"));
  CHECK_THAT(told(rclone_failure("Get \"https://cdn/x\": tls: failed to verify certificate: x509: "
                                 "certificate has expired or is not yet valid",
                                 url)),
             StartsWith("https://h/m: cdn: the server's certificate has expired"));
  CHECK_THAT(told(git_failure("fatal: unable to access 'https://h/m/': Failed to connect to cdn "
                              "port 443 after 1 ms: Couldn't connect to server",
                              url)),
             StartsWith("https://h/m: cdn: the host refuses the connection"));
  CHECK_THAT(
      told(git_failure("ssh: connect to host h port 22: Connection refused", "git@h:o/r.git")),
      StartsWith("git@h:o/r.git: the host refuses the connection"));
}

TEST_CASE("git finds a repository on the volume damaged in many words") {
  for (const auto* said :
       {"fatal: bad object refs/gradient/11",
        "fatal: loose object 12 (stored in ./objects/1/2) is corrupt",
        "fatal: packed object 12 (stored in ./objects/pack/pack-1.pack) is corrupt",
        "error: file ./objects/pack/pack-1.pack is far too short to be a packfile\nfatal: x",
        "error: packfile ./objects/pack/pack-1.pack does not match index\nfatal: x",
        "fatal: packfile ./objects/pack/pack-1.pack cannot be accessed",
        "error: index file ./objects/pack/pack-1.idx is too small\nfatal: x",
        "fatal: unable to read tree 12", "error: unable to read sha1 file of a (12)",
        "fatal: missing object 12 for refs/gradient/12", "error: Could not read 12",
        "fatal: not a git repository (or any of the parent directories): .git",
        "fatal: bad shallow line: rubbish", "fatal: unexpected line in ./packed-refs: rubbish",
        "fatal: git upload-pack: aborting due to possible repository corruption on the remote side."
        "\nfatal: early EOF",
        "error: cannot lock ref 'refs/a/b': 'refs/a' exists; cannot create 'refs/a/b'"}) {
    INFO(said);
    CHECK(git_failure(said, "URL").kind == Failure::Kind::Damage);
  }
}

TEST_CASE("a server's damage, memory and volume are not ours") {
  for (const auto* said :
       {"remote: fatal: bad tree object 12\nfatal: early EOF",
        "remote: aborting due to possible repository corruption on the remote side.\n"
        "fatal: early EOF",
        "remote: fatal: Out of memory, malloc failed\nfatal: early EOF",
        "remote: fatal: write error: No space left on device\nfatal: early EOF",
        "fatal: pack has bad object at offset 12: inflate returned -3\nfatal: early EOF"}) {
    INFO(said);
    CHECK(git_failure(said, "URL").reason == "ConnectionLost");
  }
}

TEST_CASE("what rclone says becomes a stable reason and a remedy") {
  const auto said = GENERATE(
      Case{"error listing: operation error S3: ListObjectsV2, https response error StatusCode: "
           "403, RequestID: 1, HostID: 2, api error AccessDenied: Access Denied.",
           "ModelAccessDenied",
           "URL: access is denied; the Model's secretName must name a Secret with credentials that "
           "may "
           "read it",
           Failure::Kind::Permanent},
      Case{
          "Failed to lsjson: error in ListJSON: operation error S3: ListObjectsV2, https response "
          "error StatusCode: 400, RequestID: 1, HostID: 2, api error AuthorizationHeaderMalformed: "
          "The authorization header is malformed; the region is wrong; expecting 'eu-central-1'.",
          "ModelSourceRefused",
          "URL: the region is wrong; write the one that the bucket is in into source.region (the "
          "server expects eu-central-1)",
          Failure::Kind::Permanent},
      Case{"AuthorizationHeaderMalformed: The authorization header is malformed",
           "ModelSourceRefused",
           "URL: the region is wrong; write the one that the bucket is in into source.region",
           Failure::Kind::Permanent},
      Case{"https response error StatusCode: 400, RequestID: 1, HostID: 2, api error "
           "InvalidBucketName: The specified bucket is not valid.",
           "ModelSourceRefused",
           "URL: source.url has no valid name of a bucket; it has 3 to 63 lower-case letters, "
           "digits, '-' and '.'",
           Failure::Kind::Permanent},
      Case{"error listing: operation error S3: ListObjectsV2, https response error StatusCode: "
           "400, RequestID: 18EC48D461E2E4E6, HostID: 50e1cf54, api error Strange: A thing nobody "
           "has seen.",
           "SyncFailed",
           "URL: rclone says: error listing: operation error S3: ListObjectsV2, https response "
           "error StatusCode: 400, api error Strange: A thing nobody has seen.",
           Failure::Kind::Transient},
      Case{
          "operation error S3: ListObjects, exceeded maximum number of attempts, 1, https response "
          "error StatusCode: 0, RequestID: , HostID: , request send failed, Get \"https://h/b\": "
          "EOF",
          "SyncFailed",
          "URL: rclone says: operation error S3: ListObjects, exceeded maximum number of attempts, "
          "1, https response error StatusCode: 0, request send failed, Get \"https://h/b\": EOF",
          Failure::Kind::Transient},
      Case{"https response error StatusCode: 503, RequestID: , HostID: , api error "
           "ServiceUnavailable: Service Unavailable",
           "ServerFailed", "URL: the server is in trouble (an error 5xx); ask its owner",
           Failure::Kind::Transient},
      Case{"https response error StatusCode: 503, RequestID: 1, HostID: 2, api error SlowDown: "
           "Please reduce your request rate.",
           "ServerBusy", "URL: the server asks to slow down (too many requests)",
           Failure::Kind::Transient},
      Case{"InvalidAccessKeyId: The Access Key Id you provided does not exist in our records.",
           "ModelAuthenticationFailed",
           "URL: the access key is not known; correct accessKeyId in the Secret",
           Failure::Kind::Permanent},
      Case{"SignatureDoesNotMatch: The request signature we calculated does not match",
           "ModelAuthenticationFailed",
           "URL: the secret key is wrong; correct secretAccessKey in the Secret",
           Failure::Kind::Permanent},
      Case{"https response error StatusCode: 404, RequestID: 1, HostID: 2, NoSuchBucket: ",
           "ModelBucketMissing", "URL: there is no such bucket; check its name and source.endpoint",
           Failure::Kind::Permanent},
      Case{"error in ListJSON: directory not found", "ModelSourceMissing",
           "URL: there is nothing at this address; check source.url", Failure::Kind::Permanent},
      Case{"HTTP Error 404: 404 Not Found", "ModelSourceMissing",
           "URL: there is nothing at this address; check source.url", Failure::Kind::Permanent},
      Case{"HTTP Error: 401 Unauthorized", "ModelAuthenticationFailed",
           "URL: the server refuses the credentials; correct them in the Secret",
           Failure::Kind::Permanent},
      Case{"dial tcp: lookup h on 10.0.0.10:53: no such host", "HostUnknown",
           "URL: h: the host name cannot be resolved; check its spelling and the cluster's DNS",
           Failure::Kind::Transient},
      Case{"tls: failed to verify certificate: x509: certificate signed by unknown authority",
           "TLSVerificationFailed",
           "URL: the server's certificate is self-signed or of an unknown authority; add the "
           "authority to sync.caBundle of the operator's configuration",
           Failure::Kind::Permanent},
      Case{"oauth2: cannot fetch token: 400 Bad Request", "ModelAuthenticationFailed",
           "URL: Google refuses the service account's key; make a new one, and put its JSON into "
           "the Secret as serviceAccountJson",
           Failure::Kind::Permanent},
      Case{"googleapi: Error 404: The specified bucket does not exist., notFound",
           "ModelBucketMissing", "URL: there is no such bucket; check its name and source.endpoint",
           Failure::Kind::Permanent},
      Case{"googleapi: Error 403: no storage.objects.list access, forbidden", "ModelAccessDenied",
           "URL: access is denied; the Model's secretName must name a Secret with credentials that "
           "may "
           "read it",
           Failure::Kind::Permanent},
      Case{azure("404 The specified container does not exist.", "ERROR CODE: ContainerNotFound"),
           "ModelBucketMissing",
           "URL: there is no such container; check source.url and the account",
           Failure::Kind::Permanent},
      Case{azure("403 Forbidden", "ERROR CODE: AuthenticationFailed"), "ModelAuthenticationFailed",
           "URL: account and accountKey, or sasUrl, are wrong; correct them in the Secret",
           Failure::Kind::Permanent},
      Case{azure("403 Server failed to authenticate the request. Make sure the value of the "
                 "Authorization header is formed correctly including the signature.",
                 "ERROR CODE: AuthorizationFailure"),
           "ModelAuthenticationFailed",
           "URL: account and accountKey, or sasUrl, are wrong; correct them in the Secret",
           Failure::Kind::Permanent},
      Case{azure("403 This request is not authorized to perform this operation using this "
                 "permission.",
                 "ERROR CODE: AuthorizationPermissionMismatch"),
           "ModelAccessDenied",
           "URL: access is denied; the Model's secretName must name a Secret with credentials that "
           "may "
           "read it",
           Failure::Kind::Permanent},
      Case{azure("307 Temporary Redirect", "ERROR CODE UNAVAILABLE"), "SyncFailed",
           "URL: rclone says: Failed to create file system for \"source:models/llm\": HEAD "
           "https://h/models/llm: RESPONSE 307: 307 Temporary Redirect: ERROR CODE UNAVAILABLE",
           Failure::Kind::Transient},
      Case{"Failed to create file system for \"source:b/llm\": create new shared key credential "
           "failed: decode account key: illegal base64 data at input byte 3",
           "ModelSourceRefused",
           "URL: the Secret's accountKey is not base64; copy one of the account's keys as Azure "
           "shows it",
           Failure::Kind::Permanent},
      Case{"Failed to create file system for \"source:b/llm\": container name in SAS URL "
           "(\"other\") and container provided in command (\"b\") do not match",
           "ModelSourceRefused",
           "URL: the Secret's sasUrl is for another container; write one for that of source.url",
           Failure::Kind::Permanent},
      Case{"Failed to copy: failed to open source object: Object in DEEP_ARCHIVE, restore first: "
           "bucket=\"models\", key=\"llm/old.bin\"",
           "ModelSourceArchived",
           "URL: the object llm/old.bin is in an archive; restore it first, or leave it out by "
           "source.exclude",
           Failure::Kind::Permanent},
      Case{"Failed to copy: failed to open source object: blob in archive tier, you need to set "
           "tier "
           "to hot, cool, cold first",
           "ModelSourceArchived",
           "URL: a blob is in the archive tier; give it another tier first, or leave it out by "
           "source.exclude",
           Failure::Kind::Permanent},
      Case{"open /model/xxx: file name too long", "SyncFailed",
           "URL: a file's name is longer than the volume takes; make it shorter in the source",
           Failure::Kind::Permanent},
      Case{"write /model/x: no space left on device", "VolumeFull",
           "URL: the volume is full; make it larger or remove files from it",
           Failure::Kind::Permanent});
  const auto failure = rclone_failure(said.output, "URL");
  CHECK(failure.reason == said.reason);
  CHECK(std::string(failure.what()) == said.message);
  CHECK(failure.kind == said.kind);
}

TEST_CASE("a number inside a name is no status code") {
  const auto failure = rclone_failure("file model-404.bin: strange", "s3://bucket/500/403");
  CHECK(failure.reason == "SyncFailed");
}

TEST_CASE("what a server sends as text of its own is never repeated") {
  const auto failure = git_failure("remote: Authorization: Basic canary-4711\n", "URL");
  CHECK(std::string(failure.what()) == "URL: git failed");
  const auto error = git_failure("fatal: remote error: you sent canary-4711\n", "URL");
  CHECK(std::string(error.what()) == "URL: git failed");
}

TEST_CASE("a bucket that is missing is told as such, for which rclone has another word") {
  CHECK(rclone_failure("error in ListJSON: directory not found", "s3://b/llm").reason ==
        "ModelBucketMissing");
}

TEST_CASE("a question for another host's credentials is a redirection's") {
  const std::string asked =
      "fatal: could not read Username for 'https://other.example.com': terminal prompts disabled";
  CHECK(git_failure(asked, "https://git.example.com/app").reason == "GitRedirected");
  CHECK(git_failure(asked, "https://other.example.com/app").reason == "GitAuthenticationFailed");
}

TEST_CASE("quotas of a volume are told as such, as git and rclone say it") {
  CHECK(git_failure("fatal: write error: Disk quota exceeded", "URL").reason ==
        "VolumeQuotaExceeded");
  CHECK(rclone_failure("write /model/x: disk quota exceeded", "URL").reason ==
        "VolumeQuotaExceeded");
}

TEST_CASE("errors of the volume say what to change") {
  CHECK(std::string(volume_failure(ENOSPC, "/volume/a").what()) ==
        "/volume/a: the volume is full; make it larger or remove files from it");
  CHECK(volume_failure(EDQUOT, "/volume/a").reason == "VolumeQuotaExceeded");
  CHECK(volume_failure(EROFS, "/volume/a").reason == "VolumeReadOnly");
  const auto denied = volume_failure(EACCES, "/volume/a");
  CHECK(denied.reason == "VolumeReadOnly");
  CHECK(std::string(denied.what()).find("runAsUser and runAsGroup") != std::string::npos);
  CHECK(volume_failure(ENAMETOOLONG, "/volume/a").kind == Failure::Kind::Permanent);
  CHECK(volume_failure(EIO, "/volume/a").kind == Failure::Kind::Transient);
}

TEST_CASE("whatever is thrown is a failure that names what it is about") {
  const auto told = [](const std::exception& error) {
    const auto failure = as_failure(error);
    return failure.reason + ": " + failure.what() +
           (failure.kind == Failure::Kind::Transient ? " (transient)" : "");
  };
  const auto no_file = std::make_error_code(std::errc::no_such_file_or_directory);
  CHECK(told(Failure("HostUnknown", "h", Failure::Kind::Transient)) ==
        "HostUnknown: h (transient)");
  CHECK(told(std::filesystem::filesystem_error("open", "/volume/a",
                                               std::make_error_code(std::errc::no_space_on_device)))
            .starts_with("VolumeFull: /volume/a: "));
  CHECK(told(std::filesystem::filesystem_error("temp_directory_path", no_file)) ==
        "SyncFailed: filesystem error: temp_directory_path: No such file or directory (transient)");
  using base::ProcessError;
  CHECK(
      told(ProcessError(ProcessError::Cause::NotStarted, "rclone", "No such file or directory")) ==
      "SyncFailed: rclone cannot be run: No such file or directory");
  CHECK(told(ProcessError(ProcessError::Cause::TooMuch, "git", "its output is too long")) ==
        "SyncFailed: git: its output is too long");
  CHECK(told(std::system_error(EMFILE, std::generic_category(), "git cannot be run (pipe)")) ==
        "SyncFailed: git cannot be run (pipe): Too many open files (transient)");
  CHECK(told(std::bad_alloc()).starts_with("OutOfMemory: "));
  CHECK(told(std::runtime_error("/volume/a: cannot be read")) ==
        "SyncFailed: /volume/a: cannot be read");
}

TEST_CASE("a file in a wrong encoding is one however git tells its name") {
  const auto told = [](const std::string& line) {
    const auto failure = encoding_failure(line, "URL");
    return failure ? std::string(failure->what()).substr(0, 60) : "nothing";
  };
  CHECK(told("error: failed to encode 'a.txt' from UTF-8 to NOPE-7") ==
        "URL: a.txt cannot be written in the encoding NOPE-7, which w");
  CHECK(told("error: failed to encode 'new") ==
        "URL: new cannot be written in the encoding which working-tre");
  CHECK(encoding_failure("error: failed to encode '" + std::string(4000, 'd'), "URL"));
  CHECK(told("line.txt' from UTF-8 to ISO-8859-2") == "nothing");
  CHECK(told("warning: in the working copy of 'a.txt', LF will be replaced") == "nothing");
}
