import { describe, expect, it, vi } from 'vitest';
import { type RunEnd, waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import type { Fault } from '#simulator/faults/fault-kinds';
import { daysBetween } from '../helpers/days-between.ts';
import { startAt } from '../helpers/run-at.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { oneWarehouse, warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-04');
const report = 'customer-action-details-by-date';
const period = { start: '2026-01-01', end: '2026-01-04' };
const rivers = {
  details: { report, period, chunks: { every: 'daily' }, target: { table: 'details', load: 'append' } },
  replaced: { report, period, chunks: { every: 'daily' }, target: { table: 'replaced' } },
  tracked: {
    report,
    period: { start: '2026-01-01' },
    chunks: { every: 'daily' },
    target: { table: 'details', load: 'append' },
  },
};
const onDay = (day: string) => ({ match: { parameters: { Date: day } } });
const refusedOn = (...refused: string[]): Fault[] =>
  refused.map((day) => ({ kind: 'status', status: 400, ...onDay(day) }));

const rowsOf = ({ simulator }: Rivers, of: readonly string[] = days) =>
  simulator.world.rowCount(report, { days: of });
const rowsIn = async ({ sql }: Rivers, table = 'details') =>
  Number((await sql(`select count(*) as n from ${table}`))[0]?.n);
const callsOf = ({ simulator }: Rivers, from = 0) =>
  simulator
    .calls()
    .slice(from)
    .map(({ parameters }) => String(parameters.Date))
    .sort();

/** A run of which two of four days were refused; the API has thought better of it since. */
async function twoFailed(house: Rivers, river = 'details'): Promise<number> {
  house.simulator.setFaults(refusedOn('2026-01-02', '2026-01-04'));
  const end = await house.run({ river }, 'first');
  expect(end).toMatchObject({ end: 'failed', result: { chunks: { total: 4, loaded: 2, failed: 2 } } });
  house.simulator.setFaults([]);
  return house.simulator.stats().calls;
}

const started = ({ temporal }: Rivers, input: object, workflowId: string): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river: 'details', input, workflowId });

const refusal = (end: RunEnd) => (end.end === 'failed' ? [end.kind, end.message] : end);

describe.concurrent.each(warehouseKinds)('a retry into %s', (kind) => {
  it('loads the chunks that are not loaded, under their own run, and calls for nothing else', () =>
    withRivers({ kind, rivers }, async (house) => {
      const before = await twoFailed(house);
      const end = await house.run({ retryFailedChunksOf: 'first' }, 'again');
      const [first] = await house.sql("select run_id from river_runs where workflow_id = 'first'");
      expect(end).toMatchObject({
        end: 'succeeded',
        result: {
          river: 'details',
          workflowId: 'again',
          retryOf: 'first',
          chunks: { total: 2, loaded: 2, failed: 0, skipped: 0 },
          rows: rowsOf(house, ['2026-01-02', '2026-01-04']),
          calls: 2,
        },
      });
      expect(callsOf(house, before)).toEqual(['2026-01-02', '2026-01-04']);
      expect(await rowsIn(house)).toBe(rowsOf(house));
      expect(await house.sql('select distinct _run_id as run_id from details')).toEqual([first]);
      expect(await house.sql('select distinct run_id from river_days')).toEqual([first]);
      const chunks = await house.sql(
        `select state, sum(rows) as rows, count(*) as n from river_chunks where run_id = '${first?.run_id}' group by state`,
      );
      expect(chunks.map(({ state, rows, n }) => [state, Number(rows), Number(n)])).toEqual([
        ['loaded', rowsOf(house), 4],
      ]);
      const nothing = await house.run({ retryFailedChunksOf: 'again' }, 'third');
      expect(nothing).toMatchObject({
        end: 'succeeded',
        result: { retryOf: 'first', chunks: { total: 0, loaded: 0 }, rows: 0, calls: 0 },
      });
      expect(await rowsIn(house)).toBe(rowsOf(house));
    }));

  it('at the same time as another appends each chunk once', () =>
    withRivers({ kind, rivers, simulator: { latencyMs: 150 } }, async (house) => {
      await twoFailed(house);
      const ends = await Promise.all(
        ['one', 'other'].map((id) => house.run({ retryFailedChunksOf: 'first' }, id)),
      );
      const results = ends.map((end) => (end.end === 'succeeded' ? end.result : end));
      expect(results).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
      expect(await rowsIn(house)).toBe(rowsOf(house));
      const loaded = ends.map((end) => (end.end === 'succeeded' ? (end.result.chunks?.loaded ?? 0) : 0));
      expect(loaded.reduce((sum, each) => sum + each, 0)).toBe(2);
    }));

  it('at the same time as another, of a run that never knew what to pull, appends each day once', () =>
    withRivers({ kind, rivers, simulator: { latencyMs: 150 } }, async (house) => {
      house.simulator.setLastDataUpdate('2026-01-04');
      house.simulator.setFaults([{ kind: 'status', status: 401, match: { endpoint: 'GetLastDataUpdate' } }]);
      const first = await startAt(house, '2026-01-05', { river: 'tracked' });
      expect(await waitForEnd(first)).toMatchObject({ end: 'failed', kind: 'CredentialsRefusedError' });
      house.simulator.setFaults([]);
      const retryFailedChunksOf = first.workflowId;
      const ends = await Promise.all(['one', 'other'].map((id) => house.run({ retryFailedChunksOf }, id)));
      expect(ends).toMatchObject([{ end: 'succeeded' }, { end: 'succeeded' }]);
      expect(await rowsIn(house)).toBe(rowsOf(house));
      const chunks = await house.sql(
        `select c.state as state, count(*) as n from river_chunks c join river_runs r on r.run_id = c.run_id where r.workflow_id = '${retryFailedChunksOf}' group by c.state`,
      );
      expect(chunks.map(({ state, n }) => [state, Number(n)])).toEqual([['loaded', 4]]);
      expect(await house.run({ retryFailedChunksOf })).toMatchObject({ result: { chunks: { total: 0 } } });
    }));
});

