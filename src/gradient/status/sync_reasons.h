#pragma once

#include <array>
#include <string_view>

namespace gradient::diagnosis {

/// The reasons that a helper may give in its termination message. What it says otherwise is
/// SyncFailed: the message is text of a container that others may have written.
inline constexpr auto sync_reasons = std::to_array<std::string_view>({"GitAuthenticationFailed",
                                                                      "GitAccessDenied",
                                                                      "GitRepositoryNotFound",
                                                                      "GitReferenceNotFound",
                                                                      "GitPathNotFound",
                                                                      "GitRedirected",
                                                                      "GitSubmoduleRefused",
                                                                      "GitLfsFailed",
                                                                      "HostUnknown",
                                                                      "HostUnreachable",
                                                                      "LocalAddressRefused",
                                                                      "ConnectionLost",
                                                                      "ServerFailed",
                                                                      "ServerBusy",
                                                                      "UnexpectedAnswer",
                                                                      "TLSVerificationFailed",
                                                                      "HostKeyUnknown",
                                                                      "HostKeyChanged",
                                                                      "SourceTooLarge",
                                                                      "NameTaken",
                                                                      "VolumeReadOnly",
                                                                      "VolumeFull",
                                                                      "VolumeOutOfInodes",
                                                                      "VolumeQuotaExceeded",
                                                                      "VolumeLacksFeature",
                                                                      "OutOfMemory",
                                                                      "ModelAuthenticationFailed",
                                                                      "ModelAccessDenied",
                                                                      "ModelSourceRefused",
                                                                      "ModelArchiveRefused",
                                                                      "ModelSourceArchived",
                                                                      "ModelSourceMissing",
                                                                      "ModelBucketMissing",
                                                                      "ModelSourceChanged",
                                                                      "ModelEmpty",
                                                                      "ModelDigestMismatch",
                                                                      "SyncFailed"});

}  // namespace gradient::diagnosis
