import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '#cli/command-line';
import { commandHere } from '../helpers/command-here.ts';

const program = await buildProgram();

const withSubCommands = (command: Command): Command[] =>
  command.commands
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => [each, ...withSubCommands(each)]);

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const all = withSubCommands(program);

test('`river --help` groups the commands on one screen', async () => {
  const { stdout } = await commandHere(['--help'], {});
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(48);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const firsts = ['Try +demo', 'Set up +', 'Run +run', 'Repair +retry', 'Operate +worker'];
  const at = firsts.map((first) => lines.findIndex((line) => new RegExp(`^${first}`).test(line)));
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at).not.toContain(-1);
  for (const command of program.commands) {
    if (command.name() === 'help') continue;
    const named = lines.filter((line) =>
      new RegExp(`^.{9}${command.name()} .*${escaped(command.summary())}$`).test(line),
    );
    expect(named, command.name()).toHaveLength(1);
  }
});

const escaped = (text: string) => text.replaceAll(/[.*+?()[\]]/g, '\\$&');

/** The words of a command line, as a shell takes it apart. */
const wordsOf = (line: string): string[] =>
  (line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );

describe.each(all.map((command) => [nameOf(command)]))('%s', (name) => {
  test('has two examples that it takes, in lines that fit', async () => {
    const { stdout } = await commandHere([...name.split(' '), '--help'], {});
    const examples = [...(stdout.split('Examples:\n')[1] ?? '').matchAll(/^ {4}(river .*)$/gm)].map(
      ([, line = '']) => line,
    );
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const line of examples) {
      const parsed = await buildProgram();
      let taken = '';
      for (const command of withSubCommands(parsed))
        command.action(() => {
          taken = nameOf(command);
        });
      await parsed.parseAsync(wordsOf(line).slice(1), { from: 'user' });
      expect(taken === name || taken.startsWith(`${name} `), line).toBe(true);
    }
  });
});

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Says at the end which packages were loaded, and which rooms of the sources. */
const tell = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? /\\/src\\/([^/]+)/.exec(url) ?? [];
      if (name) loaded.add(name);
      return next(url, context);
    },
  });
  process.on('exit', () => process.stderr.write('\\nloaded ' + JSON.stringify([...loaded])));
`;

/** What a command loads in a process of its own. */
async function loadedBy(line: string): Promise<{ readonly loaded: string[]; readonly said: string }> {
  const imported = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const child = spawn(process.execPath, [imported, main, ...line.split(' ')], {
    env: { OPTIMOVE_API_KEY: 'a-key' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { loaded: JSON.parse(/^loaded (.*)$/m.exec(said)?.[1] ?? 'null'), said };
}

const light = [
  'cli',
  'config',
  'control',
  'domain',
  'workers',
  'commander',
  'picocolors',
  'dayjs',
  'string-width',
];

describe('what takes long to load is loaded by those who need it', () => {
  test.each(['--help', 'reports customer-by-action', 'completion bash'])(
    'river %s loads the command line, and no more than words of the domain',
    async (line) => {
      const { loaded } = await loadedBy(line);
      expect(loaded.filter((name) => !light.includes(name))).toEqual([]);
    },
  );

  test.each([
    'run no-such-river',
    'forget no-such-river --start 2026-01-01 --end 2026-01-01',
    'verify no-such-river',
  ])('river %s reads the configuration, and loads neither Temporal nor a database', async (line) => {
    const { loaded, said } = await loadedBy(`${line} --config examples/river.yaml`);
    expect(said).toContain('no-such-river');
    for (const heavy of [
      '@temporalio/client',
      'knex',
      'pg',
      'better-sqlite3',
      'got',
      'warehouse',
      'workflows',
    ])
      expect(loaded, heavy).not.toContain(heavy);
  });
});
