#pragma once

#include "json/json.h"
#include "sync/rclone/source.h"

#include <string>
#include <vector>

/// What registries say of an image or artifact: manifests and indexes of
/// https://github.com/opencontainers/image-spec, and Docker's of the same form.
namespace content {

/// A manifest or an index as a registry has it.
struct OciDocument {
  std::string digest;  ///< "sha256:<hex>", of the reference
  std::string media_type;
  json::Json content;
};

/// Whether it lists manifests, one for each platform, and not layers.
bool is_index(const OciDocument& document);

/// The digest of the manifest that is meant on a machine: the only one, or that of linux and the
/// `architecture`, in Go's word ("amd64"). `url` is for messages. Throws Failure.
std::string manifest_for(const OciDocument& index, const std::string& architecture,
                         const std::string& url);

/// This machine's.
std::string architecture();

/// What its layers are, by path. Files are those with a name, as ORAS writes them
/// (org.opencontainers.image.title) and ModelPack (org.cncf.model.filepath). Archives, in their
/// order, are those whose media type says tar and that have no name, are ModelPack's, or are a
/// folder of ORAS (io.deis.oras.content.unpack). Throws Failure: for names as check_path() does,
/// for one that is there twice or is the folder of another, and for a layer that is neither.
std::vector<SourceFile> files_of(const OciDocument& manifest, const std::string& url);

}  // namespace content
