#include "sync/support/lfs_server.h"

#include "base/hash.h"
#include "sync/support/pointer.h"

namespace {

constexpr const char* variable = "GRADIENT_LFS_SERVER";

std::string configuration(const std::string& objects) {
  return "AUTH_PROVIDERS:\n"
         "  - giftless.auth.allow_anon:read_write\n"
         "TRANSFER_ADAPTERS:\n"
         "  basic:\n"
         "    factory: giftless.transfer.basic_streaming:factory\n"
         "    options:\n"
         "      storage_class: giftless.storage.local_storage:LocalStorage\n"
         "      storage_options:\n"
         "        path: " +
         objects +
         "\n"
         "PRE_AUTHORIZED_ACTION_PROVIDER:\n"
         "  options:\n"
         "    algorithm: HS256\n"
         "    private_key: a-key-of-the-tests-that-is-long-enough\n"
         "LEGACY_ENDPOINTS: false\n";
}

}  // namespace

bool LfsServer::is_missing() {
  return is_server_missing(variable, "LFS");
}

LfsServer::LfsServer() {
  const auto file = folder_.write("config.yaml", configuration((folder_ / "objects").string()));
  process_.start({"/usr/bin/env", "GIFTLESS_CONFIG_FILE=" + file.string(), "PYTHONWARNINGS=ignore",
                  "FLASK_APP=giftless.wsgi_entrypoint", server_program(variable), "run", "--port",
                  std::to_string(port_)},
                 port_);
}

std::string LfsServer::put(const std::string& name, const std::string& content) {
  const auto hash = base::sha256_hex(content);
  folder_.write("objects/git/" + name + "/" + hash, content);
  return pointer(hash, content.size());
}
