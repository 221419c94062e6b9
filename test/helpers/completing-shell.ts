import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withFolder } from './folder.ts';
import { type InTerminal, runInTerminal } from './in-terminal.ts';
import { installPackage } from './install-package.ts';

const run = promisify(execFile);
const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const shells = {
  bash: { args: ['--norc', '-i'], begin: `PS1='ready> '; eval "$(river completion bash)"` },
  zsh: {
    args: ['-f', '-i'],
    begin: `PS1='ready> '; autoload -Uz compinit; compinit -u -D; eval "$(river completion zsh)"`,
  },
  fish: {
    args: ['--no-config', '-i'],
    begin: `function fish_prompt; echo 'ready> '; end; river completion fish | source`,
  },
} as const;

export type Shell = keyof typeof shells;

/** A shell on a terminal, with `river` on its PATH and its completion installed as the help says. */
export async function withShell<T>(shell: Shell, use: (terminal: InTerminal) => Promise<T>): Promise<T> {
  await findShell(shell);
  return withFolder(async (folder) => {
    const river = join(folder, 'river');
    await writeFile(river, `#!/bin/sh\nexec '${process.execPath}' '${inRoot('src/cli/main.ts')}' "$@"\n`);
    await chmod(river, 0o755);
    const { args, begin } = shells[shell];
    const env = {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      HOME: folder,
      RIVER_CONFIG: inRoot('examples/river.yaml'),
      NODE_COMPILE_CACHE: inRoot('.cache/compiled'),
    };
    const terminal = runInTerminal(shell, args, { env, cwd: folder });
    try {
      terminal.type(`${begin}; echo it is' 'installed\r`);
      await terminal.shows(/^it is installed/m);
      return await use(terminal);
    } finally {
      terminal.kill();
      await terminal.end;
    }
  });
}

/** Where the shell is missing it is installed, as root on Debian. */
async function findShell(shell: Shell): Promise<void> {
  if (await run(shell, ['--version']).catch(() => undefined)) return;
  if (process.getuid?.() === 0) await installPackage(shell);
  await run(shell, ['--version']).catch((cause: unknown) => {
    throw new Error(`Install ${shell}: this tests the completion in it.`, { cause });
  });
}

/** What a person does to whom the completion is to be of use. */
export async function completesInShell(shell: Shell): Promise<void> {
  await withShell(shell, async (terminal) => {
    // A command; then its option; then a river of the file; then a report. Each is the only one that fits.
    terminal.type('river chec\t');
    await terminal.shows(/river check +$/m);
    terminal.type('\x15river run --las\t');
    await terminal.shows(/river run --last-days-back +$/m);
    terminal.type('\x15river run exec\t');
    await terminal.shows(/river run executed-campaigns +$/m);
    terminal.type('\x15river reports currently\t');
    await terminal.shows(/river reports currently-targeted-customers +$/m);
    terminal.type('\x15river run --every mo\t');
    await terminal.shows(/river run --every monthly +$/m);
    terminal.type('\x15river check --config riv\t');
    await terminal.shows(/river check --config river +$/m);
    // Several fit: they are listed.
    terminal.type('\x15river schedule \t\t');
    await terminal.shows(/apply[\s\S]*backfill[\s\S]*trigger/);
  });
}
