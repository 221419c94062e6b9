import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/workers/services/free-port.ts';
import { findTemporalCli } from '../../src/workers/services/temporal-cli.ts';
import { withFolder } from '../helpers/folder.ts';
import { type CommandEnd, type Rivers, startCommand, withRivers } from '../helpers/with-rivers.ts';

const period = { start: '2026-01-01', end: '2026-01-04' };
const rivers = {
  details: {
    report: 'customer-action-details-by-date',
    period,
    chunks: { every: 'daily', size: 2 },
    target: { table: 'details' },
  },
  actions: {
    report: 'customers-by-action',
    period,
    filters: { actions: ['Free Spins', 15] },
    target: { table: 'actions' },
  },
  groups: { report: 'actions-by-target-group', period, target: { table: 'groups' } },
  sends: { report: 'customer-send-details-by-campaign', period, target: { table: 'sends' } },
  channels: { report: 'execution-channels', target: { table: 'channels' } },
};

const resultKeys = [
  'river',
  'workflowId',
  'runId',
  'retryOf',
  'status',
  'period',
  'chunks',
  'rows',
  'calls',
  'failedChunks',
  'warnings',
  'startedAt',
  'finishedAt',
];

/** Standard output must be one JSON document and nothing else. */
function documentOf<T = Record<string, unknown>>({ stdout }: CommandEnd): T {
  return JSON.parse(stdout) as T;
}

/** A place where nobody listens. */
const nowhere = async () => `127.0.0.1:${await freePort()}`;

describe('river run', () => {
  it('waits, shows what goes on, and answers the result', () =>
    withRivers({ rivers }, async ({ river, simulator }) => {
      const text = await river('run', 'details', '--wait');
      expect(text.code).toBe(0);
      expect(text.stderr).toContain('Started details');
      expect(text.stdout).toMatch(/details succeeded[\s\S]*2 of 2 chunks loaded/);

      const json = await river(
        'run',
        'details',
        '--wait',
        '--json',
        '--start',
        '2026-01-02',
        '--end',
        '2026-01-03',
        '--every',
        'daily',
        '--id',
        'mine',
      );
      const result = documentOf(json);
      expect(Object.keys(result)).toEqual(resultKeys);
      expect(result).toMatchObject({
        river: 'details',
        workflowId: 'mine',
        status: 'succeeded',
        period: { start: '2026-01-02', end: '2026-01-03' },
        chunks: { total: 2, loaded: 2 },
        rows: simulator.world.rowCount('customer-action-details-by-date', {
          days: ['2026-01-02', '2026-01-03'],
        }),
      });

      const filtered = await river(
        'run',
        'actions',
        '--wait',
        '--json',
        '--filter',
        'actions=12',
        '--load',
        'append',
        '--size',
        '2',
        '--every',
        'daily',
      );
      expect(documentOf(filtered)).toMatchObject({ chunks: { total: 2 }, calls: 40 });
    }));

  it('starts and returns; status tells how it went', () =>
    withRivers({ rivers }, async ({ river, temporal }) => {
      const started = await river('run', 'details', '--json', '--id', 'later');
      expect(started.code).toBe(0);
      expect(documentOf(started)).toMatchObject({ workflowId: 'later', status: 'running', chunks: null });
      await temporal.client.workflow.getHandle('later').result();

      const one = documentOf(await river('status', 'later', '--json'));
      expect(Object.keys(one)).toEqual([...resultKeys, 'chunkStates']);
      expect(one).toMatchObject({ status: 'succeeded', chunks: { loaded: 2 } });
      expect(one.chunkStates).toEqual([
        expect.objectContaining({
          start: '2026-01-01',
          end: '2026-01-02',
          state: 'loaded',
          attempts: 1,
          error: null,
        }),
        expect.objectContaining({ start: '2026-01-03', end: '2026-01-04', state: 'loaded' }),
      ]);
      const all = documentOf<object[]>(await river('status', '--json'));
      expect(all).toHaveLength(1);
      expect((await river('status')).stdout).toContain('later');
      const unknown = await river('status', 'never');
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toContain('never');
    }));

  it('that fails once it was opened exits with 1, that is refused before with 2', () =>
    withRivers(
      { rivers, simulator: { auth: { apiKey: 'another' } } },
      async ({ river, simulator, warehouse }) => {
        const refused = await river('run', 'detials');
        expect(refused).toMatchObject({ code: 2, stdout: '' });
        expect(refused.stderr).toMatch(/details/);
        const faults = await river(
          'run',
          'details',
          '--start',
          '2026-02-30',
          '--size',
          '1.5',
          '--every',
          'weekly',
        );
        expect(faults.code).toBe(2);
        expect(faults.stderr.trim().split('\n')).toHaveLength(3);
        expect(simulator.stats().calls).toBe(0);
        expect(await warehouse.tables()).toEqual([]);

        const wrongKey = await river('run', 'details', '--wait', '--json');
        expect(wrongKey.code).toBe(1);
        expect(documentOf(wrongKey)).toMatchObject({ status: 'failed', chunks: { failed: 2 } });
        const text = await river('run', 'details', '--wait');
        expect(text.stdout).toContain('main');
      },
    ));

  it('that nobody takes says so and exits with 3', () =>
    withRivers({ rivers, worker: false }, async ({ river }) => {
      const end = await river('run', 'details', '--wait');
      expect(end.code).toBe(3);
      expect(end.stderr).toMatch(/river worker/);
    }));

  it('that is watched and interrupted goes on, and exits with 130', () =>
    withRivers({ rivers, simulator: { latencyMs: 2_000 } }, async ({ start, temporal }) => {
      const watching = start('run', 'details', '--wait', '--id', 'watched');
      await watching.says('0/2 chunks');
      watching.kill('SIGINT');
      expect((await watching.end).code).toBe(130);
      await temporal.client.workflow.getHandle('watched').result();
    }));
});

