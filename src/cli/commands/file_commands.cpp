#include "cli/commands/commands.h"
#include "cli/import.h"
#include "cli/render.h"
#include "cli/validate.h"

namespace cli {
namespace {

void add_validate(CLI::App& app, Action& action) {
  auto& validate = add_command(app, groups::files, "validate",
                               "Say what is wrong with a spec: FILE:LINE: field: problem",
                               {{"All files of a folder", "validate -f deploy/"},
                                {"With the machines that the operator's configuration has",
                                 "validate -f app.yaml --config config.yaml"},
                                {"The configuration alone", "validate --config config.yaml"}});
  auto options = std::make_shared<ValidateOptions>();
  add_files(validate, options->files);
  add_bare_name(validate, options->name);
  add_config(validate, options->config, "; alone, it is what is looked at");
  add_colour(validate);
  validate.parse_complete_callback([options] {
    if (options->files.empty() && options->config.empty())
      throw CLI::RequiredError("--file, or --config alone,");
  });
  let_act(validate, action, &cli::validate, std::move(options));
}

void add_render(CLI::App& app, Action& action) {
  auto& render = add_command(
      app, groups::files, "render",
      "Print the objects that a spec becomes, to apply them without the operator; needs no cluster",
      {{"What a bare spec becomes", "render -f spec.yaml --name demo"},
       {"Objects to keep, whose Datasets and Models are in the same folder",
        "render -f deploy/ --namespace team-a"},
       {"References that no file defines with defaults, as JSON",
        "render -f app.yaml --assume-missing -o json"}});
  auto options = std::make_shared<RenderOptions>();
  add_files(render, options->files)->required();
  add_bare_name(render, options->name);
  render.add_option("-n,--namespace", options->ns, "For objects that name none")
      ->type_name("NAME")
      ->capture_default_str();
  add_config(render, options->config);
  render.add_flag("--assume-missing", options->assume_missing,
                  "Render references that no file defines with defaults, and warn");
  render.add_option("-o,--output", options->output, "What is printed")
      ->check(CLI::IsMember({"yaml", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  add_colour(render);
  let_act(render, action, &cli::render, std::move(options));
}

void add_import(CLI::App& app, Action& action) {
  auto& import = add_command(
      app, groups::files, "import",
      "Turn specs of the Gradient platform, of any version, into objects; comments say what is "
      "left to do",
      {{"One spec, to edit and apply", "import -f spec.yaml --name demo > demo.yaml"},
       {"All of a folder, at once", "import -f specs/"}});
  auto options = std::make_shared<ImportOptions>();
  add_files(import, options->files, "Gradient specs")->required();
  import.add_flag("--keep-going", options->keep_going,
                  "Print what the specs without problems become; exit 1 as without it");
  import
      .add_option("--name", options->name,
                  "Name of the deployment; default: the spec's own, or its file's")
      ->type_name("NAME");
  add_config(import, options->config);
  add_colour(import);
  let_act(import, action, &cli::import_specs, std::move(options));
}

}  // namespace

void add_file_commands(CLI::App& app, Action& action) {
  add_validate(app, action);
  add_render(app, action);
  add_import(app, action);
}

}  // namespace cli
