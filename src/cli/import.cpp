#include "cli/import.h"

#include "cli/documents.h"
#include "cli/exit_code.h"
#include "cli/load_settings.h"
#include "cli/messages.h"
#include "gradient/import/import.h"
#include "gradient/import/other_format.h"

#include <iostream>
#include <stdexcept>

namespace cli {
namespace {

/// One run over all files.
class Import {
 public:
  Import(const ImportOptions& options, const gradient::Settings& settings)
      : options_(options), importer_(settings) {}

  void add(const std::string& path);
  /// Prints what there is to say. Whether there was no problem.
  bool finish() { return !messages_.print(files_); }
  std::string text() const { return importer_.text(); }

 private:
  void add_file(const std::string& file);
  void add_text(const std::string& text, const std::string& file);
  void add_spec(const gradient::WrittenSpec& spec, const std::string& file);

  const ImportOptions& options_;
  gradient::Importer importer_;
  std::vector<std::string> files_;
  Messages messages_;
};

void Import::add(const std::string& path) {
  const auto files = files_of(path);
  if (files.empty()) {
    files_.push_back(path);
    messages_.problem({path, 1, no_files});
  }
  for (const auto& file : files)
    add_file(file);
}

/// One that cannot be read ends the run, or is one more problem.
void Import::add_file(const std::string& file) {
  files_.push_back(file);
  try {
    add_text(read_text(file), file);
  } catch (const std::runtime_error& error) {
    if (!options_.keep_going) throw;
    const std::string text = error.what();
    const auto begin = file + ": ";
    messages_.problem({file, 0, text.starts_with(begin) ? text.substr(begin.size()) : text});
  }
}

void Import::add_text(const std::string& text, const std::string& file) {
  auto read = read_documents(text);
  for (auto& problem : read.problems)
    messages_.problem({file, problem.line, std::move(problem.message)});
  if (read.documents.empty() && read.problems.empty())
    messages_.problem({file, 1, gradient::other_format({})});
  for (const auto& spec : gradient::specs_in(std::move(read.documents), text))
    add_spec(spec, file);
}

void Import::add_spec(const gradient::WrittenSpec& spec, const std::string& file) {
  if (messages_.has_too_many() && !options_.keep_going) return;
  const Input input{.file = file, .document = spec.document, .object = {}};
  if (const auto other = gradient::other_format(spec.document.value); !other.empty()) {
    messages_.problem(input.message({"", other}));
    return;
  }
  for (const auto& warning : spec.document.warnings)
    messages_.remark(input.message({warning.path, "warning: " + warning.message}));
  const gradient::Naming naming{
      .given = options_.name, .of_file = deployment_name(file), .where = input.where()};
  for (const auto& problem : importer_.add(spec, naming))
    messages_.problem(input.message(problem));
}

}  // namespace

int import_specs(const ImportOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return ProblemsInInput;
  Import import(options, *settings);
  for (const auto& path : options.files)
    import.add(path);
  const bool is_fine = import.finish();
  if (is_fine || options.keep_going) std::cout << import.text();
  return is_fine ? Fine : ProblemsInInput;
}

}  // namespace cli
