import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError, isMisconfigured } from '#domain/errors';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { counted } from '../terminal.ts';

const header = '# Written by `river dbt`: run it again instead of editing this file.\n';

export function addDbt(program: Command): void {
  program
    .command('dbt')
    .description(
      "Write the rivers' tables as dbt's sources: columns, descriptions, freshness, and tests from the keys",
    )
    .summary('write sources.yml for dbt')
    .argument('[rivers...]', 'rivers of the configuration file (default: all)')
    .option('--output <file>', 'where to write; - prints it', 'sources.yml')
    .addHelpText(
      'after',
      examples(
        ['Write sources.yml for all rivers', 'river dbt'],
        ['Print the sources of one river', 'river dbt customers-by-action --output -'],
      ),
    )
    .action(action(dbt));
}

async function dbt(
  { terminal, configuration }: CommandContext,
  names: string[],
  { output }: { readonly output: string },
): Promise<ExitCode> {
  const read = await configuration();
  // Said before a warehouse is asked.
  if (output !== '-') await refuseOthersFile(output);
  const { describeSources, listFillings } = await import('#control/dbt-sources');
  const fillings = listFillings(read, names);
  const { readNamesInTables } = await import('#control/column-names');
  const { nameOf, missing } = await readNamesInTables(read, fillings);
  for (const { warehouse, why } of missing)
    terminal.say(
      `The columns of the warehouse ${warehouse} are named as their reports name them, because it could not be asked. ${why.message}`,
    );
  const sources = describeSources(read, fillings, nameOf);
  const { toYaml } = await import('#config/to-yaml');
  const tables = sources.sources.reduce((sum, source) => sum + source.tables.length, 0);
  const text = header + toYaml(sources);
  if (output === '-') terminal.answer({ json: sources, text: text.trimEnd() });
  else {
    await writeFile(output, text).catch(notWritten(output));
    terminal.answer({ json: sources, text: `${relative('.', output)}: ${counted(tables, 'table')}.` });
  }
  // The reports' names do where a warehouse is away; a fault of the configuration is told as everywhere.
  return missing.some(({ why }) => isMisconfigured(why)) ? exitCode.usage : exitCode.done;
}

const notWritten =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw new ConfigurationError(
      `${file} cannot be written (${error.code}). Name another file with --output.`,
      { cause: error },
    );
  };

/** A file that something else has written is kept. */
async function refuseOthersFile(file: string): Promise<void> {
  const there = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? header : notWritten(file)(error),
  );
  if (there.startsWith(header)) return;
  throw new ConfigurationError(
    `${file} is there, and \`river dbt\` has not written it. Name another file with --output, or print with --output -.`,
  );
}
