/** `networkml completion`: scripts for shells; all of them ask networkml itself what may come next. */

import { NetworkmlError } from '../errors.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { STANDARD_OUTPUT, writeText } from './standard-streams.js';

const BASH = `# bash completion for networkml; to keep it:
#   networkml completion bash > ~/.local/share/bash-completion/completions/networkml
_networkml() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(SHELL=/bin/bash ZSH_NAME= networkml --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD}" "$word" 2>/dev/null)" -- "$word"))
}
complete -o bashdefault -o default -F _networkml networkml
`;

const ZSH = `#compdef networkml
# zsh completion for networkml; to keep it, write it to a file _networkml in a directory of $fpath
_networkml() {
  local -a found
  found=("\${(@f)$(SHELL=/bin/zsh networkml --get-yargs-completions "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" && "\${words[CURRENT]}" != [./~]* ]]; then _describe 'networkml' found; fi
  _files
}
if [[ "\${funcstack[1]}" = _networkml ]]; then _networkml "$@"; else compdef _networkml networkml; fi
`;

const FISH = `# fish completion for networkml; to keep it:
#   networkml completion fish > ~/.config/fish/completions/networkml.fish
function __networkml_complete
  set -l words (commandline -opc) (commandline -ct)
  env SHELL=/bin/zsh networkml --get-yargs-completions $words 2>/dev/null | string replace -r '^((?:[^:\\\\\\\\]|\\\\\\\\.)+):(.*)$' '$1\\t$2'
end
complete -c networkml -a '(__networkml_complete)'
`;

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
]);

export const completion: Command = {
  options: [],
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh > ~/.zfunc/_networkml', 'for zsh, where ~/.zfunc is in $fpath'],
    ['completion fish > ~/.config/fish/completions/networkml.fish', 'for fish'],
  ],
  run: async ({ words }) => {
    const shell = words[0] ?? process.env.SHELL?.split('/').at(-1) ?? '';
    const script = SCRIPTS.get(shell);
    if (script === undefined) {
      const problem = shell === '' ? 'for which shell?' : `no completion for the shell ${shell}`;
      throw new NetworkmlError('NML_USAGE', problem, { hint: 'name one of bash, zsh, fish' });
    }
    writeText(STANDARD_OUTPUT, script);
    return EXIT.done;
  },
};
