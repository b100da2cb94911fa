#include "gradient/import/drafts.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/names.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;

Json object_of(const std::string& kind, const std::string& name, const Json& spec) {
  return json::object({{"apiVersion", names::api_version},
                       {"kind", kind},
                       {"metadata", json::object({{"name", name}})},
                       {"spec", spec}});
}

Draft dataset(const std::string& name, const std::string& written, bool shared) {
  Draft draft{object_of(
      "Dataset", name,
      json::object(
          {{"size", "10Gi"},
           {"accessModes", json::strings({shared ? "ReadWriteMany" : "ReadWriteOnce"})}}))};
  draft.remarks = {
      {"", "Gradient's " + written +
               ". The repositories are cloned again. Copy other files that were in it. For an "
               "existing claim, write claimName instead of size and accessModes."},
      {"spec.size", "A guess: the spec does not say how large the dataset was."}};
  if (shared) {
    draft.remarks.push_back({"spec.accessModes",
                             "Several pods use it, so its storage class must support "
                             "ReadWriteMany. Where the cluster's default one does not, name "
                             "another in storageClassName."});
  }
  return draft;
}

}  // namespace

std::string label(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text) {
    if (values::is_alphanumeric(c)) {
      out += base::to_lower(c);
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  if (!out.empty() && values::is_digit(out.front())) out.insert(0, "g-");
  out.resize(std::min(out.size(), longest));
  while (!out.empty() && out.back() == '-')
    out.pop_back();
  return out;
}

std::string Drafts::name(const std::string& kind, const std::string& identity,
                         std::string_view wanted, std::size_t longest) {
  const auto known = names_.find({kind, identity});
  if (known != names_.end()) return known->second;
  auto name = label(wanted, longest);
  if (name.empty()) return {};
  for (int number = 2; !taken_.emplace(kind, name).second; ++number) {
    const auto ending = "-" + std::to_string(number);
    name = label(wanted, longest - ending.size()) + ending;
  }
  return names_[{kind, identity}] = name;
}

void Drafts::add(const std::string& kind, const std::string& name, const Json& spec,
                 json::Problems remarks, std::vector<json::Note> notes) {
  auto& drafts = drafts_[kind];
  const bool is_there = std::any_of(drafts.begin(), drafts.end(), [&](const Draft& draft) {
    return json::string_at(draft.object, {"metadata", "name"}) == name;
  });
  if (!is_there)
    drafts.push_back({object_of(kind, name, spec), std::move(remarks), std::move(notes)});
}

void Drafts::use_dataset(const std::string& name, const std::string& written,
                         bool several_replicas) {
  const auto [dataset, is_new] = datasets_.emplace(name, Dataset{written, several_replicas});
  if (!is_new) dataset->second.shared = true;
}

void Drafts::need_secret(const std::string& secret, const std::string& key,
                         const std::string& why) {
  secrets_[secret].emplace(key, why);
}

void Drafts::need_pull_secret(const std::string& secret, const std::string& server) {
  pull_secrets_.emplace(secret, server);
}

std::string Drafts::secrets() const {
  if (secrets_.empty() && pull_secrets_.empty()) return {};
  std::string text = "Secrets to make first, in the namespace of the objects.";
  if (!secrets_.empty()) {
    text += " Put each value into a file, in a folder per Secret, without a line break at the end.";
  }
  for (const auto& [secret, keys] : secrets_) {
    text += "\n\n  kubectl create secret generic " + secret;
    for (const auto& [key, why] : keys)
      text += " \\\n    --from-file=" + secret + "/" + key;
    text += "\n";
    for (const auto& [key, why] : keys)
      text += "\n" + key + ": " + why;
  }
  for (const auto& [secret, server] : pull_secrets_) {
    text += "\n\n  kubectl create secret docker-registry " + secret +
            " \\\n    --docker-server=" + server +
            " --docker-username=USER --docker-password=\"$(cat PASSWORD-FILE)\"";
  }
  return json::comment(text);
}

std::vector<Draft> Drafts::all() const {
  std::vector<Draft> all;
  const auto add = [&](const std::string& kind) {
    const auto found = drafts_.find(kind);
    if (found != drafts_.end()) all.insert(all.end(), found->second.begin(), found->second.end());
  };
  add("ContainerRegistry");
  for (const auto& [name, used] : datasets_)
    all.push_back(dataset(name, used.written, used.shared));
  add("Model");
  add("GradientDeployment");
  return all;
}

std::string Drafts::text() const {
  auto text = secrets();
  for (const auto& draft : all())
    text += "---\n" + json::commented_yaml(draft.object, draft.remarks, draft.notes);
  return text;
}

}  // namespace gradient
