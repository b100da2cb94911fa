#include "cli/commands/completion.h"

namespace cli {
namespace {

constexpr const char* bash =
    R"(# Completion of gradient-operator in bash: source <(gradient-operator completion bash)
_gradient_operator() {
  local words=() current=${COMP_WORDS[COMP_CWORD]} word line directive=4 joins=
  local -i i
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == "=" && ${#words[@]} -gt 0 ]]; then # bash takes --option=value apart
      words[-1]+="="
      joins=1
    elif [[ $joins ]]; then
      words[-1]+=$word
      joins=
    else
      words+=("$word")
    fi
  done
  [[ $current == "=" ]] && current=
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=${line#:}
    elif [[ ${line%%$'\t'*} == "$current"* ]]; then
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
  [[ $directive == 0 ]] || compopt +o default
}
complete -o default -F _gradient_operator gradient-operator kubectl-gradient
)";

constexpr const char* zsh = R"(#compdef gradient-operator kubectl-gradient
# Completion of gradient-operator in zsh: source <(gradient-operator completion zsh)
_gradient_operator() {
  local -a lines candidates
  local line directive
  lines=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive=${lines[-1]#:}
  for line in "${(@)lines[1,-2]}"; do
    candidates+=("${${line//:/\\:}/$'\t'/:}")
  done
  [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
  (( ${#candidates} )) && _describe gradient-operator candidates
  [[ $directive == 0 ]] && _files
}
if [[ ${funcstack[1]} == _gradient_operator ]]; then
  _gradient_operator
else
  compdef _gradient_operator gradient-operator kubectl-gradient
fi
)";

constexpr const char* fish =
    R"(# Completion of gradient-operator in fish: gradient-operator completion fish | source
function __gradient_operator_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    set -l option (string match -r -- '^--[^=]*=' $current; or echo)
    for line in $lines[1..-2]
        echo -- $option$line
    end
    if test "$lines[-1]" = ":0"
        __fish_complete_path (string replace -r -- '^--[^=]*=' '' $current)
    end
end
complete -c gradient-operator -f -a '(__gradient_operator_complete)'
complete -c kubectl-gradient -f -a '(__gradient_operator_complete)'
)";

}  // namespace

std::string completion_script(const std::string& shell) {
  return shell == "bash" ? bash : shell == "zsh" ? zsh : fish;
}

}  // namespace cli
