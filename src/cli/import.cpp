#include "cli/import.h"

#include "cli/documents.h"
#include "cli/exit_code.h"
#include "cli/lines.h"
#include "cli/load_settings.h"
#include "gradient/import/import.h"
#include "gradient/import/other_format.h"

#include <stdexcept>

namespace cli {
namespace {

/// One run over all files.
class Import {
 public:
  Import(const ImportOptions& options, const gradient::Settings& settings)
      : options_(options), importer_(settings) {}

  void add_file(const std::string& file);
  /// Whether there was no problem; says so when there were too many.
  bool finish() const;
  std::string text() const { return importer_.text(); }

 private:
  void add(const Input& input);

  const ImportOptions& options_;
  gradient::Importer importer_;
  Lines problems_, warnings_;
};

void Import::add_file(const std::string& file) {
  auto text = json::parse_yaml(read_text(file));
  Input input{.file = file, .document = {}, .object = {}};
  for (const auto& problem : text.problems) {
    input.document.place.line = problem.line;
    problems_.print(input.at({"", problem.message}));
  }
  if (text.documents.empty() && text.problems.empty())
    problems_.print(input.at({"", gradient::other_format({})}));
  for (auto& document : text.documents) {
    input.document = std::move(document);
    add(input);
  }
}

void Import::add(const Input& input) {
  if (problems_.too_many()) return;
  const auto& written = input.document.value;
  if (const auto other = gradient::other_format(written); !other.empty()) {
    problems_.print(input.at({"", other}));
    return;
  }
  for (const auto& warning : input.document.warnings)
    warnings_.print(input.at({warning.path, "warning: " + warning.message}));
  for (const auto& problem : importer_.add(written, options_.name))
    problems_.print(input.at(problem));
}

bool Import::finish() const {
  if (problems_.too_many()) std::cerr << "and more problems; correct these first\n";
  if (warnings_.too_many()) std::cerr << "and more warnings\n";
  return !problems_.any();
}

}  // namespace

int import_specs(const ImportOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  Import import(options, *settings);
  for (const auto& path : options.files) {
    const auto files = files_of(path);
    if (files.empty()) throw std::runtime_error(path + " has no .yaml, .yml or .json files");
    for (const auto& file : files)
      import.add_file(file);
  }
  if (!import.finish()) return ProblemsInInput;
  std::cout << import.text();
  return Fine;
}

}  // namespace cli
