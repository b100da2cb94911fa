#pragma once

#include <string>
#include <string_view>

/// References to servers: images, git repositories, registries and proxies, and the keys and
/// certificates by which they are trusted. Functions that end in _problem say what is wrong with a
/// value and what would be right, without repeating the value; empty when nothing is wrong. The
/// same rules stand in crds/.
namespace gradient::values {

std::string_view image_problem(std::string_view image);
/// Of REGISTRY/REPOSITORY:TAG or @sha256:DIGEST, of which nothing may be left out.
bool is_artifact(std::string_view reference);
std::string_view git_url_problem(std::string_view url);
/// Whether git takes `url` for one of ssh: ssh://... or USER@HOST:PATH.
bool is_ssh_url(std::string_view url);
/// Of a credential's: a host, or the beginning of a URL of http or https.
std::string_view credential_url_problem(std::string_view url);
/// The same with its scheme, which for a host is https, and without '/' at its end.
std::string normal_credential_url(std::string url);
std::string_view app_id_problem(std::string_view id);
std::string_view installation_id_problem(std::string_view id);
std::string_view api_url_problem(std::string_view url);
std::string_view git_ref_problem(std::string_view ref);
std::string_view repository_name_problem(std::string_view name);
/// Of a submodule's path, from the top of the repository.
std::string_view submodule_path_problem(std::string_view path);
/// Of a pattern of large files (LFS), as gitignore(5) has them.
std::string_view large_file_pattern_problem(std::string_view pattern);
/// Of a pattern of a sparse checkout, which may also take files away.
std::string_view path_pattern_problem(std::string_view pattern);
std::string_view registry_server_problem(std::string_view server);
/// Of a text in the format of ssh's known_hosts files.
std::string_view known_hosts_problem(std::string_view text);
/// Of certificates in PEM.
std::string_view ca_bundle_problem(std::string_view text);
std::string_view proxy_problem(std::string_view url);

/// A port's number, 1 to 65535, without zeros in front.
bool is_port(std::string_view text);
/// Whether a '%' is followed by anything but two hexadecimal digits (RFC 3986, section 2.1).
bool has_wrong_escape(std::string_view url);

/// "https" of "https://host/path"; empty when there is none.
std::string_view scheme(std::string_view url);
/// Whether the authority of `url` holds a user or password.
bool has_user(std::string_view url);

}  // namespace gradient::values
