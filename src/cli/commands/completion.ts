import { Failure } from "../../core/failure/failure.ts";
import { flagName } from "../flags/flag.ts";
import { FLAGS } from "../flags/table.ts";
import { connectionOf, type DefineCommand, helpEnd, NO_URL } from "./command.ts";

export const defineCompletion: DefineCommand = (parent, chosen) => {
  const command = parent
    .command("completion")
    .description("Prints a script that completes commands and flags in a shell.")
    .argument("<shell>", "bash, zsh, fish or powershell")
    .addHelpText("after", helpEnd("completion bash >> ~/.bashrc", "completion powershell >> $PROFILE"))
    .action((shell: string) => {
      const script = SCRIPTS[shell];
      if (script === undefined)
        throw new Failure(
          "USAGE_BAD_ARGUMENT",
          "completion needs the name of a shell: bash, zsh, fish or powershell.",
        );
      chosen({
        kind: "completion",
        answersHost: false,
        connection: connectionOf(command, NO_URL, undefined),
        async run({ output }) {
          const commands = parent.commands.map((each) => ({
            name: each.name(),
            description: each.description(),
          }));
          const flags = [...new Set([...FLAGS.map(flagName), ...parent.commands.flatMap(ownFlags)])].sort();
          await output.raw(script(commands, flags));
          return 0;
        },
      });
    });
  return command;
};

const ownFlags = (command: { options: readonly { long?: string | null | undefined }[] }): string[] =>
  command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));

type Script = (
  commands: readonly { readonly name: string; readonly description: string }[],
  flags: readonly string[],
) => string;

const NAMES = ["mcp-drawbridge", "drawbridge"];
const names = (commands: Parameters<Script>[0]): string => commands.map(({ name }) => name).join(" ");

const SCRIPTS: Readonly<Record<string, Script | undefined>> = {
  bash: (commands, flags) => `# mcp-drawbridge completion bash >> ~/.bashrc
_mcp_drawbridge() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "${flags.join(" ")} --help" -- "$word"))
  elif [[ "$COMP_CWORD" == 1 ]]; then COMPREPLY=($(compgen -W "${names(commands)}" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _mcp_drawbridge ${NAMES.join(" ")}
`,
  zsh: (commands, flags) => `#compdef ${NAMES.join(" ")}
# mcp-drawbridge completion zsh > "\${fpath[1]}/_mcp-drawbridge"
_mcp_drawbridge() {
  local -a commands=(${commands.map(({ name, description }) => `'${name}:${description.replaceAll("'", "").replaceAll(":", ",")}'`).join(" ")})
  local -a flags=(${flags.join(" ")} --help)
  if [[ "$PREFIX" == -* ]]; then compadd -- $flags
  elif (( CURRENT == 2 )); then _describe command commands
  else _files; fi
}
compdef _mcp_drawbridge ${NAMES.join(" ")}
`,
  fish: (commands, flags) =>
    NAMES.flatMap((program) => [
      ...commands.map(
        ({ name, description }) =>
          `complete -c ${program} -n __fish_use_subcommand -a ${name} -d '${description.replaceAll("'", "")}'`,
      ),
      ...flags.map((flag) => `complete -c ${program} -l ${flag.slice(2)}`),
    ]).join("\n"),
  powershell: (commands, flags) => `# mcp-drawbridge completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName ${NAMES.join(", ")} -ScriptBlock {
  param($word, $ast, $position)
  $all = if ($word -like '-*') { '${[...flags, "--help"].join("','")}' } else { '${commands.map(({ name }) => name).join("','")}' }
  $all.Where({ $_ -like "$word*" }) | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`,
};
