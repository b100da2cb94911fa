#include "gradient/spec/read_credentials.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <set>
#include <string>

namespace gradient {
namespace {

/// A text that may be written as a number.
std::string required_text(json::ObjectReader& reader, std::string_view field,
                          const json::Text& rule) {
  const auto* value = reader.require(field, rule.example);
  if (value == nullptr) return "";
  const auto path = reader.path(field);
  auto text = json::text_of(*value, path, rule, reader.report());
  if (!text || rule.check(*text).empty()) return text.value_or("");
  reader.problem(field, std::string(rule.check(*text)));
  return "";
}

SecretKey required_secret(json::ObjectReader& reader, std::string_view field,
                          std::string_view example) {
  reader.require(field, example);
  return fields::password(reader, field, example).value_or(SecretKey());
}

GitHubApp read_app(json::ObjectReader& reader) {
  GitHubApp app;
  app.app_id = required_text(reader, "appId",
                             {.longest = 64, .example = "123456", .check = values::app_id_problem});
  app.installation_id = required_text(
      reader, "installationId",
      {.longest = 20, .example = "7890123", .check = values::installation_id_problem});
  app.private_key = required_secret(reader, "privateKey", "SECRET:github-app/private-key");
  app.api_url = reader
                    .string("apiUrl", {.longest = 1024,
                                       .example = "https://github.example.com/api/v3",
                                       .check = values::api_url_problem})
                    .value_or("");
  return app;
}

HostCredential read_credential(json::ObjectReader& entry) {
  HostCredential credential;
  credential.url = entry.required_string(
      "url",
      {.longest = 1024, .example = "git.example.com", .check = values::credential_url_problem});
  credential.username =
      entry
          .string("username",
                  {.longest = 256, .example = "build-bot", .check = values::username_problem})
          .value_or("");
  const bool has_app = entry.find("githubApp") != nullptr;
  if (has_app == (entry.find("password") != nullptr)) {
    entry.problem_here("needs either password or githubApp; write exactly one of them");
    entry.allow({"password", "githubApp"});
    return credential;
  }
  if (!has_app) {
    credential.secret =
        fields::password(entry, "password", "SECRET:GIT_TOKEN").value_or(SecretKey());
    return credential;
  }
  if (!credential.username.empty()) {
    entry.problem("username",
                  "does not go with githubApp, whose tokens have a user of their own; remove it");
  }
  fields::inside(entry, "githubApp",
                 [&](json::ObjectReader& app) { credential.secret = read_app(app); });
  return credential;
}

}  // namespace

std::vector<HostCredential> read_credentials(json::ObjectReader& repositories) {
  std::vector<HostCredential> result;
  std::set<std::string, std::less<>> urls;
  if (repositories.find("credentials") == nullptr) return result;
  repositories.elements(
      "credentials", {0, 20}, [&](const json::Json& element, const json::Path& place) {
        json::ObjectReader entry(element, place, repositories.report());
        auto credential = read_credential(entry);
        entry.finish();
        if (!credential.url.empty() && !urls.insert(credential.url).second) {
          entry.problem("url",
                        "is the url of an earlier entry too; write one credential for each url");
        }
        credential.url = values::normal_credential_url(credential.url);
        result.push_back(std::move(credential));
      });
  return result;
}

}  // namespace gradient
