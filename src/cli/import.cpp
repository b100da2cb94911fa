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
  void add(const gradient::WrittenSpec& spec, const std::string& file);

  const ImportOptions& options_;
  gradient::Importer importer_;
  Lines problems_, warnings_;
};

/// One that cannot be read ends the run, or is one more problem.
void Import::add_file(const std::string& file) {
  std::string text;
  try {
    text = read_text(file);
  } catch (const std::runtime_error& error) {
    if (!options_.keep_going) throw;
    problems_.print(error.what());
    return;
  }
  auto read = json::parse_yaml(text);
  Input input{.file = file, .document = {}, .object = {}};
  for (const auto& problem : read.problems) {
    input.document.place.line = problem.line;
    problems_.print(input.at({"", problem.message}));
  }
  if (read.documents.empty() && read.problems.empty())
    problems_.print(input.at({"", gradient::other_format({})}));
  for (const auto& spec : gradient::specs_in(std::move(read.documents), text))
    add(spec, file);
}

void Import::add(const gradient::WrittenSpec& spec, const std::string& file) {
  if (problems_.too_many() && !options_.keep_going) return;
  const Input input{.file = file, .document = spec.document, .object = {}};
  if (const auto other = gradient::other_format(spec.document.value); !other.empty()) {
    problems_.print(input.at({"", other}));
    return;
  }
  for (const auto& warning : spec.document.warnings)
    warnings_.print(input.at({warning.path, "warning: " + warning.message}));
  const gradient::Naming naming{
      .given = options_.name, .of_file = deployment_name(file), .where = input.where()};
  for (const auto& problem : importer_.add(spec, naming))
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
  const bool is_fine = import.finish();
  if (is_fine || options.keep_going) std::cout << import.text();
  return is_fine ? Fine : ProblemsInInput;
}

}  // namespace cli