describe.concurrent.each(oneWarehouse)('a retry of what is left, into %s', (kind) => {
  it('of a retry that failed itself completes the first run', () =>
    withRivers({ kind, rivers }, async (house) => {
      await twoFailed(house);
      house.simulator.setFaults(refusedOn('2026-01-04'));
      expect(await house.run({ retryFailedChunksOf: 'first' }, 'second')).toMatchObject({
        end: 'failed',
        kind: 'ChunksFailed',
        result: { retryOf: 'first', chunks: { total: 2, loaded: 1, failed: 1 } },
      });
      house.simulator.setFaults([]);
      expect(await house.run({ retryFailedChunksOf: 'second' }, 'third')).toMatchObject({
        end: 'succeeded',
        result: { retryOf: 'first', chunks: { total: 1, loaded: 1 }, calls: 1 },
      });
      expect(await rowsIn(house)).toBe(rowsOf(house));
    }));

  it('skips days that a later run has loaded since', () =>
    withRivers({ kind, rivers }, async (house) => {
      await twoFailed(house, 'replaced');
      const later = { start: '2026-01-02', end: '2026-01-03' };
      await house.pull({ river: 'replaced', period: later });
      const before = house.simulator.stats().calls;
      expect(await house.run({ retryFailedChunksOf: 'first' })).toMatchObject({
        end: 'succeeded',
        result: { chunks: { total: 2, loaded: 1, skipped: 1 }, calls: 1 },
      });
      expect(callsOf(house, before)).toEqual(['2026-01-04']);
      expect(await rowsIn(house, 'replaced')).toBe(rowsOf(house));
    }));

  it('completes a run that was cancelled or terminated, and is refused while it is under way', () =>
    withRivers({ kind, rivers, simulator: { latencyMs: 100 } }, async (house) => {
      for (const [table, ending] of [
        ['details', 'cancel'],
        ['replaced', 'terminate'],
      ] as const) {
        house.simulator.setFaults([{ kind: 'hold', ...onDay('2026-01-03') }]);
        const handle = await started(house, { river: table }, ending);
        await vi.waitFor(async () => expect(await rowsIn(house, table)).toBeGreaterThan(0), {
          timeout: 150_000,
        });
        expect(refusal(await house.run({ retryFailedChunksOf: ending }))).toEqual([
          'ConfigurationError',
          expect.stringMatching(/the run \w+ is still under way\. Wait/),
        ]);
        await handle[ending]();
        await handle.result().catch(() => undefined);
        house.simulator.setFaults([]);
        const end = await house.run({ retryFailedChunksOf: ending });
        expect(end).toMatchObject({ end: 'succeeded', result: { retryOf: ending } });
        expect(await rowsIn(house, table)).toBe(rowsOf(house));
      }
    }));
});

