import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfiguration } from '#config/load-configuration';
import { readDocument } from '#config/read-document';
import { toYaml } from '#config/to-yaml';
import { splitPeriod } from '#domain/chunk/split-period';
import { resolvePeriod } from '#domain/period/resolve-period';
import { predefinedPeriods } from '#domain/river/period-setting';
import { readRunInput } from '#domain/river/read-run-input';
import { faultsOfText } from './helpers/a-configuration.ts';
import { commandHere } from './helpers/command-here.ts';
import { withFolder } from './helpers/folder.ts';
import { type Page, pages, readBlocks, readCodeSpans, root } from './helpers/read-documents.ts';

type Map = Record<string, unknown>;

const connection = { baseUrl: 'https://api4.optimove.net/current', auth: { apiKey: `\${OPTIMOVE_API_KEY}` } };
const warehouses = {
  local: { client: 'better-sqlite3', connection: { filename: './warehouse.db' } },
  prod: { client: 'pg', connection: `\${WAREHOUSE_URL}`, schema: 'optimove' },
};
const wholeFile = ['name', 'connections', 'warehouses', 'defaults', 'rivers'];

/** A page shows what it is about; the rest of a river is laid under here. */
function completeRiver(name: string, river: Map, defaults: Map): Map {
  const hasPeriod = !('report' in river) || river.report !== 'target-group-details';
  const { target = {} } = river as { target?: Map };
  return {
    ...('report' in river || 'report' in defaults ? {} : { report: 'customers-by-action' }),
    ...('connection' in river || 'connection' in defaults ? {} : { connection: 'main' }),
    ...(hasPeriod && !('period' in river) ? { period: { predefined: 'yesterday' } } : {}),
    ...river,
    target: { ...('target' in defaults ? {} : { warehouse: 'prod' }), table: name, ...target },
  };
}

/** The file that a block is, or is a part of: a river's keys alone are a river. */
function completeFile(written: Map): Map {
  const isFile = Object.keys(written).some((key) => wholeFile.includes(key));
  const file: Map = isFile ? written : { rivers: { example: written } };
  const defaults = (file.defaults ?? {}) as Map;
  const rivers = Object.entries((file.rivers ?? {}) as Record<string, Map>);
  return {
    ...file,
    connections: file.connections ?? { main: connection },
    warehouses: { ...warehouses, ...((file.warehouses ?? {}) as Map) },
    defaults,
    rivers: Object.fromEntries(rivers.map(([name, river]) => [name, completeRiver(name, river, defaults)])),
  };
}

/** Values for the variables that a text names. */
function fillVariables(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, valueFor(name)]));
}

const valueFor = (name: string): string =>
  /WEBHOOK/.test(name)
    ? 'https://hooks.example.com/river'
    : /URL/.test(name)
      ? 'postgres://river:secret@db.example.com/warehouse'
      : 'a-secret';

/** What River's own reader says against a block of YAML. */
async function findFaults(text: string): Promise<readonly string[]> {
  const { errors } = readDocument(text);
  if (errors.length > 0) return errors.map(({ message }) => message);
  const written = toYaml(completeFile(parse(text) as Map));
  return faultsOfText(written, { env: fillVariables(written) });
}

