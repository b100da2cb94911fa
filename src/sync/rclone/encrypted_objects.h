#pragma once

#include "json/json.h"

#include <set>
#include <string>

namespace content {

/// Objects of S3 that are encrypted with keys of KMS, by what rclone logs of the headers of its
/// requests, one after the other. What S3 tells in place of the MD5 (ETag) of such an object looks
/// like one and is none (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
class EncryptedObjects {
 public:
  /// A line of rclone's log.
  void read(const json::Json& line);
  /// `object`: bucket and key.
  bool has(const std::string& object) const;

 private:
  std::string asked_;
  std::set<std::string> paths_;  ///< of URLs, which have the bucket or are below its host's name
};

}  // namespace content
