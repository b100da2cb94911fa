#include "sync/support/web_server.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace {

std::string configuration(const std::string& root, const std::string& host, int port, int lfs_port,
                          const std::string& certificate) {
  std::ostringstream text;
  text << "server.modules = (\"mod_auth\", \"mod_authn_file\", \"mod_alias\", \"mod_setenv\", "
          "\"mod_cgi\", \"mod_dirlisting\", \"mod_proxy\")\n"
       << "server.bind = \"" << host << "\"\nserver.port = " << port << "\n"
       << "server.document-root = \"" << root << "\"\nserver.upload-dirs = (\"" << root << "\")\n"
       << "server.stat-cache-engine = \"disable\"\n"
       << "mimetype.assign = (\".safetensors\" => \"application/octet-stream\")\n"  // with its time
       << "server.errorlog = \"" << root << "/server.log\"\n"
       << "debug.log-request-header = \"enable\"\ndebug.log-response-header = \"enable\"\n"
       << (certificate.empty() ? ""
                               : "server.modules += (\"mod_openssl\")\nssl.engine = "
                                 "\"enable\"\nssl.pemfile = \"" +
                                     certificate + "\"\n")
       << "auth.backend = \"plain\"\nauth.backend.plain.userfile = \"" << root << "/users\"\n"
       << "$HTTP[\"url\"] =~ \"^/[a-z]+/private(?!.*/objects/storage/)\" { auth.require = (\"\" => "
          "(\"method\" => "
          "\"basic\", "
          "\"realm\" => \"test\", \"require\" => \"user=jane\")) }\n"
       << "$HTTP[\"url\"] =~ \"^/files/\" { dir-listing.activate = \"enable\" }\n"
       << "$HTTP[\"url\"] =~ \"^/cgi/\" { cgi.assign = (\"\" => \"/bin/sh\")\n"
          "server.stream-response-body = 2 }\n"
       << "$HTTP[\"url\"] =~ \"^/v2/\" { alias.url = (\"/v2/\" => \"" << root
       << "/v2/\")\ncgi.assign = (\"\" => \"/bin/sh\") }\n"
       << "$HTTP[\"url\"] =~ \"^/git/.*/info/lfs/\" { proxy.server = (\"\" => ((\"host\" => "
          "\"127.0.0.1\", \"port\" => "
       << lfs_port << "))) }\n"
       << "$HTTP[\"url\"] =~ \"^/git/(?!.*/info/lfs/)\" {\n"
       << "  alias.url = (\"/git/\" => \"/usr/lib/git-core/git-http-backend/\")\n"
       << "  cgi.assign = (\"\" => \"\")\n"
       << "  setenv.set-environment = (\"GIT_PROJECT_ROOT\" => \"" << root
       << "/git\", \"GIT_HTTP_EXPORT_ALL\" => \"1\")\n}\n";
  return text.str();
}

}  // namespace

std::string shell(const std::string& script) {
  auto* const pipe = popen(script.c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("there is no shell");
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), size);
  if (pclose(pipe) != 0) throw std::runtime_error("this failed: " + script);
  while (!output.empty() && output.back() == '\n')
    output.pop_back();
  return output;
}

std::string after_login(const std::string& answer) {
  return "[ -n \"$HTTP_AUTHORIZATION\" ] || { printf 'Status: 401\\r\\nWWW-Authenticate: Basic "
         "realm=\"test\"\\r\\n\\r\\n'; exit; }\n" +
         answer;
}

void WebServer::serve_large_files(const std::string& objects, int kilobytes_per_second) {
  std::ofstream(folder_ / "lighttpd.conf", std::ios::app)
      << "connection.kbytes-per-second := " << kilobytes_per_second << "\n";
  std::error_code exists;
  std::filesystem::create_directory_symlink(objects, folder_ / "objects", exists);
  rewrite("^/git/([^/]+)\\.git/info/lfs/objects/storage/([0-9a-f]+)", "/objects/git/$1/$2");
}

void WebServer::rewrite(const std::string& pattern, const std::string& to) {
  std::ofstream(folder_ / "lighttpd.conf", std::ios::app)
      << "server.modules += (\"mod_rewrite\")\n"
      << "url.rewrite-once := (\"" << pattern << "\" => \"" << to << "\")\n";
  stop();
  start();
}

