#include "sync/support/web_server.h"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <regex>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>

extern char** environ;

namespace {

int loopback_socket(int port, bool connects) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  const int error =
      connects ? connect(socket, name, sizeof address) : bind(socket, name, sizeof address);
  if (error == 0) return socket;
  close(socket);
  return -1;
}

int free_port() {
  const int socket = loopback_socket(0, false);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket);
  return ntohs(address.sin_port);
}

bool answers(int port) {
  const int socket = loopback_socket(port, true);
  if (socket >= 0) close(socket);
  return socket >= 0;
}

std::string configuration(const std::string& root, int port) {
  std::ostringstream text;
  text << "server.modules = (\"mod_auth\", \"mod_authn_file\", \"mod_alias\", \"mod_setenv\", "
          "\"mod_cgi\", \"mod_dirlisting\")\n"
       << "server.bind = \"127.0.0.1\"\nserver.port = " << port << "\n"
       << "server.document-root = \"" << root << "\"\nserver.upload-dirs = (\"" << root << "\")\n"
       << "server.stat-cache-engine = \"disable\"\n"
       << "server.errorlog = \"" << root << "/server.log\"\n"
       << "debug.log-request-header = \"enable\"\ndebug.log-response-header = \"enable\"\n"
       << "auth.backend = \"plain\"\nauth.backend.plain.userfile = \"" << root << "/users\"\n"
       << "$HTTP[\"url\"] =~ \"^/[a-z]+/private\" { auth.require = (\"\" => (\"method\" => "
          "\"basic\", "
          "\"realm\" => \"test\", \"require\" => \"user=jane\")) }\n"
       << "$HTTP[\"url\"] =~ \"^/files/\" { dir-listing.activate = \"enable\" }\n"
       << "$HTTP[\"url\"] =~ \"^/git/\" {\n"
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

WebServer::WebServer() : port_(free_port()) {
  folder_.write("users", std::string("jane:") + canary + "\n");
  folder_.write("lighttpd.conf", configuration((folder_ / "").string(), port_));
  std::filesystem::create_directory(folder_ / "git");
  std::filesystem::create_directory(folder_ / "files");
  start();
}

WebServer::~WebServer() {
  stop();
}

void WebServer::start() {
  const auto file = (folder_ / "lighttpd.conf").string();
  std::array<const char*, 5> arguments{"lighttpd", "-D", "-f", file.c_str(), nullptr};
  if (posix_spawn(&pid_, "/usr/sbin/lighttpd", nullptr, nullptr,
                  const_cast<char**>(arguments.data()), environ) != 0) {
    throw std::runtime_error("lighttpd cannot be started");
  }
  while (!answers(port_)) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error("lighttpd ended");
    usleep(5000);
  }
}

void WebServer::stop() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string WebServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + path;
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

ServedRepository::ServedRepository(const WebServer& server, const std::string& name)
    : path_((server.folder() / "git" / name).string()), url_(server.url("git/" + name)) {
  shell("git init --quiet --bare --initial-branch=main " + path_);
}

std::string ServedRepository::git(const std::string& arguments) const {
  return shell("git -C " + path_ + " -c user.name=t -c user.email=t@t " + arguments);
}

std::string ServedRepository::commit(const std::string& file, const std::string& text,
                                     const std::string& branch) const {
  return change("blob=$(printf '%s\\n' '" + text + "' | git hash-object -w --stdin)\n" +
                    "git update-index --add --cacheinfo 100644,$blob," + file + "\n",
                branch);
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
