import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '#config/load-configuration';
import { documentOf, nowhere } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { riverInTerminal } from '../../helpers/in-terminal.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { simulatorKey, withSimulator } from '../../helpers/with-simulator.ts';

/** What a person presses. */
const keys = {
  enter: '\r',
  down: '\u001b[B',
  clear: '\u0015',
  tab: '\t',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const;

/** The environment of a person without a Temporal and without a key. */
const bare = async (): Promise<NodeJS.ProcessEnv> => {
  const { OPTIMOVE_API_KEY: _, RIVER_CONFIG: __, ...env } = process.env;
  return { ...env, TEMPORAL_ADDRESS: await nowhere() };
};

const load = (folder: string) =>
  loadConfiguration({
    file: join(folder, 'river.yaml'),
    env: { OPTIMOVE_API_KEY: 'x', WAREHOUSE_URL: 'postgres://h/d' },
  });

const flags = ['--base-url', 'http://127.0.0.1:4010/current', '--report', 'promo-codes'];

describe.concurrent('river init', () => {
  it('asks at a terminal, and offers what the API has', () =>
    withSimulator({}, (simulator) =>
      withFolder(async (cwd) => {
        const terminal = riverInTerminal(['init'], { env: await bare(), cwd });
        // What is typed before a question is open, as its mark says, the terminal may swallow.
        const answer = async (question: string, typed: string) => {
          await terminal.shows(`◆  ${question}`);
          terminal.type(typed);
        };
        await answer('Base URL', `${keys.clear}nowhere${keys.enter}`);
        await terminal.shows(/got "nowhere"\n│\n◆ {2}Base URL/);
        terminal.type(`${keys.clear}${simulator.url}/current${keys.enter}`);
        await answer('Which report?', 'customers-by');
        await terminal.shows('Which customers were sent an action on a day');
        terminal.type(keys.enter);
        await answer('API key', `${simulatorKey}${keys.enter}`);
        await answer('actions:', `${keys.tab}${keys.enter}`);
        await answer('customerAttributes', `Country, Currency${keys.enter}`);
        await answer('Which days?', `${keys.down}${keys.enter}`);
        await answer('First day', `2026-02-30${keys.enter}`);
        await terminal.shows('Expected a day that exists');
        terminal.type(`${keys.clear}2026-01-01${keys.enter}`);
        await answer('Last day', `${keys.clear}2026-01-03${keys.enter}`);
        await answer('Where do the rows go?', keys.enter);
        await answer('Table', keys.enter);
        const code = await terminal.end;
        const shown = await terminal.screen();
        expect(code, shown).toBe(0);
        expect(shown).toMatch(/The next command:\s+npm run -s river -- check$/);
        expect(terminal.written()).not.toContain(simulatorKey);

        const text = await readFile(join(cwd, 'river.yaml'), 'utf8');
        const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
        const path = schema.startsWith('file:') ? fileURLToPath(schema) : resolve(cwd, schema);
        expect(existsSync(path), path).toBe(true);
        expect(text).toContain('actions: [ 12 ] # Free Spins\n');
        expect(text + (await readFile(join(cwd, '.env.example'), 'utf8'))).not.toContain(simulatorKey);
        expect((await load(cwd)).rivers.get('customers-by-action')).toMatchObject({
          report: 'customers-by-action',
          period: { start: '2026-01-01', end: '2026-01-03' },
          chunks: { every: 'daily', size: 1 },
          filters: { actions: [12], customerAttributes: ['Country', 'Currency'] },
          target: { warehouse: 'local', table: 'customers_by_action' },
        });
      }),
    ));

  it('writes nothing where the input ends in the middle of its questions, and needs a terminal that can draw', () =>
    withFolder(async (cwd) => {
      const env = await bare();
      const args = ['init', '--base-url', 'http://127.0.0.1:9/current'];
      const terminal = riverInTerminal(args, { env, cwd });
      await terminal.shows('◆  Which report?');
      terminal.type(keys.ctrlD);
      const code = await terminal.end;
      const shown = await terminal.screen();
      expect(code, shown).toBe(130);
      expect(shown).toMatch(/\nNothing was written\.$/);
      const dumb = riverInTerminal(args, { env: { ...env, TERM: 'dumb' }, cwd });
      expect(await dumb.end).toBe(2);
      expect(await dumb.screen()).toContain('There is no terminal to ask at');
      expect(await readdir(cwd)).toEqual([]);
    }));

  it('asks for ids and names where the list cannot be read, and writes nothing after Ctrl-C', () =>
    withSimulator({ faults: [{ kind: 'status', status: 400, text: 'no list' }] }, (simulator) =>
      withFolder(async (cwd) => {
        const env = { ...(await bare()), OPTIMOVE_API_KEY: simulatorKey };
        const url = `${simulator.url}/current`;
        const report = 'executed-campaigns-by-channel';
        const terminal = riverInTerminal(['init', '--base-url', url, '--report', report], { env, cwd });
        await terminal.shows('The list of executionChannels could not be read');
        await terminal.shows('◆  executionChannels: ids or names');
        terminal.type(keys.ctrlC);
        const code = await terminal.end;
        const shown = await terminal.screen();
        expect(code, shown).toBe(130);
        expect(shown).toContain('Nothing was written.');
        expect(await readdir(cwd)).toEqual([]);
      }),
    ));

  it('takes flags without a terminal, and says in one sentence which are missing', () =>
    withFolder(async (cwd) => {
      const env = await bare();
      const init = (...args: string[]) => startCommand(['init', ...args], env, { cwd }).end;
      const missing = await init('--report', 'campaign-interaction-customers');
      expect(missing).toMatchObject({ code: 2, stdout: '' });
      expect(missing.stderr).toBe(
        'There is no terminal to ask at, and these are missing: --base-url, --period or --start, --filter events=…. `river init --help` has examples.\n',
      );
      const wrong = await init(...flags, '--start', 'soon');
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toMatch(
        /^rivers\.promo-codes\.period\.start: expected a day .*got "soon"\nNothing/,
      );
      const contradictions: [string, string | RegExp][] = [
        [
          '--period yesterday --schema x',
          '--schema: SQLite has no schemas. Leave it out, or add --warehouse postgres.\n',
        ],
        ['--end 2026-01-01', /these are missing: --period or --start\. /],
        [
          '--start 2026-01-01 --period yesterday',
          /^rivers\.promo-codes\.period\.predefined: expected either .*\nNothing/,
        ],
        ['--report all-actions --start 2026-01-01', /^rivers\.all-actions\.period: .* leave it out\nNothing/],
      ];
      for (const [line, said] of contradictions) {
        const end = await init(...flags, ...line.split(' '));
        expect(end, line).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr).toMatch(said);
      }
      expect(await readdir(cwd)).toEqual([]);

      const made = await init(...flags, '--start', '2026-01-01', '--warehouse', 'postgres', '--json');
      expect(documentOf(made)).toEqual({
        configuration: join(cwd, 'river.yaml'),
        envExample: join(cwd, '.env.example'),
        river: 'promo-codes',
        needed: ['OPTIMOVE_API_KEY', 'WAREHOUSE_URL'],
        next: 'npm run -s river -- check',
      });
      const { rivers, warehouses } = await load(cwd);
      expect(rivers.get('promo-codes')?.period).toEqual({ start: '2026-01-01' });
      expect(warehouses.get('prod')).toMatchObject({ client: 'pg', schema: 'optimove' });
    }));

  it('says in a sentence why nothing can be written there', () =>
    withFolder(async (cwd) => {
      await symlink('nowhere', join(cwd, 'link.yaml'));
      for (const [file, why] of [
        ['link.yaml', 'there is a link of that name, which leads nowhere. Delete it'],
        ['none/river.yaml', `there is no folder ${cwd}/none. Make it first, or write into another one`],
        [`${'x'.repeat(300)}.yaml`, 'open failed (ENAMETOOLONG)'],
      ]) {
        const args = ['--config', `${file}`, 'init', ...flags, '--period', 'yesterday'];
        const end = await startCommand(args, await bare(), { cwd }).end;
        expect(end, file).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr).toBe(`${file} cannot be written: ${why}. Nothing was written.\n`);
      }
      expect(await readdir(cwd)).toEqual(['link.yaml']);
    }));

  it('overwrites nothing', () =>
    withFolder(async (cwd) => {
      const env = await bare();
      const mine = '# mine\n';
      await writeFile(join(cwd, '.env.example'), mine);
      const first = await startCommand(['init', ...flags, '--period', 'yesterday'], env, { cwd }).end;
      expect(first.code, first.stderr).toBe(0);
      expect(first.stdout).toContain('.env.example was there already');
      expect(await readFile(join(cwd, '.env.example'), 'utf8')).toBe(mine);
      const before = await readFile(join(cwd, 'river.yaml'), 'utf8');
      const again = await startCommand(['init', ...flags, '--start', '2026-01-01'], env, { cwd }).end;
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toMatch(/^river\.yaml is there already, and nothing was written\./);
      expect(await readFile(join(cwd, 'river.yaml'), 'utf8')).toBe(before);
    }));
});
