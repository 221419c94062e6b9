import { randomBytes } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import type { RunProgress } from '#domain/run/progress';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, type RiversOptions, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl, type WarehouseCorner } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-16');
const concurrency = 4;
const river = (table: string) => ({
  report: 'customer-action-details-by-date',
  period: { start: days[0], end: days.at(-1) },
  chunks: { every: 'daily' },
  target: { table },
});
const options: RiversOptions = {
  rivers: { one: river('one'), other: river('other') },
  connection: { maxConcurrentCalls: concurrency },
  writeGates: { triesAfterMs: [300], slowAfterMs: 500 },
};

const start = ({ temporal }: Rivers, name: string) =>
  startRun({ ...temporal, close: async () => {} }, { river: name, input: { river: name }, workflowId: name });
const progressOf = ({ temporal }: Rivers, name: string) =>
  temporal.client.workflow.getHandle(name).query<RunProgress, []>('progress');

/** What a run tells while its warehouse takes nothing. */
const waitsFor = (wait: object): unknown =>
  expect.arrayContaining([expect.objectContaining({ on: 'warehouse', ...wait })]);

/** Breaks the warehouse under two runs that pull: says how many calls came after that, and how both have ended once it was mended. */
async function brokenAndMended(
  house: Rivers,
  { breaks, mends, reason }: { breaks(): Promise<unknown>; mends(): Promise<unknown>; reason: string },
) {
  house.simulator.setFaults([{ kind: 'hold', after: 8 }]);
  const runs = [await start(house, 'one'), await start(house, 'other')];
  const inMiddle = () => house.simulator.stats().calls === 8 + concurrency;
  await vi.waitUntil(inMiddle, { timeout: 150_000, interval: 20 });
  await breaks();
  house.simulator.setFaults([]);
  const before = house.simulator.stats().calls;
  const waits = waitsFor({ warehouse: 'test', reason: expect.stringMatching(reason) });
  const says = vi.waitFor(
    async () => {
      for (const name of ['one', 'other']) expect(await progressOf(house, name)).toMatchObject({ waits });
    },
    { timeout: 150_000, interval: 100 },
  );
  await says;
  const held = house.simulator.stats().calls;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const wasted = house.simulator.stats().calls - before;
  expect(house.simulator.stats().calls).toBe(held);
  const details = await house.temporal.client.workflow
    .getHandle('one')
    .query<{ currentDetails?: string }, []>('__temporal_workflow_metadata');
  expect(details.currentDetails).toContain('The warehouse test cannot be written to (');
  await mends();
  const results = [];
  for (const run of runs) {
    const end = await waitForEnd(run);
    if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
    results.push(end.result);
  }
  return { wasted, results };
}

/** Nothing was repeated but what was in flight; every row is there, and every call is in the manifest. */
async function expectWhole(house: Rivers, { wasted, results }: Awaited<ReturnType<typeof brokenAndMended>>) {
  expect(wasted).toBeLessThanOrEqual(concurrency);
  const rows = house.simulator.world.rowCount('customer-action-details-by-date', { days });
  for (const result of results) expect(result.rows).toBe(rows);
  const calls = house.simulator.stats().calls;
  const noted = await house.sql(
    `select count(*) as n, sum(case when outcome = 'lost' then 1 else 0 end) as lost from river_calls`,
  );
  const lost = results.reduce((sum, result) => sum + (result.lostCalls ?? 0), 0);
  expect([Number(noted[0]?.n), Number(noted[0]?.lost)]).toEqual([calls, lost]);
  expect(lost).toBe(calls - 2 * days.length);
  expect(results.reduce((sum, result) => sum + (result.calls ?? 0), 0)).toBe(calls);
  const told = results
    .flatMap(({ warnings }) => warnings)
    .filter(({ message }) => /could not be stored/.test(message));
  expect(told.length).toBe(results.filter(({ lostCalls = 0 }) => lostCalls > 0).length);
  return lost;
}

const schemaOf = ({ setting }: WarehouseCorner) => ('schema' in setting ? setting.schema : '');

