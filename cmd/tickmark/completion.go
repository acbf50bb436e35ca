package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// shells gives, for each shell, the lines that let it complete our commands.
func shells() map[string]string {
	return map[string]string{
		"bash": `_tickmark() {
  local word="${COMP_WORDS[COMP_CWORD]}" words=("${COMP_WORDS[@]:0:$COMP_CWORD}")
  [[ "$word" == -* ]] && words+=("$word")
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$word"))
}
complete -o bashdefault -o default -F _tickmark tickmark
`,
		"zsh": `#compdef tickmark
_tickmark() {
  local -a asked options
  asked=("${(@)words[1,CURRENT-1]}")
  [[ "${words[CURRENT]}" == -* ]] && asked+=("${words[CURRENT]}")
  options=("${(@f)$("${asked[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -n "${options[1]}" ]]; then _describe 'values' options; else _files; fi
}
compdef _tickmark tickmark
`,
		"fish": `function __tickmark_values
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  string match -q -- '-*' "$word"; and set -a words "$word"
  command tickmark $words[2..-1] --generate-bash-completion 2>/dev/null
end
complete -c tickmark -a '(__tickmark_values)'
`,
		"powershell": `Register-ArgumentCompleter -Native -CommandName tickmark -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -and $words.Count -and -not $word.StartsWith('-')) { $words = @($words | Select-Object -SkipLast 1) }
  & tickmark @words --generate-bash-completion | Where-Object { $_ -like "$word*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`,
	}
}

func completionCommand(t terminal) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "prints the lines that let a shell complete tickmark's commands",
		ArgsUsage: "SHELL (bash, zsh, fish, powershell)",
		Description: "For example:\n" +
			"  bash        tickmark completion bash > ~/.local/share/bash-completion/completions/tickmark\n" +
			"  zsh         tickmark completion zsh > \"${fpath[1]}/_tickmark\"\n" +
			"  fish        tickmark completion fish > ~/.config/fish/completions/tickmark.fish\n" +
			"  PowerShell  tickmark completion powershell >> $PROFILE",
		Action: func(c *cli.Context) error {
			args, err := operands(c, 1, 1)
			if err != nil {
				return err
			}
			script, ok := shells()[args[0]]
			if !ok {
				return usagef("%q is not a known shell; allowed: bash, fish, powershell, zsh", args[0])
			}
			fmt.Fprint(t.out, script)
			return nil
		},
	}
}
