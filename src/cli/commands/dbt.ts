import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { toYaml } from '#config/to-yaml';
import { describeSources } from '#control/dbt-sources';
import { ConfigurationError } from '#domain/errors';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { counted } from '../terminal.ts';

const header = '# Written by `river dbt`: run it again instead of editing this file.\n';

export function addDbt(program: Command): void {
  program
    .command('dbt')
    .description(
      "Write the rivers' tables as dbt's sources: columns, descriptions, freshness, and tests from the keys",
    )
    .argument('[rivers...]', 'rivers of the configuration file (default: all)')
    .option('--output <file>', 'where to write; - prints it', 'sources.yml')
    .action(action(dbt));
}

async function dbt(
  { terminal, configuration }: CommandContext,
  names: string[],
  { output }: { readonly output: string },
): Promise<ExitCode> {
  const sources = describeSources(await configuration(), names);
  const tables = sources.sources.reduce((sum, source) => sum + source.tables.length, 0);
  const text = header + toYaml(sources);
  if (output === '-') terminal.answer({ json: sources, text: text.trimEnd() });
  else {
    await refuseOthersFile(output);
    await writeFile(output, text);
    terminal.answer({ json: sources, text: `${relative('.', output)}: ${counted(tables, 'table')}.` });
  }
  return exitCode.done;
}

/** A file that something else has written is kept. */
async function refuseOthersFile(file: string): Promise<void> {
  const there = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return header;
    throw new ConfigurationError(
      `${file} cannot be written (${error.code}). Name another file with --output.`,
      { cause: error },
    );
  });
  if (there.startsWith(header)) return;
  throw new ConfigurationError(
    `${file} is there, and \`river dbt\` has not written it. Name another file with --output, or print with --output -.`,
  );
}