describe('a warehouse that takes nothing in the middle of two runs', () => {
  it.concurrent('because its disk is full: nothing is called until it does', () =>
    withRivers(options, async (house) => {
      const broken = await brokenAndMended(house, {
        reason: 'disk full',
        async breaks() {
          await house.sql(`create function full_disk() returns trigger language plpgsql as
            $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
          await house.sql(
            'create trigger full_disk before insert on river_calls for each row execute function full_disk()',
          );
        },
        mends: () => house.sql('drop function full_disk() cascade'),
      });
      expect(await expectWhole(house, broken)).toBeGreaterThan(0);
    }));

  it.concurrent('because its schema is gone', () =>
    withRivers(options, async (house) => {
      const schema = schemaOf(house.warehouse);
      const broken = await brokenAndMended(house, {
        reason: 'missing',
        breaks: () => house.sql(`alter schema ${schema} rename to ${schema}_gone`),
        mends: () => house.sql(`alter schema ${schema}_gone rename to ${schema}`),
      });
      await expectWhole(house, broken);
    }));

  it.concurrent('because its role has lost its rights, and then because the server has become read-only for it', () => {
    const role = `clerk_${randomBytes(6).toString('hex')}`;
    const own = postgresUrl().replace(/\/\/.*@/, `//${role}:of-the-clerk@`);
    return withRivers({ ...options, warehouseUrl: () => own }, async (house) => {
      const schema = schemaOf(house.warehouse);
      const endSessions = () =>
        house.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
      await house.sql(`create role ${role} login password 'of-the-clerk'`);
      try {
        await house.sql(`grant usage, create on schema ${schema} to ${role}`);
        const denied = await brokenAndMended(house, {
          reason: 'access denied',
          // Its tables are its own; from an owner the right can be taken as well.
          breaks: () => house.sql(`revoke insert, update on all tables in schema ${schema} from ${role}`),
          mends: () => house.sql(`grant insert, update on all tables in schema ${schema} to ${role}`),
        });
        await expectWhole(house, denied);
        house.simulator.reset();
        await house.sql('delete from river_calls');
        const readOnly = await brokenAndMended(house, {
          reason: 'read-only',
          async breaks() {
            await house.sql(`alter role ${role} set default_transaction_read_only to on`);
            await endSessions();
          },
          async mends() {
            await house.sql(`alter role ${role} reset default_transaction_read_only`);
            await endSessions();
          },
        });
        await expectWhole(house, readOnly);
      } finally {
        await house.sql(`drop owned by ${role}; drop role ${role}`);
      }
    });
  });

  it.concurrent('because another process has a SQLite file locked', () =>
    withRivers({ ...options, kind: 'sqlite' }, async (house) => {
      const { filename } = house.warehouse.setting.connection.reveal() as { filename: string };
      const other = new Sqlite(filename, { timeout: 0 });
      try {
        const broken = await brokenAndMended(house, {
          reason: 'locked|does not answer',
          // Between two of the run's own transactions.
          breaks: () =>
            vi.waitFor(() => void other.exec('begin immediate'), { timeout: 150_000, interval: 3 }),
          mends: async () => other.exec('rollback'),
        });
        await expectWhole(house, broken);
      } finally {
        other.close();
      }
    }));
});

const impatient: RiversOptions = { ...options, rivers: { one: { ...river('one'), giveUpAfter: '3s' } } };
const failureOf = async (house: Rivers, name: string) => {
  const end = await waitForEnd(await start(house, name));
  if (end.end !== 'failed') throw new Error(JSON.stringify(end));
  return end;
};

describe('what only fails for giveUpAfter is given up', () => {
  it.concurrent('a warehouse that takes nothing at all ends the run, whose result says what to do', () =>
    withRivers(impatient, async (house) => {
      const schema = schemaOf(house.warehouse);
      const failing = failureOf(house, 'one');
      await vi.waitUntil(() => house.simulator.stats().calls >= 8, { timeout: 150_000, interval: 5 });
      await house.sql(`alter schema ${schema} rename to ${schema}_gone`);
      const { kind, message, result } = await failing;
      expect(kind).toBe('WarehouseGivenUpError');
      expect(message).toMatch(
        /^Given up: writing into the warehouse test has failed since .* \(a schema or a table is missing\), for longer than giveUpAfter \(3s\)\. Restore .*`river retry one` loads what is missing\.$/,
      );
      expect(result).toMatchObject({ status: 'failed', chunks: { total: days.length } });
      const { loaded = 0, failed = 0 } = result?.chunks ?? {};
      expect(loaded + failed).toBe(days.length);
      await house.sql(`alter schema ${schema}_gone rename to ${schema}`);
      await house.pull({ retryFailedChunksOf: 'one' });
      const [rows] = await house.sql('select count(*) as n from one');
      expect(Number(rows?.n)).toBe(
        house.simulator.world.rowCount('customer-action-details-by-date', { days }),
      );
    }));

  it.concurrent('a commit that only fails fails its chunk, shows why meanwhile, and leaves the others alone', () =>
    withRivers(impatient, async (house) => {
      const handle = await start(house, 'one');
      await vi.waitUntil(() => house.simulator.stats().calls >= 1, { timeout: 150_000, interval: 5 });
      await house.sql(`create function full_disk() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
      await house.sql(
        `create trigger full_disk before insert on one for each row when (new.date = '2026-01-16') execute function full_disk()`,
      );
      await vi.waitFor(
        async () =>
          expect(await progressOf(house, 'one')).toMatchObject({ waits: waitsFor({ reason: 'disk full' }) }),
        { timeout: 150_000, interval: 50 },
      );
      const end = await waitForEnd(handle);
      expect(end).toMatchObject({
        end: 'failed',
        kind: 'ChunksFailed',
        result: {
          chunks: { total: days.length, loaded: days.length - 1, failed: 1 },
          failedChunks: [
            {
              start: '2026-01-16',
              error: expect.stringMatching(
                /^WarehouseUnavailableError: Given up: loading into the warehouse test has failed since .*\(disk full\).*giveUpAfter \(3s\)\. Free space on its disk/,
              ),
            },
          ],
        },
      });
      // Each day was called once: what failed is loading.
      expect(house.simulator.stats().calls).toBe(days.length);
    }));

  it.concurrent('who cancels does not wait for a warehouse that takes nothing', () =>
    withRivers(options, async (house) => {
      const schema = schemaOf(house.warehouse);
      const handle = await start(house, 'one');
      await vi.waitUntil(() => house.simulator.stats().calls >= 8, { timeout: 150_000, interval: 5 });
      await house.sql(`alter schema ${schema} rename to ${schema}_gone`);
      await vi.waitFor(
        async () =>
          expect(await progressOf(house, 'one')).toMatchObject({ waits: waitsFor({ warehouse: 'test' }) }),
        { timeout: 150_000, interval: 50 },
      );
      await house.temporal.client.workflow.getHandle('one').cancel();
      expect((await waitForEnd(handle)).end).toBe('cancelled');
      await house.sql(`alter schema ${schema}_gone rename to ${schema}`);
    }));
});

/** Every answer is refused that a run wants to note, as on a full disk. */
const fillDisk = async ({ sql }: Rivers) => {
  await sql(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
  await sql(
    'create trigger full_disk before insert on river_calls for each row execute function full_disk()',
  );
};
const freeDisk = ({ sql }: Rivers) => sql('drop function full_disk() cascade');
const isHeld = (house: Rivers, name: string) =>
  vi.waitFor(
    async () =>
      expect(await progressOf(house, name)).toMatchObject({ waits: waitsFor({ reason: 'disk full' }) }),
    { timeout: 150_000, interval: 100 },
  );

describe('a run that waits for its warehouse', () => {
  it.concurrent('is paused and resumed meanwhile, and is killed with its worker: no call is sent before the warehouse takes it', () =>
    withRivers({ ...options, worker: false }, async (house) => {
      const first = house.start('worker');
      await first.says('Working on');
      const handle = await start(house, 'one');
      await vi.waitUntil(() => house.simulator.stats().calls >= 4, { timeout: 150_000, interval: 5 });
      await fillDisk(house);
      await isHeld(house, 'one');
      const held = house.simulator.stats().calls;
      expect((await house.river('pause', 'one')).code).toBe(0);
      expect((await progressOf(house, 'one')).sentence).toMatch(/^Paused since /);
      first.kill('SIGKILL');
      await first.end;
      await house.work();
      expect((await house.river('resume', 'one')).code).toBe(0);
      await isHeld(house, 'one');
      // A new process knows nothing of the trouble: it learns of it with the calls that it sends at once, or with none.
      expect(house.simulator.stats().calls - held).toBeLessThanOrEqual(concurrency);
      await freeDisk(house);
      const end = await waitForEnd(handle);
      const rows = house.simulator.world.rowCount('customer-action-details-by-date', { days });
      expect(end).toMatchObject({ end: 'succeeded', result: { rows } });
      expect(house.simulator.stats().calls).toBeLessThanOrEqual(days.length + 2 * concurrency);
      const [{ n } = {}] = await house.sql('select count(*) as n from one');
      expect(Number(n)).toBe(rows);
    }));

  it.concurrent('asks for no list either, of the run or of a chunk', () => {
    const campaigns = {
      report: 'customer-send-details-by-campaign',
      period: { start: '2026-01-01', end: '2026-01-03' },
      chunks: { every: 'daily' },
      target: { table: 'sends' },
    };
    const byName = {
      report: 'customers-by-action',
      period: { start: '2026-01-01', end: '2026-01-02' },
      chunks: { every: 'daily' },
      filters: { actions: ['Free Spins'] },
      target: { table: 'by_name' },
    };
    const rivers = { one: river('one'), campaigns, byName };
    return withRivers({ ...options, rivers }, async (house) => {
      await house.pull({ river: 'one' });
      const before = house.simulator.stats().calls;
      await fillDisk(house);
      const runs = [];
      for (const name of ['campaigns', 'byName']) {
        runs.push(await start(house, name));
        await isHeld(house, name);
      }
      const held = house.simulator.stats().calls;
      expect(held - before).toBeLessThanOrEqual(concurrency);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(house.simulator.stats().calls).toBe(held);
      await freeDisk(house);
      for (const run of runs) expect((await waitForEnd(run)).end).toBe('succeeded');
      const { world } = house.simulator;
      const [{ n } = {}] = await house.sql('select count(*) as n from sends');
      expect(Number(n)).toBe(
        world.rowCount('customer-send-details-by-campaign', {
          days: daysBetween('2026-01-01', '2026-01-03'),
        }),
      );
    });
  });
});
