#include "gradient/spec/documents.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_model.h"
#include "gradient/spec/read_registry.h"

#include <catch2/catch.hpp>

using gradient::AccessMode;
using gradient::DatasetSpec;
using gradient::ModelSpec;
using gradient::RegistrySpec;
using Lines = std::vector<std::string>;

namespace {

struct Case {
  std::string name, spec;
  Lines problems;
};

ModelSpec model(std::string_view spec) {
  return std::get<ModelSpec>(gradient::read_model(documents::resource("Model", spec)));
}

DatasetSpec dataset(std::string_view spec) {
  return std::get<DatasetSpec>(gradient::read_dataset(documents::resource("Dataset", spec)));
}

RegistrySpec registry(std::string_view spec) {
  return std::get<RegistrySpec>(
      gradient::read_registry(documents::resource("ContainerRegistry", spec)));
}

}  // namespace

TEST_CASE("a model's source is a bucket, a web address or a claim") {
  using Scheme = gradient::ModelSource::Scheme;
  auto s3 = model(
      "source: {url: 's3://models/sentiment/', region: eu-central-1, secretName: s3, digest: "
      "'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}\n"
      "dataset: cache\nrefreshInterval: 1h30m\ngracePeriod: 0s\n"
      "resources: {requests: {cpu: 1000m}, limits: {memory: 8192Mi}}");
  CHECK(json::text(s3.resources) == R"({"limits":{"memory":"8Gi"},"requests":{"cpu":"1"}})");
  CHECK(s3.source.scheme == Scheme::S3);
  CHECK(s3.source.region == "eu-central-1");
  CHECK(s3.source.secret_name == "s3");
  CHECK_FALSE(s3.source.path_style);
  CHECK(s3.dataset == "cache");
  CHECK(s3.refresh_seconds == 5400);
  CHECK(s3.grace_seconds == 0);
  CHECK(s3.source.digest ==
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  CHECK(model("source: {url: 's3://b', endpoint: 'http://minio:9000'}").source.path_style);
  CHECK_FALSE(
      model("source: {url: 's3://b', endpoint: 'https://h', pathStyle: false}").source.path_style);
  CHECK(model("source: {url: 'hf://o/m@refs/pr/1', secretName: s}").source.scheme == Scheme::Http);
  CHECK(model("source: {url: 'git+https://h:8443/a/m.git?ref=v1'}").source.scheme == Scheme::Http);
  CHECK(model("source: {url: 'gs://b/m'}").source.scheme == Scheme::Gcs);
  CHECK(model("source: {url: 'sftp://jane@h:2222/m', secretName: s}").source.scheme ==
        Scheme::Sftp);
  const auto azure = model("source: {url: 'azureblob://c', endpoint: 'https://e', secretName: s}");
  CHECK(azure.source.scheme == Scheme::Azure);
  CHECK_FALSE(azure.source.path_style);
  CHECK_FALSE(azure.source.workload_identity);
  const auto identity =
      model("source: {url: 'azureblob://c', account: examplemodels, auth: workloadIdentity}");
  CHECK(identity.source.account == "examplemodels");
  CHECK(identity.source.workload_identity);
  CHECK(model("source: {url: 's3://b', requesterPays: true}").source.requester_pays);
  CHECK(model("source: {url: 'https://h/m.zip', unpack: true}").source.unpack);
  CHECK_FALSE(model("source: {url: 'hf://o/m', unpack: null}").source.unpack);
  CHECK(model("source: {url: 'https://b.s3.eu-1.amazonaws.com/m.bin'}").source.scheme ==
        Scheme::Http);
  const auto filtered = model("source: {url: 's3://b', include: ['*.bin', /a], exclude: [-b]}");
  CHECK(filtered.source.include == Lines{"*.bin", "/a"});
  CHECK(filtered.source.exclude == Lines{"-b"});
  CHECK(model("source: {url: 'hf://o/m', include: ['*.bin']}").source.include.size() == 1);
  CHECK(model("source: {url: 'https://h/m.tar'}").source.scheme == Scheme::Http);
  const auto artifact =
      model("source: {url: 'oci://r.example.com:5000/a/b:1.0', containerRegistry: hub}").source;
  CHECK(artifact.scheme == Scheme::Oci);
  CHECK(artifact.container_registry == "hub");
  for (const auto* url :
       {"oci://localhost/a:V1", "oci://r/a_b/c--d@sha256:", "oci://r/a:1@sha256:"}) {
    auto text = std::string(url);
    if (text.back() == ':') text += std::string(64, 'a');
    CHECK(model("source: {url: '" + text + "'}").source.url == text);
  }
  const auto claim = model("source: {url: 'pvc://my-claim//a/b/'}").source;
  CHECK(claim.scheme == Scheme::Claim);
  CHECK(claim.claim == "my-claim");
  CHECK(claim.claim_path == "a/b");
  CHECK(model("source: {url: 'pvc://c'}").source.claim_path.empty());
  CHECK(model("source: {url: 'pvc://c/'}").source.claim_path.empty());
}

TEST_CASE("problems of a model are reported") {
  const std::string folder =
      "spec.source.url: is a folder of a cloud's storage, which is not listed over https; write "
      "azureblob://CONTAINER/PATH with source.account, gs://BUCKET/PATH or s3://BUCKET/PATH, or "
      "the "
      "URL of one file";
  const std::string shape =
      "spec.source.url: must name a bucket, container, host or claim and a path without blanks and "
      "'..', such as s3://models/sentiment/";
  const auto test = GENERATE_COPY(values<Case>({
      {"no source",
       "{dataset: d}",
       {"spec.source: is required; write it, such as source: {url: s3://models/sentiment/}"}},
      {"no url",
       "source: {}",
       {"spec.source.url: is required; write it, such as s3://models/sentiment/"}},
      {"the page of a model",
       "source: {url: 'https://huggingface.co/org/name/tree/main'}",
       {"spec.source.url: is the page of a model, not its files; write hf://ORGANISATION/NAME, or "
        "with a branch, tag or commit hf://ORGANISATION/NAME@REF"}},
      {"a source of another release",
       "source: {url: 'ftp://b/p'}",
       {"spec.source.url: must begin with s3://, gs://, azureblob://, https://, http://, sftp://, "
        "hf://, git+https://, oci:// or pvc://; this release reads no other sources"}},
      {"a model of Hugging Face without its organisation",
       "source: {url: 'hf://name'}",
       {"spec.source.url: must be hf://ORGANISATION/NAME or hf://ORGANISATION/NAME@REF"}},
      {"a repository with a query of another kind",
       "source: {url: 'git+https://h/m?branch=main'}",
       {"spec.source.url: must be git+https://HOST/PATH or git+https://HOST/PATH?ref=REF"}},
      {"an artifact without a tag",
       "source: {url: 'oci://registry.example.com/team/llm'}",
       {"spec.source.url: must be oci://REGISTRY/REPOSITORY:TAG or "
        "oci://REGISTRY/REPOSITORY@sha256:DIGEST with its repository in lower case; a login "
        "belongs in a ContainerRegistry, which source.containerRegistry names"}},
      {"a Secret for an artifact",
       "source: {url: 'oci://registry.example.com/llm:1', secretName: s, region: r}",
       {"spec.source.region: belongs to an s3:// url; remove it",
        "spec.source.secretName: has no meaning with an oci:// url; name a ContainerRegistry in "
        "containerRegistry"}},
      {"a registry for a bucket",
       "source: {url: 's3://b', containerRegistry: hub}",
       {"spec.source.containerRegistry: belongs to an oci:// url; remove it"}},
      {"an artifact to unpack",
       "source: {url: 'oci://r.example.com/llm:1', unpack: true}",
       {"spec.source.unpack: has no meaning with an oci:// url, whose layers are unpacked anyway; "
        "remove it"}},
      {"a claim to unpack",
       "source: {url: 'pvc://c/m.zip', unpack: false}",
       {"spec.source.unpack: has no meaning with a pvc:// url, which is mounted as it is; remove "
        "it"}},
      {"a credential for an unencrypted endpoint",
       "source: {url: 'hf://o/m', endpoint: 'http://h', secretName: s}",
       {"spec.source.endpoint: would be sent the credentials unencrypted; write an https:// url or "
        "remove secretName"}},
      {"a password in the url of sftp",
       "source: {url: 'sftp://jane:canary@h/m', secretName: s}",
       {"spec.source.url: must not carry a user or password; put them into a Secret and name it in "
        "source.secretName"}},
      {"an option as the user of sftp", "source: {url: 'sftp://-o@h/m', secretName: s}", {shape}},
      {"sftp without a path", "source: {url: 'sftp://jane@h', secretName: s}", {shape}},
      {"a bucket with a port", "source: {url: 'gs://b:80/m'}", {shape}},
      {"no storage account",
       "source: {url: 'azureblob://c/m'}",
       {"spec.source.account: is required with an azureblob:// url that has no secretName; write "
        "the storage account that the container is in"}},
      {"a storage account beside that of the Secret",
       "source: {url: 'azureblob://c/m', account: examplemodels, secretName: s}",
       {"spec.source.account: is one of the keys of the Secret that secretName names; remove it"}},
      {"a storage account of another cloud",
       "source: {url: 'gs://b/m', account: examplemodels}",
       {"spec.source.account: belongs to an azureblob:// url; remove it"}},
      {"a name that no storage account has",
       "source: {url: 'azureblob://c/m', account: Example-Models}",
       {"spec.source.account: must be the name of a storage account (3 to 24 lower-case letters "
        "and "
        "digits), such as examplemodels"}},
      {"two identities",
       "source: {url: 's3://b', auth: workloadIdentity, secretName: s}",
       {"spec.source.auth: takes the identity of the pod, and secretName that of a Secret; remove "
        "one"}},
      {"an identity that no server of files knows",
       "source: {url: 'https://h/m', auth: workloadIdentity}",
       {"spec.source.auth: belongs to an s3://, gs:// or azureblob:// url; remove it"}},
      {"an identity of another name",
       "source: {url: 's3://b', auth: irsa}",
       {"spec.source.auth: must be workloadIdentity; remove it for no identity"}},
      {"no Secret where host keys must be known",
       "source: {url: 'sftp://h/m'}",
       {"spec.source.secretName: is required with an sftp:// url; name a Secret with the key "
        "knownHosts, and with privateKey or password"}},
      {"an unencrypted endpoint of Azure",
       "source: {url: 'azureblob://c/m', endpoint: 'http://e', secretName: s}",
       {"spec.source.endpoint: must be an https URL with an azureblob:// url, such as "
        "https://blob.core.usgovcloudapi.net"}},
      {"credentials in the url",
       "source: {url: 's3://key:canary@bucket/'}",
       {"spec.source.url: must not carry a user or password; put them into a Secret and name it in "
        "source.secretName"}},
      {"a signature in the url",
       "source: {url: 'https://bucket.example.com/m?X-Amz-Date=1&X-Amz-Signature=canary'}",
       {"spec.source.url: must not carry a token or signature; put a token, or all of a "
        "signed URL as signedUrl, into a Secret and name it in source.secretName"}},
      {"a query",
       "source: {url: 'https://h/m?version=2'}",
       {"spec.source.url: must not have a query or a fragment; write the path of a file or folder "
        "alone, such as https://models.example.com/sentiment/"}},
      {"a folder of Amazon's storage",
       "source: {url: 'https://b.s3.eu-1.amazonaws.com/m/'}",
       {folder}},
      {"a folder of Google's storage",
       "source: {url: 'https://storage.googleapis.com/b/'}",
       {folder}},
      {"a folder of Azure's storage", "source: {url: 'https://a.blob.core.windows.net'}", {folder}},
      {"a path upwards", "source: {url: 'pvc://c/../x'}", {shape}},
      {"no bucket", "source: {url: 's3:///x'}", {shape}},
      {"a claim's name", "source: {url: 'pvc://My_Claim/x'}", {shape}},
      {"blanks", "source: {url: 'https://h/a b'}", {shape}},
      {"fields of a bucket",
       "source: {url: 'https://h/m', region: r, endpoint: 'https://e', pathStyle: true, "
       "requesterPays: true}",
       {"spec.source.region: belongs to an s3:// url; remove it",
        "spec.source.pathStyle: belongs to an s3:// url; remove it",
        "spec.source.requesterPays: belongs to an s3:// url; remove it",
        "spec.source.endpoint: belongs to an s3://, gs://, azureblob:// or hf:// url; remove it"}},
      {"a credential over http",
       "source: {url: 'http://h/m', secretName: s}",
       {"spec.source.secretName: would be sent unencrypted to an http:// url; write an https:// "
        "url "
        "or remove secretName"}},
      {"what a claim has no use for",
       "source: {url: 'pvc://c/m', secretName: s, digest: "
       "'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}\n"
       "dataset: d\nrefreshInterval: 1h\ngracePeriod: 1h\nresources: {limits: {cpu: 1}}",
       {"spec.source.digest: has no meaning with a pvc:// url, which is mounted as it is; remove "
        "it",
        "spec.source.secretName: has no meaning with a pvc:// url; remove it",
        "spec.dataset: has no meaning with a pvc:// source, which is mounted as it is; remove it",
        "spec.refreshInterval: has no meaning with a pvc:// source, whose changes are visible at "
        "once; remove it",
        "spec.gracePeriod: has no meaning with a pvc:// source, which is mounted as it is; remove "
        "it",
        "spec.resources: has no meaning with a pvc:// source, which no helper fetches; remove it"}},
      {"what is no digest and no period",
       "source: {url: 's3://b', digest: 'sha256:9F86'}\ngracePeriod: 721h",
       {"spec.source.digest: must be sha256: and 64 lower-case hexadecimal digits, as "
        "gradient-sync "
        "digest prints it",
        "spec.gracePeriod: must be a duration from 0s to 720h, such as 10m or 1h30m"}},
      {"patterns with nothing to choose from",
       "source: {url: 'pvc://c/m', include: ['*.bin'], exclude: [a]}",
       {"spec.source.include: has no meaning with a pvc:// url, which is mounted whole; remove it",
        "spec.source.exclude: has no meaning with a pvc:// url, which is mounted whole; remove "
        "it"}},
      {"patterns that are none",
       "source: {url: 's3://b', include: [\"a\\nb\", ''], exclude: []}",
       {"spec.source.include[0]: must not contain line breaks or control characters; write it on "
        "one line",
        "spec.source.include[1]: must not be empty; write a value, such as '*.safetensors', or "
        "remove the field",
        "spec.source.exclude: must not be empty; add an entry, or remove the field"}},
      {"an endpoint with a user",
       "source: {url: 's3://b', endpoint: 'https://u:canary@h', region: 'a b', secretName: S}",
       {"spec.source.region: must be the name of a region, such as eu-central-1",
        "spec.source.endpoint: must be an https or http URL without user and password, such as "
        "https://minio.example.com:9000",
        "spec.source.secretName: must be the name of a Secret (lower-case letters, digits, '-' and "
        "'.'), such as s3-credentials"}},
      {"percent signs that begin no escape",
       "source: {url: 'https://h/100%/', endpoint: 'https://h/%a'}",
       {"spec.source.url: has a '%' without two hexadecimal digits behind it; write %25 for a "
        "percent sign",
        "spec.source.endpoint: has a '%' without two hexadecimal digits behind it; write %25 for "
        "a percent sign"}},
      {"an endpoint's port that is too large",
       "source: {url: 's3://b', endpoint: 'https://h:65536'}",
       {"spec.source.endpoint: must be an https or http URL without user and password, such as "
        "https://minio.example.com:9000"}},
      {"an endpoint with a query",
       "source: {url: 's3://b', endpoint: 'https://h/?token=canary'}",
       {"spec.source.endpoint: must be an https or http URL without user and password, such as "
        "https://minio.example.com:9000"}},
      {"intervals",
       "source: {url: 's3://b'}\nrefreshInterval: 29s",
       {"spec.refreshInterval: must be a duration from 30s to 720h, such as 10m or 1h30m"}},
      {"an interval without unit",
       "source: {url: 's3://b'}\nrefreshInterval: '60'",
       {"spec.refreshInterval: must be a duration from 30s to 720h, such as 10m or 1h30m"}},
      {"an interval as a number",
       "source: {url: 's3://b'}\nrefreshInterval: 60",
       {"spec.refreshInterval: must be a string, not a number; put it in quotes"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::resource("Model", test.spec)) == test.problems);
  }
}

TEST_CASE("a dataset is a claim that exists or the size of a new one") {
  const auto made = dataset(
      "size: 1.5Gi\nstorageClassName: nfs\nreclaimPolicy: Delete\n"
      "accessModes: [ReadWriteMany, ReadOnlyMany]\nrunAsUser: 1000\n"
      "runAsGroup: 1001");
  CHECK(made.size == "1536Mi");
  CHECK(made.storage_class == "nfs");
  CHECK(made.access_modes ==
        std::vector<AccessMode>{AccessMode::ReadWriteMany, AccessMode::ReadOnlyMany});
  CHECK(made.reclaim_policy == gradient::ReclaimPolicy::Delete);
  CHECK(made.run_as_user == 1000);
  CHECK(made.run_as_group == 1001);
  CHECK(dataset("size: 1Gi").access_modes == std::vector<AccessMode>{AccessMode::ReadWriteOnce});
  CHECK(dataset("size: 1073741824").size == "1073741824");
  const auto existing = dataset("claimName: team-files");
  CHECK(existing.claim_name == "team-files");
  CHECK(existing.access_modes.empty());
}

TEST_CASE("problems of a dataset are reported") {
  const std::string either =
      "spec: needs either claimName (an existing PersistentVolumeClaim) or size (of a new one); "
      "write exactly one of them";
  const auto test = GENERATE_COPY(values<Case>({
      {"neither", "{runAsUser: 1}", {either}},
      {"both", "{claimName: a, size: 1Gi}", {either}},
      {"fields of a new claim",
       "{claimName: a, storageClassName: b, accessModes: [ReadWriteOnce], reclaimPolicy: Delete}",
       {"spec.storageClassName: belongs to a new claim; remove it next to claimName",
        "spec.accessModes: belongs to a new claim; remove it next to claimName, the existing claim "
        "has its own",
        "spec.reclaimPolicy: Delete belongs to a claim that the Dataset created; write Retain next "
        "to claimName, or remove it"}},
      {"sizes", "{size: ten}", {"spec.size: must be a quantity above zero, such as 10Gi"}},
      {"nothing", "{size: 0}", {"spec.size: must be a quantity above zero, such as 10Gi"}},
      {"a fraction of a byte",
       "{size: '0.5'}",
       {"spec.size: would have a fraction of a byte; write the unit that is meant, such as 0.5Gi"}},
      {"a fraction of a byte with a sign",
       "{size: '+0.5'}",
       {"spec.size: would have a fraction of a byte; write the unit that is meant, such as "
        "+0.5Gi"}},
      {"less than nothing",
       "{size: -1Gi}",
       {"spec.size: must be a quantity above zero, such as 10Gi"}},
      {"modes",
       "{size: 1Gi, accessModes: [RWX, ReadOnlyMany, ReadOnlyMany]}",
       {"spec.accessModes[0]: must be one of ReadWriteOnce, ReadOnlyMany, ReadWriteMany, "
        "ReadWriteOncePod",
        "spec.accessModes[2]: is in the list already; keep one of them"}},
      {"a mode that stands alone",
       "{size: 1Gi, accessModes: [ReadWriteOncePod, ReadOnlyMany]}",
       {"spec.accessModes: ReadWriteOncePod excludes every other mode; write it alone"}},
      {"ids",
       "{size: 1Gi, runAsUser: 0, runAsGroup: x, reclaimPolicy: Keep}",
       {"spec.reclaimPolicy: must be one of Retain, Delete",
        "spec.runAsUser: must be a whole number from 1 to 2147483647",
        "spec.runAsGroup: must be a whole number from 1 to 2147483647, not a string"}},
      {"names",
       "{claimName: A_b}",
       {"spec.claimName: must be the name of a PersistentVolumeClaim (lower-case letters, digits, "
        "'-' and '.'), such as team-files"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::resource("Dataset", test.spec)) == test.problems);
  }
}

TEST_CASE("a container registry is a Secret that exists or server, user and reference") {
  CHECK(registry("secretName: hub").secret_name == "hub");
  const auto made =
      registry("server: https://registry.example.com:5000/v1/\nusername: bot\npassword: SECRET:P");
  CHECK(made.server == "https://registry.example.com:5000/v1/");
  CHECK(made.username == "bot");
  CHECK(made.password == gradient::SecretKey{"", "P"});
}

TEST_CASE("problems of a container registry are reported") {
  const auto test = GENERATE(values<Case>({
      {"nothing",
       "{}",
       {"spec: needs server, username and password (SECRET:...) together, or secretName alone; add "
        "what is missing"}},
      {"a part of it",
       "{server: s, username: u}",
       {"spec: needs server, username and password (SECRET:...) together, or secretName alone; add "
        "what is missing"}},
      {"too much",
       "{secretName: s, username: u}",
       {"spec: has secretName and server, username or password; write secretName alone, or remove "
        "it and write the other three"}},
      {"values",
       "{server: 'http://h', username: 'a:b', password: canary}",
       {"spec.server: must be a host with optional port and path, or an https URL, such as "
        "registry.example.com:5000",
        "spec.username: must not contain ':' or control characters; write the user's name alone",
        "spec.password: must be a reference such as SECRET:REGISTRY_PASSWORD or "
        "SECRET:SECRET-NAME/KEY; put the value into that Secret and nowhere else"}},
      {"a user in the server",
       "{server: 'u:canary@h', username: u, password: 'SECRET:P'}",
       {"spec.server: must not carry a user or password; write them as username and password "
        "(SECRET:...)"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::resource("ContainerRegistry", test.spec)) ==
          test.problems);
  }
}

TEST_CASE("names of the small kinds leave room for what is named after them") {
  auto object = documents::resource("Dataset", "size: 1Gi");
  object["metadata"]["name"] = json::Json(std::string(64, 'a'));
  CHECK(documents::problems(object) ==
        Lines{"metadata.name: must have at most 63 characters, lower-case letters, digits, '-' and "
              "'.', such as code: the claim bears it as a label"});
  object = documents::resource("ContainerRegistry", "secretName: s");
  object["metadata"]["name"] = json::Json(std::string(249, 'a'));
  CHECK(documents::problems(object) ==
        Lines{"metadata.name: must have at most 248 characters, lower-case letters, digits, '-' "
              "and '.': the Secret made of it is called <name>-pull"});
  object = documents::resource("Model", "source: {url: 's3://b'}");
  object["metadata"]["name"] = json::Json("M");
  CHECK(documents::problems(object) ==
        Lines{"metadata.name: must consist of lower-case letters, digits, '-' and '.', such as "
              "sentiment"});
}
