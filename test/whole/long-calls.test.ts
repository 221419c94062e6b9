import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import type { StartedCommand } from '../helpers/start-command.ts';
import { type Rivers, type RiversOptions, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';

const days = daysBetween('2026-01-01', '2026-01-04');
const report = 'customer-action-details-by-date';
const rivers = {
  details: {
    report,
    period: { start: '2026-01-01', end: '2026-01-04' },
    chunks: { every: 'daily' },
    target: { table: 'details', load: 'append' },
  },
};
/** With 20 slices of each going: more than a worker has places for one connection. */
const hangingRivers = Array.from({ length: 7 }, (_, k) => `hanging-${k}`);
const hangingRiver = (name: string) => ({
  report: 'customers-by-action',
  connection: 'hanging',
  period: { start: '2026-01-01', end: '2026-01-04' },
  chunks: { every: 'daily' },
  filters: { actions: [1, 2] },
  target: { table: name },
});
const patience = { timeout: 150_000, interval: 100 };

/** One call that takes that long, once: it outlasts what a call is given before it is cut. */
const withLongCall = (latencyMs: number, options: Partial<RiversOptions> = {}): RiversOptions => ({
  rivers,
  simulator: {
    faults: [{ kind: 'slow', latencyMs, times: 1, match: { parameters: { Date: '2026-01-03' } } }],
  },
  ...options,
});

/** Starts a run and waits until only its long call is left. */
async function untilLongCall(house: Rivers): Promise<RunHandle> {
  const way = { ...house.temporal, close: async () => {} };
  const handle = await startRun(way, { river: 'details', input: { river: 'details' }, workflowId: 'long' });
  await vi.waitFor(
    async () => expect(await house.sql('select "day" from river_days')).toHaveLength(days.length - 1),
    patience,
  );
  expect(house.simulator.stats().inFlight).toBe(1);
  return handle;
}

const stateOf = async (handle: RunHandle) => (await handle.query<{ state: string }, []>('progress')).state;
const untilPaused = (handle: RunHandle) =>
  vi.waitFor(async () => expect(await stateOf(handle)).toBe('paused'), patience);

/** Every row is there once; so many calls were sent. */
async function endedWhole(house: Rivers, handle: RunHandle, calls: number): Promise<void> {
  const rows = house.simulator.world.rowCount(report, { days });
  expect(await waitForEnd(handle)).toMatchObject({
    end: 'succeeded',
    result: { rows, chunks: { loaded: days.length, failed: 0 } },
  });
  expect(await house.sql('select count(*) as n from details')).toEqual([{ n: rows }]);
  expect(house.simulator.stats().calls).toBe(calls);
}

describe.concurrent('a call that takes long', () => {
  it('ends in a run that is paused, and is not made again when that goes on', () =>
    withRivers(withLongCall(15_000), async (house) => {
      const handle = await untilLongCall(house);
      await handle.executeUpdate('pause');
      expect(await stateOf(handle)).toBe('pausing');
      await untilPaused(handle);
      expect(house.simulator.calls().map(({ status }) => status)).toEqual(days.map(() => 200));
      await handle.executeUpdate('resume');
      await endedWhole(house, handle, days.length);
    }));

  it('does not keep a run that is paused from being cancelled, and leaves what is loaded', () =>
    withRivers(withLongCall(200_000), async (house) => {
      const handle = await untilLongCall(house);
      await handle.executeUpdate('pause');
      // Longer than a call is given where the run was cancelled at once.
      await sleep(8_000);
      expect(await stateOf(handle)).toBe('pausing');
      const asked = performance.now();
      await handle.cancel();
      expect((await waitForEnd(handle)).end).toBe('cancelled');
      expect(performance.now() - asked).toBeLessThan(60_000);
      const loaded = house.simulator.world.rowCount(report, {
        days: days.filter((day) => !day.endsWith('03')),
      });
      expect(await house.sql('select count(*) as n from details')).toEqual([{ n: loaded }]);
      expect((await house.warehouse.tables()).filter((name) => name.startsWith('river_staging'))).toEqual([]);
      expect(documentOf(await house.river('status', 'long', '--json'))).toMatchObject({
        status: 'cancelled',
        rows: loaded,
        calls: days.length,
        chunks: { total: 4, loaded: 3, failed: 0 },
      });
    }));

  it('keeps no other connection from its runs, however many rivers wait for such calls', () =>
    withServer(
      () => {},
      (hanging, seen) =>
        withRivers({ kind: 'sqlite', rivers, worker: false }, async (house) => {
          const written = parse(await readFile(house.file, 'utf8'));
          const { main } = written.connections;
          written.connections.hanging = { ...main, baseUrl: hanging, callTimeout: '10m' };
          for (const river of hangingRivers) written.rivers[river] = hangingRiver(river);
          await writeFile(house.file, stringify(written));
          house.start('worker');
          const way = { ...house.temporal, close: async () => {} };
          const stuck = await Promise.all(
            hangingRivers.map((river) => startRun(way, { river, input: { river } })),
          );
          // As many slices as may be for one connection are under way, and others come and go while they wait for a place.
          await vi.waitFor(async () => {
            const runs = await Promise.all(stuck.map((run) => run.describe()));
            const slices = runs.flatMap(({ raw }) => raw.pendingActivities ?? []);
            expect(slices.length).toBeGreaterThan(20);
            expect(seen).toHaveLength(8);
          }, patience);
          const asked = performance.now();
          const { rows } = await house.pull({ river: 'details' });
          expect(performance.now() - asked).toBeLessThan(90_000);
          expect(rows).toBe(house.simulator.world.rowCount(report, { days }));
          expect(seen).toHaveLength(8);
        }),
    ));

  const endings = [
    ['killed', (worker: StartedCommand) => worker.kill('SIGKILL'), null],
    ['told to stop', (worker: StartedCommand) => worker.kill('SIGTERM'), 0],
  ] as const;
  it.each(endings)(
    'of a worker that is %s while a run pauses is made once more, and fails nothing',
    (_how, end, code) =>
      withRivers(withLongCall(90_000, { worker: false }), async (house) => {
        const first = house.start('worker');
        const handle = await untilLongCall(house);
        await handle.executeUpdate('pause');
        end(first);
        expect((await first.end).code).toBe(code);
        await house.work();
        await untilPaused(handle);
        await handle.executeUpdate('resume');
        await endedWhole(house, handle, days.length + 1);
      }),
  );

  it('of a worker that is told to stop is made once more by another, where it outlasts the grace', () =>
    withRivers(withLongCall(90_000, { worker: false }), async (house) => {
      const first = house.start('worker');
      const handle = await untilLongCall(house);
      const asked = performance.now();
      first.kill('SIGTERM');
      expect((await first.end).code).toBe(0);
      expect(performance.now() - asked).toBeLessThan(80_000);
      await house.work();
      await endedWhole(house, handle, days.length + 1);
    }));
});