describe('river plan', () => {
  it('says the calls that the run then makes, and the time they take at least', () =>
    withRivers(
      {
        rivers,
        connection: {
          budget: [
            { calls: 2000, per: '1h' },
            { calls: 50, per: '10s' },
          ],
        },
        simulator: {},
      },
      async ({ river, pull }) => {
        const plans = documentOf<
          { river: string; calls: { list: number; data: number | null }; seconds: number | null }[]
        >(await river('plan', '--json', '--at', '2026-01-31T10:00:00Z'));
        const of = (name: string) => plans.find((plan) => plan.river === name);
        expect(of('details')).toMatchObject({
          report: 'customer-action-details-by-date',
          at: '2026-01-31T10:00:00.000Z',
          day: '2026-01-31',
          period,
          chunks: [
            { start: '2026-01-01', end: '2026-01-02' },
            { start: '2026-01-03', end: '2026-01-04' },
          ],
          calls: { list: 0, data: 4 },
        });
        expect(of('actions')?.calls).toEqual({ list: 1, data: 80 });
        expect(of('actions')?.seconds).toBeGreaterThan(10);
        expect(of('groups')?.calls).toEqual({ list: 1, data: 16 });
        expect(of('sends')).toMatchObject({
          calls: { list: 4, data: null },
          seconds: null,
          finishesAt: null,
        });
        for (const name of ['details', 'groups', 'channels']) {
          const calls = of(name)?.calls;
          expect((await pull({ river: name })).calls, name).toBe((calls?.list ?? 0) + (calls?.data ?? 0));
        }
      },
    ));

  it('works without Temporal: asks nothing, and says what it cannot know', () =>
    withRivers({ rivers, worker: false }, async ({ env, simulator }) => {
      const away = { ...env, TEMPORAL_ADDRESS: await nowhere() };
      const known = await startCommand(['plan', 'details', '--json'], away).end;
      expect(known.code).toBe(0);
      expect(documentOf(known)).toMatchObject({ calls: { list: 0, data: 4 }, seconds: 0 });
      const unknown = await startCommand(['plan', 'groups', '--json'], away).end;
      expect(documentOf(unknown)).toMatchObject({ calls: { list: 1, data: null }, seconds: null });
      expect((await startCommand(['plan', 'groups'], away).end).stdout).toMatch(/Temporal is away/);
      expect(simulator.stats().calls).toBe(0);
    }));
});