describe.concurrent('a retry', () => {
  it('of a run that is not there, or of nothing, is refused with a sentence', () =>
    withRivers({ rivers }, async (house) => {
      expect(refusal(await house.run({ retryFailedChunksOf: 'nobody' }))).toEqual([
        'ConfigurationError',
        expect.stringContaining('there is no run nobody in any manifest'),
      ]);
      const [kind, message] = refusal(
        await house.run({ retryFailedChunksOf: 7, river: 'details' }),
      ) as string[];
      expect(kind).toBe('ConfigurationError');
      expect(message).toMatch(/retryFailedChunksOf.*the workflow id of an earlier run/s);
    }));

  it('means the newest run of a workflow id, which it may bear itself', () =>
    withRivers({ rivers }, async (house) => {
      await twoFailed(house);
      await twoFailed(house);
      expect(await house.run({ retryFailedChunksOf: 'first' }, 'first')).toMatchObject({
        end: 'succeeded',
        result: { workflowId: 'first', retryOf: 'first', chunks: { total: 2, loaded: 2 } },
      });
      // What the first of the two runs lacks is lacking still: only the newest was meant.
      expect(await rowsIn(house)).toBe(2 * rowsOf(house) - rowsOf(house, ['2026-01-02', '2026-01-04']));
    }));

  it('reads the lists that a run never came to read', () =>
    withRivers(
      { rivers: { groups: { ...rivers.details, report: 'actions-by-target-group' } } },
      async (house) => {
        house.simulator.setFaults([{ kind: 'status', status: 400, times: 1 }]);
        const end = await house.run({ river: 'groups' }, 'first');
        expect(end).toMatchObject({ end: 'failed', result: { chunks: { loaded: 0, failed: 4 } } });
        house.simulator.reset();
        const again = await house.run({ retryFailedChunksOf: 'first' });
        expect(again).toMatchObject({ end: 'succeeded', result: { chunks: { total: 4, loaded: 4 } } });
        expect(again).toMatchObject({ result: { calls: house.simulator.stats().calls } });
        expect(await rowsIn(house)).toBe(house.simulator.world.rowCount('actions-by-target-group', { days }));
      },
    ));

  it('that is terminated midway is closed by the next one, which loads what is left, once', () =>
    withRivers({ rivers }, async (house) => {
      await twoFailed(house);
      house.simulator.setFaults([{ kind: 'slow', latencyMs: 200_000, ...onDay('2026-01-04') }]);
      const handle = await started(house, { retryFailedChunksOf: 'first' }, 'second');
      await vi.waitFor(async () => expect(await rowsIn(house)).toBe(rowsOf(house, days.slice(0, 3))), {
        timeout: 150_000,
      });
      await handle.terminate();
      house.simulator.setFaults([]);
      expect(await house.run({ retryFailedChunksOf: 'second' })).toMatchObject({
        end: 'succeeded',
        result: { retryOf: 'first', chunks: { total: 1, loaded: 1 }, calls: 1 },
      });
      expect(await rowsIn(house)).toBe(rowsOf(house));
      expect(await house.sql(`select "state" from river_runs where workflow_id = 'second'`)).toEqual([
        { state: 'terminated' },
      ]);
      expect((await house.warehouse.tables()).filter((name) => name.startsWith('river_staging'))).toEqual([]);
    }));

  it('whose worker is killed goes on with another, and repeats only the call in flight', () =>
    withRivers({ rivers, worker: false }, async (house) => {
      const first = house.start('worker');
      const before = await twoFailed(house);
      house.simulator.setFaults([{ kind: 'slow', latencyMs: 200_000, times: 1, ...onDay('2026-01-04') }]);
      const handle = await started(house, { retryFailedChunksOf: 'first' }, 'second');
      await vi.waitFor(async () => expect(await rowsIn(house)).toBe(rowsOf(house, days.slice(0, 3))), {
        timeout: 150_000,
      });
      first.kill('SIGKILL');
      await first.end;
      await house.work();
      expect(await waitForEnd(handle)).toMatchObject({
        end: 'succeeded',
        result: { retryOf: 'first', chunks: { total: 2, loaded: 2 } },
      });
      expect(await rowsIn(house)).toBe(rowsOf(house));
      expect(callsOf(house, before)).toEqual(['2026-01-02', '2026-01-04', '2026-01-04']);
    }));

  it('is started by `river retry`, which says what cannot be retried', () =>
    withRivers({ rivers }, async (house) => {
      await twoFailed(house);
      const unknown = await house.river('retry', 'nobody');
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toContain('There is no run nobody');
      const waited = await house.river('retry', 'first', '--wait', '--json');
      expect(waited.code).toBe(0);
      expect(JSON.parse(waited.stdout)).toMatchObject({
        retryOf: 'first',
        status: 'succeeded',
        chunks: { total: 2, loaded: 2 },
      });
      const status = JSON.parse((await house.river('status', 'first', '--json')).stdout);
      expect(status.chunkStates.map(({ state }: { state: string }) => state)).toEqual(
        Array(4).fill('loaded'),
      );
      const again = await house.start('retry', 'first', '--wait').end;
      expect(again).toMatchObject({ code: 0 });
      expect(again.stdout).toContain('Nothing was left to load');
      expect(await house.river('verify')).toMatchObject({ code: 0 });
    }));
});