WebServer::WebServer(int lfs_port, const std::string& certificate, std::string host, int port)
    : host_(std::move(host)), port_(port), scheme_(certificate.empty() ? "http" : "https") {
  folder_.write("users", std::string("jane:") + canary + "\n");
  folder_.write("lighttpd.conf",
                configuration((folder_ / "").string(), host_, port_, lfs_port, certificate));
  std::filesystem::create_directory(folder_ / "git");
  std::filesystem::create_directory(folder_ / "files");
  start();
}

void WebServer::start() {
  process_.start({"/usr/sbin/lighttpd", "-D", "-f", (folder_ / "lighttpd.conf").string()}, port_,
                 host_);
}

void WebServer::stop() {
  process_.stop();
}

std::string WebServer::url(const std::string& path) const {
  return scheme_ + "://" + host_ + ":" + std::to_string(port_) + "/" + path;
}

std::string WebServer::log() const {
  std::ifstream file(folder_ / "server.log");
  std::string text;
  const std::regex first_line("(rqst: |resp: )([A-Z]+ /.* HTTP/1.1|HTTP/1.1 [0-9]+.*)$");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_search(line, match, first_line)) text += match[2].str() + "\n";
  }
  return text;
}

std::string WebServer::full_log() const {
  std::ifstream file(folder_ / "server.log");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t WebServer::bytes_sent() const {
  const auto log = full_log();
  const std::regex length("resp: Content-Length: ([0-9]+)", std::regex::icase);
  std::size_t bytes = 0;
  for (std::sregex_iterator match(log.begin(), log.end(), length), end; match != end; ++match)
    bytes += std::stoul((*match)[1]);
  return bytes;
}

ServedRepository::ServedRepository(const WebServer& server, const std::string& name)
    : ServedRepository((server.folder() / "git" / name).string(), server.url("git/" + name)) {}

ServedRepository::ServedRepository(std::string path, std::string url)
    : path_(std::move(path)), url_(std::move(url)) {
  shell("git init --quiet --bare --initial-branch=main " + path_);
  git("config uploadpack.allowFilter true");  // as the known servers do
}

std::string ServedRepository::git(const std::string& arguments) const {
  return shell("git -C " + path_ + " -c user.name=t -c user.email=t@t " + arguments);
}

std::string ServedRepository::commit(const std::string& file, const std::string& text,
                                     const std::string& branch) const {
  return change("blob=$(printf '%b\\n' '" + text + "' | git hash-object -w --stdin)\n" +
                    "git update-index --add --cacheinfo 100644,$blob,'" + file + "'\n",
                branch);
}

std::string ServedRepository::make_executable(const std::string& file) const {
  return change(
      "git update-index --cacheinfo 100755,$(git rev-parse main:" + file + ")," + file + "\n",
      "main");
}

std::string ServedRepository::add_file(const std::string& file, const std::string& from) const {
  return change("blob=$(git hash-object -w " + from +
                    ")\n"
                    "git update-index --add --cacheinfo 100644,$blob," +
                    file + "\n",
                "main");
}

std::string ServedRepository::add_submodule(const std::string& path, const std::string& url,
                                            const std::string& commit) const {
  const auto modules = path_ + "/test-modules";
  return change("git config -f " + modules + " 'submodule." + path + ".path' '" + path + "'\n" +
                    "git config -f " + modules + " 'submodule." + path + ".url' '" + url + "'\n" +
                    "blob=$(git hash-object -w " + modules + ")\n" +
                    "git update-index --add --cacheinfo 100644,$blob,.gitmodules\n" +
                    "git update-index --add --cacheinfo 160000," + commit + ",'" + path + "'\n",
                "main");
}

std::string ServedRepository::change(const std::string& script, const std::string& branch) const {
  return shell(
      "set -e; export GIT_INDEX_FILE=" + path_ + "/test-index\n" + "git() { command git -C " +
      path_ + " -c user.name=t -c user.email=t@t \"$@\"; }\n" +
      "rm -f $GIT_INDEX_FILE; branch=refs/heads/" + branch + "\n" +
      "parent=$(git rev-parse --quiet --verify $branch || "
      "git rev-parse --quiet --verify refs/heads/main || true)\n" +
      "[ -z \"$parent\" ] || git read-tree $parent\n" + script +
      "commit=$(git commit-tree ${parent:+-p $parent} -m 'Change it' $(git write-tree))\n" +
      "git update-ref $branch $commit; echo $commit");
}