const riverKeys =
  /^(period|chunks|filters|target|schedule|notify|columns|overrides|report): *(?!null$)[[{"\w]/;

/** Every block of YAML, and every setting of a river that stands in a line. */
const yamlOf = (page: Page): string[] => [
  ...readBlocks(page)
    .filter(({ language }) => language === 'yaml')
    .map(({ text }) => text),
  ...readCodeSpans(page).filter((code) => riverKeys.test(code) && !/…|</.test(code)),
];

describe('River reads every setting that the pages show', () => {
  const shown = pages.filter((page) => yamlOf(page).length > 0);
  test.each(shown.map((page) => [page.path, page] as const))('%s', async (_path, page) => {
    for (const text of yamlOf(page)) expect(await findFaults(text), text).toEqual([]);
  });

  test('they are many', () => {
    expect(pages.flatMap(yamlOf).length).toBeGreaterThan(15);
  });
});

/** All commands, which do nothing when they are called. */
async function addCommands(): Promise<Command> {
  const program = new Command('river')
    .option('--config <file>')
    .option('--json')
    .version('0')
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
  const folder = join(root, 'src/cli/commands');
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.ts'))) {
    const module = (await import(join(folder, file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(module))
      if (/^add[A-Z]/.test(name) && typeof add === 'function') add(program);
  }
  silence(program);
  return program;
}

function silence(command: Command): void {
  if (command.commands.length === 0) command.action(() => {});
  for (const one of command.commands) silence(one);
}

const ways = /^(?:river|npx river-optimove|npm run -s river --)(?: |$)/;

/** The words of a command line. A comment ends it, and what stands for something optional or further is left out. */
function readWords(line: string): string[] {
  const [command = ''] = line.replace(ways, '').split(/ +#(?: |$)/);
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(<[^>]*>|\[[^\]]*\]|\S+)/g)].map(
    ([, single, double, plain = '']) => single ?? double ?? (/^(…$|\[)/.test(plain) ? [] : plain),
  );
  return words.flat();
}

interface CommandLine {
  readonly line: string;
  /** Stands in a line of text, where a command may be named without its arguments. */
  readonly isNamed: boolean;
}

const commandLinesOf = (page: Page): CommandLine[] => [
  ...readBlocks(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => ways.test(line))
    .map((line) => ({ line, isNamed: false })),
  ...readCodeSpans(page)
    .filter((code) => ways.test(code) && !/^river(?: --| -- |$)/.test(code))
    .map((line) => ({ line, isNamed: true })),
];

/** What stands for a value is one, so that a text may say `--start … --end …`. */
const withValues = (line: string): string => line.replaceAll(/(--(?:start|end)) …/g, '$1 2026-01-01');

const lacksArguments = [
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
  'commander.help',
];
const isHelp = ['commander.helpDisplayed', 'commander.version'];

async function refuse(program: Command, { line, isNamed }: CommandLine): Promise<string | undefined> {
  try {
    await program.parseAsync(readWords(withValues(line)), { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (isHelp.includes(error.code) || (isNamed && lacksArguments.includes(error.code))) return undefined;
    return `${line}: ${error.message}`;
  }
}

test('every command line of the pages names commands, options and arguments that there are', async () => {
  const program = await addCommands();
  const refused: string[] = [];
  const lines = pages.flatMap((page) => commandLinesOf(page).map((found) => ({ page, found })));
  expect(lines.length).toBeGreaterThan(100);
  for (const { page, found } of lines) {
    const why = await refuse(program, found);
    if (why !== undefined) refused.push(`${page.path}: ${why}`);
  }
  expect(refused).toEqual([]);
});

/** These need no service, and take only milliseconds. */
const isCheap = ([command]: readonly string[]): boolean => command === 'reports' || command === 'dbt';

test('commands of the pages that need no service run', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'river.yaml');
    const rivers = { 'customers-by-action': {} };
    await writeFile(file, toYaml(completeFile({ rivers })));
    const env = {
      OPTIMOVE_API_KEY: 'a-secret',
      WAREHOUSE_URL: valueFor('WAREHOUSE_URL'),
      RIVER_CONFIG: file,
    };
    const lines = pages
      .flatMap(commandLinesOf)
      .map(({ line }) => readWords(line.replaceAll('<report>', 'promo-codes')))
      .filter((words) => isCheap(words));
    expect(lines.length).toBeGreaterThan(5);
    for (const words of lines) {
      const output = words[0] === 'dbt' ? ['--output', '-'] : [];
      const { code, stderr } = await commandHere([...words, ...output], env);
      expect(code, `river ${words.join(' ')}: ${stderr}`).toBe(0);
    }
  });
});

test('examples/kubernetes.yaml has a river.yaml that River reads, and a worker that finds it', async () => {
  const text = await readFile(join(root, 'examples/kubernetes.yaml'), 'utf8');
  const [map, deployment] = parseAllDocuments(text).map((document) => document.toJS());
  expect(await findFaults(map.data['river.yaml'])).toEqual([]);
  const { containers, volumes } = deployment.spec.template.spec;
  expect(containers[0].volumeMounts).toMatchObject([{ name: volumes[0].name, mountPath: '/config' }]);
  expect(volumes[0].configMap.name).toBe(map.metadata.name);
});

const pageAt = (path: string): Page => {
  const found = pages.find((page) => page.path === path);
  if (!found) throw new Error(`There is no page ${path}.`);
  return found;
};

test('docs/runs.md shows inputs that a run takes', async () => {
  const configuration = await loadConfiguration({
    file: join(root, 'examples/river.yaml'),
    env: { OPTIMOVE_API_KEY: 'a-secret' },
  });
  const inputs = readBlocks(pageAt('docs/runs.md'))
    .flatMap(({ language, text }) => (language === 'json' ? text.split('\n') : []))
    .filter((line) => /^\{ "(river": "[^…]|retryFailedChunksOf)/.test(line));
  expect(inputs).toHaveLength(3);
  for (const input of inputs) expect(readRunInput(JSON.parse(input), configuration)).toBeDefined();
});

test('docs/periods-and-chunks.md shows the days of each predefined period, and the chunks of its drawing', () => {
  const { text } = pageAt('docs/periods-and-chunks.md');
  const [, runDay = ''] = /for a run on \w+ (\d{4}-\d\d-\d\d):/.exec(text) ?? [];
  for (const predefined of predefinedPeriods) {
    const { start, end } = resolvePeriod({ predefined }, runDay);
    expect(text).toContain(`| \`${predefined}\` | ${start} | ${end} |`);
  }
  const drawn = splitPeriod({ start: '2026-01-01', end: '2026-01-08' }, { every: 'daily', size: 4 });
  expect([...drawn].map(({ start, end }) => `${start} to ${end}`)).toEqual([
    '2026-01-01 to 2026-01-04',
    '2026-01-05 to 2026-01-08',
  ]);
});
