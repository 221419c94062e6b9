import type { Command } from 'commander';
import { findConfigurationFile, readEnvironment } from '#config/environment';
import { ConfigurationError } from '#domain/errors';
import { didYouMean } from '#domain/river/closest';
import type { Candidate, KnownWords } from '../complete-words.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';

/** Builds the whole command line; handed in, because the command line imports this command. */
type Build = (args: readonly string[]) => Promise<Command>;

export function addCompletion(program: Command, build: Build): void {
  program
    .command('completion')
    .description('Print the script that completes commands, options, rivers and reports in your shell')
    .summary('complete commands, rivers and reports in a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .argument('[words...]')
    .usage('[options] <shell>')
    .addHelpText(
      'after',
      examples(
        ['See the script for bash', 'river completion bash'],
        ['Install it for fish', 'river completion fish > ~/.config/fish/completions/river.fish'],
      ),
    )
    .addHelpText('after', inShells)
    .action(
      action((context, shell: string, words: readonly string[]) => complete(context, build, shell, words)),
    );
}

const inShells = `
For bash, add this line to ~/.bashrc:   eval "$(river completion bash)"
For zsh, to ~/.zshrc, after compinit:   eval "$(river completion zsh)"`;

/** What the scripts call at each tab: `river completion words -- <the words up to the cursor>`. */
const askedByScript = 'words';

async function complete(
  { terminal }: CommandContext,
  build: Build,
  shell: string,
  words: readonly string[],
): Promise<ExitCode> {
  if (shell === askedByScript) {
    process.stdout.write(await answerShell(build, words));
    return exitCode.done;
  }
  const script = scripts[shell];
  if (script === undefined)
    throw new ConfigurationError(
      `There is no completion for ${JSON.stringify(shell)}${didYouMean(shell, Object.keys(scripts)) || '.'} There is one for ${Object.keys(scripts).join(', ')}.`,
    );
  terminal.answer({ json: { shell, script }, text: script.trimEnd() });
  return exitCode.done;
}

/** The first line says what follows: `words`, each with its meaning behind a tab, or that `files` may stand here. */
async function answerShell(build: Build, typed: readonly string[]): Promise<string> {
  // bash takes `--config=x` apart at its `=`.
  const words = typed.filter((word, at) => word !== '=' || at === typed.length - 1);
  const { completeWords } = await import('../complete-words.ts');
  const at = words.indexOf('--config');
  const file = at < 0 ? undefined : words[at + 1];
  const program = await build(words.slice(0, -1));
  const completion = await completeWords(program, words, readKnownWords(file));
  if (completion === 'files') return 'files\n';
  return [
    'words',
    ...completion.map(({ word, meaning }) => `${word}\t${meaning.replaceAll(/\s+/g, ' ')}`),
    '',
  ].join('\n');
}

function readKnownWords(file: string | undefined): KnownWords {
  const names = async () => {
    const { readNames } = await import('#config/read-names');
    return readNames(findConfigurationFile(readEnvironment(), file));
  };
  const plain = (words: readonly string[]): Candidate[] => words.map((word) => ({ word, meaning: '' }));
  return {
    rivers: async () => (await names()).rivers.map(({ name, report }) => ({ word: name, meaning: report })),
    connections: async () => plain((await names()).connections),
    reports: async () => {
      const { reports } = await import('#domain/catalogue/index');
      return reports.map(({ slug, title }) => ({ word: slug, meaning: title }));
    },
    shells: async () => plain(Object.keys(scripts)),
    periods: async () => plain((await import('#domain/river/period-setting')).predefinedPeriods),
    chunkUnits: async () => plain((await import('#domain/river/river')).chunkUnits),
    loadModes: async () => plain((await import('#domain/river/target')).loadModes),
  };
}

const scripts: Readonly<Record<string, string>> = {
  bash: String.raw`# Completion of river for bash.
_river() {
  local kind word meaning
  COMPREPLY=()
  {
    read -r kind
    if [ "$kind" = files ]; then
      compopt -o default 2>/dev/null
      return
    fi
    while IFS=$'\t' read -r word meaning; do
      COMPREPLY+=("$(printf '%q' "$word")")
    done
  } < <(river completion words -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _river river
`,
  zsh: String.raw`#compdef river
# Completion of river for zsh.
_river() {
  local line
  local -a lines candidates
  lines=("${'$'}{(@f)$(river completion words -- "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$lines[1]" == files ]]; then
    _files
    return
  fi
  for line in "${'$'}{(@)lines[2,-1]}"; do
    candidates+=("${'$'}{${'$'}{line%%$'\t'*}//:/\\:}:${'$'}{line#*$'\t'}")
  done
  _describe river candidates
}
if [[ "$funcstack[1]" == _river ]]; then
  _river
else
  compdef _river river
fi
`,
  fish: String.raw`# Completion of river for fish.
function __river_complete
  set -l words (commandline -opc)
  set -l begun (commandline -ct)
  set -l lines (river completion words -- $words[2..-1] "$begun" 2>/dev/null)
  if test "$lines[1]" = files
    __fish_complete_path "$begun"
  else
    printf '%s\n' $lines[2..-1]
  end
end
complete -c river -f -a '(__river_complete)'
`,
};
