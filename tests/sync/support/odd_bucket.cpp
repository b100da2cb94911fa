#include "sync/support/odd_bucket.h"

namespace {

// Keys and prefixes have nothing that a URL escapes but slashes.
constexpr const char* script = R"sh(
value() { printf %s "$QUERY_STRING" | sed -n "s/.*$1=\([^&]*\).*/\1/p" | sed 's/%2F/\//g'; }
root=$(dirname "$0")/..
size=$(stat -c %s "$root/content")
path=$(printf %s "${REQUEST_URI#/cgi/s3/models}" | sed 's/?.*//; s/%20/ /g')
case $QUERY_STRING in *list-type*)
  printf 'Content-Type: application/xml\r\n\r\n<ListBucketResult><Name>models</Name>'
  awk -v prefix="$(value prefix)" -v delimiter="$(value delimiter)" -v size="$size" '
    index($0, prefix) != 1 { next }
    {
      rest = substr($0, length(prefix) + 1)
      slash = delimiter == "" ? 0 : index(rest, "/")
      folder = prefix substr(rest, 1, slash)
      if (slash == 0)
        print "<Contents><Key>" $0 "</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>" \
          "<ETag>\"f1290186a5d0b1ceab27f4e77c0c5d68\"</ETag><Size>" size "</Size></Contents>"
      else if (!(folder in seen))
        print "<CommonPrefixes><Prefix>" folder "</Prefix></CommonPrefixes>"
      seen[folder]
    }' "$root/keys"
  printf '<IsTruncated>false</IsTruncated></ListBucketResult>'
  exit ;;
esac
grep -qxF -e "${path#/}" "$root/keys" || { printf 'Status: 404\r\n\r\n'; exit; }
headers=
. "$root/answer"
printf 'ETag: "f1290186a5d0b1ceab27f4e77c0c5d68"\r\nContent-Type: application/octet-stream\r\n'
printf 'Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n'
printf "Content-Length: $size\r\n$headers\r\n"
[ $REQUEST_METHOD = HEAD ] || cat "$root/content"
)sh";

}  // namespace

OddBucket::OddBucket(const std::vector<std::string>& keys) {
  std::string lines;
  for (const auto& key : keys)
    lines += key + "\n";
  server_.folder().write("keys", lines);
  server_.folder().write_script("cgi/s3", script);
  store("w");
  answer_objects("");
}

void OddBucket::answer_objects(const std::string& script) const {
  server_.folder().write("answer", script + "\n");
}
