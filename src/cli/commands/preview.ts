import type { Command } from 'commander';
import type { Preview } from '#control/preview-river';
import { ConfigurationError } from '#domain/errors';
import { isDay } from '#domain/period/date-range';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readRunFlags, readWholeNumber } from '../flags.ts';
import { examples } from '../help.ts';
import { counted, cutToWidth, table } from '../terminal.ts';

interface Flags {
  readonly rows: string;
  readonly day?: string;
  readonly filter?: readonly string[];
}

const rowsAtMost = 1_000;
/** A longer value would push the other columns out of sight; `--json` has it whole. */
const widthAtMost = 40;

const whatItDoes = `
It makes one data call at most, and the list calls that this needs, within the call budget. The values are
those that a run would store: what \`columns:\` leaves out or hashes is not shown.`;

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addPreview(program: Command): void {
  program
    .command('preview')
    .description('Show the first rows of a river and its columns with their types; loads nothing')
    .summary('show first rows and columns; loads nothing')
    .argument('<river>', 'a river of the configuration file')
    .option('--rows <n>', `how many rows at most, 1 to ${rowsAtMost}`, '20')
    .option('--day <day>', 'the day to ask for, YYYY-MM-DD; default: the last complete one of the period')
    .option('--filter <name=values>', 'ids or names, as for river run; repeat it for several', repeated)
    .addHelpText(
      'after',
      `${whatItDoes}\n${examples(
        ['The last complete day of its period', 'river preview customers-by-action'],
        [
          'Some rows of another day and one action',
          'river preview customers-by-action --day 2026-01-05 --filter actions=12 --rows 5',
        ],
      )}`,
    )
    .action(action(preview));
}

async function preview(
  { terminal, configuration }: CommandContext,
  name: string,
  { rows, day, filter }: Flags,
): Promise<ExitCode> {
  const limit = readWholeNumber('--rows', rows);
  if (limit < 1 || limit > rowsAtMost)
    throw new ConfigurationError(`--rows: expected a whole number from 1 to ${rowsAtMost}, got "${rows}"`);
  if (day !== undefined && !isDay(day))
    throw new ConfigurationError(`--day: expected a day that exists, YYYY-MM-DD, got ${JSON.stringify(day)}`);
  const read = await configuration();
  if (day !== undefined && read.rivers.has(name) && !read.rivers.get(name)?.period)
    throw new ConfigurationError(`--day: the report of ${name} has no days. Leave --day out.`);
  const flags = { ...(day !== undefined && { start: day, end: day }), ...(filter && { filter }) };
  const { readRunInput } = await import('#domain/river/read-run-input');
  const { withTemporalIfThere } = await import('#control/connect-temporal');
  const { previewRiver } = await import('#control/preview-river');
  const { reserveIfServed } = await import('#control/shared-budget');
  const input = readRunInput(readRunFlags(name, flags), read);
  if (input.kind !== 'run') throw new ConfigurationError(`${name} is not a river.`);
  const { river } = input;
  return withTemporalIfThere(async (temporal) => {
    const reserve = (await reserveIfServed(temporal?.client))(river.connection);
    const at = new Date().toISOString();
    const found = await previewRiver(read, river, { at, rows: limit, reserve });
    terminal.answer({ json: found, text: showPreview(found) });
    return exitCode.done;
  });
}

function showPreview({ river, report, day, call, columns, rows, warnings }: Preview): string {
  const what = [`report ${report}`, ...(day === null ? [] : [`day ${day}`]), counted(rows.length, 'row')];
  return [
    `${river}: ${what.join(', ')}`,
    ...(call === null ? [] : [`Call     ${call}`]),
    ...warnings,
    '',
    table(
      columns.map(({ name }) => name),
      [
        columns.map(({ type, was, hashed, undeclared }) => {
          const notes = [
            ...(was === undefined ? [] : [was]),
            ...(hashed ? ['hashed'] : []),
            ...(undeclared ? ['not declared'] : []),
          ];
          return notes.length === 0 ? type : `${type} (${notes.join(', ')})`;
        }),
        ...rows.map((row) => columns.map(({ name }) => showCell(row[name] ?? null))),
      ],
    ),
  ].join('\n');
}

/** One line, however the value is written. */
function showCell(value: string | number | boolean | null): string | null {
  if (value === null) return null;

  const text = String(value).replace(/\p{Cc}/gu, ' ');
  const cut = cutToWidth(text, widthAtMost);
  return cut === text ? text : `${cut}…`;
}