describe('river check', () => {
  it('has a line for the file, each connection, each warehouse and Temporal', () =>
    withRivers({ rivers }, async ({ river }) => {
      const end = await river('check', '--json');
      expect(end.code).toBe(0);
      const { ok, checks } = documentOf<{
        ok: boolean;
        checks: { what: string; ok: boolean; message: string }[];
      }>(end);
      expect(ok).toBe(true);
      expect(checks.map(({ what }) => what)).toEqual([
        'configuration',
        'connection main',
        'warehouse test',
        'temporal',
      ]);
      expect(checks[1]?.message).toContain('2026-01-31');
    }));

  it('exits with 3 where the API or Temporal is away, with 1 where the key is refused', () =>
    withRivers({ rivers, worker: false }, async ({ river, env, simulator }) => {
      const noTemporal = await startCommand(['check'], { ...env, TEMPORAL_ADDRESS: await nowhere() }).end;
      expect(noTemporal.code).toBe(3);
      expect(noTemporal.stdout).toMatch(/failed +temporal: .*127\.0\.0\.1/);
      expect(noTemporal.stdout).toMatch(/ok +connection main/);
      const wrongKey = await startCommand(['check'], { ...env, SIMULATOR_KEY: 'wrong' }).end;
      expect(wrongKey.code).toBe(1);
      expect(wrongKey.stdout).not.toContain('wrong"');
      await simulator.stop();
      const noApi = await river('check');
      expect(noApi.code).toBe(3);
      expect(noApi.stdout).toContain(`127.0.0.1:${simulator.port}`);
    }));

  it('shows every fault of the file at once and exits with 2', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'river.yaml');
      await writeFile(file, 'connections: {}\nrivers:\n  a: { report: promo-kodes, tabel: x }\n');
      const end = await startCommand(['--config', file, 'check', '--json'], process.env).end;
      expect(end.code).toBe(2);
      const { ok, checks } = documentOf<{ ok: boolean; checks: { message: string }[] }>(end);
      expect(ok).toBe(false);
      expect(checks[0]?.message).toMatch(/promo-codes[\s\S]*tabel|tabel[\s\S]*promo-codes/);
    }));
});

describe('other commands', () => {
  it('that need Temporal name the address where nobody answers and exit with 3', () =>
    withRivers({ rivers, worker: false }, async ({ env }) => {
      const address = await nowhere();
      for (const args of [['run', 'details'], ['status'], ['budget'], ['worker']]) {
        const end = await startCommand(args, { ...env, TEMPORAL_ADDRESS: address }).end;
        expect(end.code, args[0]).toBe(3);
        expect(end.stderr, args[0]).toContain(address);
      }
    }));

  it('reports prints the catalogue', async () => {
    const all = documentOf<Record<string, unknown>[]>(
      await startCommand(['reports', '--json'], process.env).end,
    );
    expect(all).toHaveLength(27);
    expect(Object.keys(all[0] ?? {})).toEqual([
      'number',
      'slug',
      'title',
      'endpoint',
      'time',
      'filters',
      'pages',
      'columns',
      'key',
    ]);
    const one = documentOf(await startCommand(['reports', 'customers-by-action', '--json'], process.env).end);
    expect(one).toMatchObject({
      number: 1,
      columns: expect.arrayContaining([{ name: 'action_id', type: 'integer', from: 'call' }]),
    });
    expect((await startCommand(['reports', 'nothing'], process.env).end).code).toBe(2);
    expect((await startCommand(['nothing'], process.env).end).code).toBe(2);
  });

  it('budget shows what was sent', () =>
    withRivers({ rivers }, async ({ river, pull }) => {
      await pull({ river: 'details' });
      const [main] = documentOf<{ connection: string; windows: { used: number; free: number }[] }[]>(
        await river('budget', '--json'),
      );
      expect(main).toMatchObject({ connection: 'main', waiting: 0, throttledUntil: null });
      expect(main?.windows[0]).toMatchObject({ calls: 1_000_000, perSeconds: 3600, used: 4, free: 999_996 });
      expect((await river('budget')).stdout).toContain('main');
    }));

  it('simulator answers until it is stopped; a port that is taken is a sentence', () =>
    withRivers({ rivers, worker: false }, async ({ start, simulator }) => {
      const running = start('simulator', '--port', '0', '--json');
      await running.says('_simulator/stats');
      running.kill('SIGTERM');
      const end = await running.end;
      expect(end.code).toBe(0);
      expect(documentOf(end)).toHaveProperty('url');
      const taken = await start('simulator', '--port', String(simulator.port)).end;
      expect(taken.code).toBe(2);
      expect(taken.stderr).toContain(String(simulator.port));
    }));

  it("Temporal's own CLI starts a run", () =>
    withRivers({ rivers }, async ({ temporal, simulator }: Rivers) => {
      const cli = await findTemporalCli();
      const at = ['--address', temporal.address, '--namespace', temporal.namespace];
      const temporalCli = promisify(execFile);
      const input = '{"river":"details"}';
      await temporalCli(cli, [
        'workflow',
        'start',
        ...at,
        '--type',
        'riverRun',
        '--task-queue',
        'river',
        '--workflow-id',
        'cli',
        '--input',
        input,
      ]);
      const { stdout } = await temporalCli(cli, [
        'workflow',
        'result',
        ...at,
        '--workflow-id',
        'cli',
        '--output',
        'json',
      ]);
      const rows = simulator.world.rowCount('customer-action-details-by-date', {
        days: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
      });
      expect(stdout).toContain('"succeeded"');
      expect(stdout).toContain(`"rows": ${rows}`);
    }));
});
