import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { waitForEnd } from '#control/run-end';
import { readBudget } from '#control/shared-budget';
import { type RunHandle, startRun } from '#control/start-run';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import { leastTimeMs } from '#domain/budget/least-time';
import type { CallRecord } from '#simulator/stats';
import { aReservation } from '../helpers/a-reservation.ts';
import { clockAhead } from '../helpers/clock-ahead.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, type RiversOptions, withRivers } from '../helpers/with-rivers.ts';

/** Ten calls a day. */
const riverOf = (days: number, table = 'slow') => ({
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: `2026-01-${String(days).padStart(2, '0')}` },
  chunks: { every: 'daily', size: 2 },
  filters: { actions: [12] },
  target: { table },
});
const rowsOf = ({ simulator }: Rivers, days: number) =>
  simulator.world.rowCount('customers-by-action', {
    days: daysBetween('2026-01-01', `2026-01-${String(days).padStart(2, '0')}`),
    actions: [12],
  });

interface Window {
  readonly calls: number;
  readonly seconds: number;
}

/** All of it runs in one process here, on a machine that others use: a call may arrive later than any network makes it. */
const stallMs = 700;

/** The same windows on both sides, but for stalls: what the API enforces exactly is what the connection is told. */
const under = (
  windows: readonly Window[],
  options: Omit<RiversOptions, 'rivers'> & Partial<RiversOptions>,
) => ({
  rivers: {},
  ...options,
  simulator: {
    limits: windows.map(({ calls, seconds }) => ({ calls, perMs: seconds * 1000 - stallMs })),
    ...options.simulator,
  },
  connection: { budget: windows.map(({ calls, seconds }) => ({ calls, per: `${seconds}s` })) },
});

const start = ({ temporal }: Rivers, river: string, workflowId?: string): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river, input: { river }, workflowId });

async function resultOf(handle: RunHandle) {
  const end = await waitForEnd(handle);
  if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
  return end.result;
}

const budgetOf = ({ temporal }: Rivers): WorkflowHandle =>
  temporal.client.workflow.getHandle(budgetWorkflowId('main'));

/** As somebody edits `river.yaml`. */
async function changeBudget({ file }: Rivers, budget: readonly object[]): Promise<void> {
  const { connections, ...rest } = parse(await readFile(file, 'utf8'));
  await writeFile(file, stringify({ ...rest, connections: { main: { ...connections.main, budget } } }));
}

async function untilCalls({ simulator }: Rivers, calls: number): Promise<void> {
  while (simulator.stats().calls < calls) await sleep(10);
}

/** No window of the API ever held more than it may, and none refused a call. */
function expectWithin({ simulator }: Rivers): void {
  const { refused, windows } = simulator.stats();
  for (const { calls, most } of windows) expect(most).toBeLessThanOrEqual(calls);
  expect(refused).toBe(0);
}

const instants = (calls: readonly CallRecord[]): number[] => calls.map(({ at }) => Date.parse(at));

describe.concurrent('a budget that processes share', () => {
  it('is kept by three workers to the call, with nothing refused, though their clocks are five minutes apart', () =>
    withRivers(
      under([{ calls: 30, seconds: 5 }], {
        rivers: { one: riverOf(5, 'one'), two: riverOf(4, 'two') },
        simulator: { latencyMs: 100 },
        worker: false,
      }),
      async (house) => {
        const minutesAhead = [-5, 0, 5];
        const workers = minutesAhead.map((minutes) => house.startIn(clockAhead(minutes * 60_000), 'worker'));
        await Promise.all(workers.map((worker) => worker.says('Working on')));
        const runs = await Promise.all([start(house, 'one'), start(house, 'two')]);
        const results = await Promise.all(runs.map(resultOf));
        expect(results.map(({ calls, rows }) => ({ calls, rows }))).toEqual([
          { calls: 50, rows: rowsOf(house, 5) },
          { calls: 40, rows: rowsOf(house, 4) },
        ]);
        expect(house.simulator.stats().calls).toBe(90);
        expectWithin(house);
      },
    ));

  it('is remembered through kill -9 of all workers: the next one does not burst into a full window', () =>
    withRivers(
      under([{ calls: 30, seconds: 9 }], {
        rivers: { one: riverOf(8, 'one'), two: riverOf(1, 'two') },
        worker: false,
      }),
      async (house) => {
        const first = house.start('worker');
        await first.says('Working on');
        await start(house, 'one');
        await untilCalls(house, 25);
        first.kill('SIGKILL');
        await first.end;
        const before = house.simulator.stats().calls;
        await house.work();
        const { rows } = await resultOf(await start(house, 'two'));
        expect(rows).toBe(rowsOf(house, 1));
        expectWithin(house);
        const calls = instants(house.simulator.calls());
        // 30 calls fill the window; the rest of the second run's ten wait until the first run's have left it.
        expect(before).toBeGreaterThan(20);
        expect((calls[30] ?? 0) - (calls[0] ?? 0)).toBeGreaterThanOrEqual(9_000);
      },
    ));

  it('that a person terminates starts again with what it remembered', () =>
    withRivers(under([{ calls: 30, seconds: 5 }], { rivers: { slow: riverOf(6) } }), async (house) => {
      const run = await start(house, 'slow');
      await untilCalls(house, 25);
      await budgetOf(house).terminate('by a person');
      const result = await resultOf(run);
      expect(result).toMatchObject({ rows: rowsOf(house, 6), calls: 60 });
      expectWithin(house);
      expect(house.simulator.stats().calls).toBe(60);
    }));

  it('that river.yaml widens holds for a worker and a run under way, after the tighter one has held once more', () =>
    withRivers(
      {
        rivers: { slow: riverOf(17) },
        connection: { budget: [{ calls: 10, per: '12s' }] },
      },
      async (house) => {
        const startedAt = Date.now();
        const run = await start(house, 'slow');
        await untilCalls(house, 9);
        await changeBudget(house, [{ calls: 1_000, per: '1s' }]);
        const changedAt = Date.now();
        expect(await resultOf(run)).toMatchObject({ calls: 170, rows: rowsOf(house, 17) });
        // The tight budget alone would have taken three minutes and more.
        const tight = leastTimeMs(170, [{ calls: 10, perMs: 12_000 }]);
        expect(tight).toBeGreaterThan(180_000);
        expect(Date.now() - startedAt).toBeLessThan(tight / 2);
        const early = instants(house.simulator.calls()).filter((at) => at < changedAt + 12_000);
        expect(early.length).toBeGreaterThanOrEqual(9);
        for (const [k, at] of early.entries())
          expect(at - (early[k - 10] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThan(12_000 - stallMs);
      },
    ));

  it('of which nothing can be read begins with full windows', () =>
    withRivers(under([{ calls: 30, seconds: 4 }], { rivers: { slow: riverOf(1) } }), async (house) => {
      // What answers for it is no budget: it has no such query, as one of an older River might not.
      const { client } = house.temporal;
      const workflowId = budgetWorkflowId('main');
      const stranger = await client.workflow.start('riverRun', {
        taskQueue: 'river',
        workflowId,
        args: [{ river: 'no such river' }],
      });
      await expect(stranger.result()).rejects.toThrow();
      const startedAt = Date.now();
      await resultOf(await start(house, 'slow'));
      expectWithin(house);
      const [first = 0] = instants(house.simulator.calls());
      expect(first - startedAt).toBeGreaterThanOrEqual(4_000);
    }));

  it('refuses what is no reservation, and goes on', () =>
    withRivers(under([{ calls: 30, seconds: 5 }], { rivers: { slow: riverOf(1) } }), async (house) => {
      await house.pull({ river: 'slow' });
      const noWindows = aReservation({ windows: [] });
      for (const input of [
        undefined,
        {},
        'calls, please',
        { ...noWindows, outcomes: undefined },
        noWindows,
      ]) {
        const refused = budgetOf(house).executeUpdate<unknown, [unknown]>('reserve', { args: [input] });
        await expect(refused).rejects.toMatchObject({
          cause: { type: 'ConfigurationError' },
        });
      }
      await house.pull({ river: 'slow' });
      expectWithin(house);
    }));

  it('goes over continue-as-new in the middle of everything with its windows', () =>
    withRivers(
      under([{ calls: 30, seconds: 5 }], {
        rivers: { slow: riverOf(8) },
        simulator: { latencyMs: 50 },
        temporal: { 'limit.historyCount.suggestContinueAsNew': '60' },
      }),
      async (house) => {
        const result = await resultOf(await start(house, 'slow'));
        expect(result).toMatchObject({ rows: rowsOf(house, 8), calls: 80 });
        expectWithin(house);
        expect(house.simulator.stats().calls).toBe(80);
        const { raw, runId } = await budgetOf(house).describe();
        expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(runId);
        // A worker that is killed with a task of it in hand holds it up for this long.
        expect(Number(raw.executionConfig?.defaultWorkflowTaskTimeout?.seconds)).toBe(5);
        expect((await readBudget(house.temporal.client, 'main'))?.windows[0]?.used).toBeGreaterThan(0);
      },
    ));
});

// One after the other: what is counted here follows within a second.
describe('an API that says no', () => {
  it('with 429, because another program calls it as well, loses no row, and is left in peace as long as it asks', () =>
    withRivers(
      under([{ calls: 20, seconds: 12 }], {
        rivers: { slow: riverOf(4) },
        simulator: { faults: [{ kind: 'retryAfter', seconds: 2 }] },
      }),
      async (house) => {
        for (let k = 0; k < 15; k += 1) await house.simulator.ask('actions/GetExecutionChannels');
        const result = await resultOf(await start(house, 'slow'));
        const { calls, refused } = house.simulator.stats();
        expect(result).toMatchObject({ rows: rowsOf(house, 4), calls: calls - 15, failedChunks: [] });
        expect(refused).toBeGreaterThan(0);
        expect(calls - refused).toBe(15 + 40);
        const log = house.simulator.calls();
        const all = instants(log);
        for (const at of instants(log.filter(({ status }) => status === 429))) {
          // Calls that were under way when it came arrive as well, on a busy machine later.
          expect(all.filter((other) => other > at + 1_000 && other < at + 2_000)).toEqual([]);
        }
      },
    ));

  it('by being away is asked by one call at a time, and goes on when it is back', () =>
    withRivers(
      under([{ calls: 1000, seconds: 1 }], {
        rivers: { one: riverOf(6, 'one'), two: riverOf(6, 'two') },
        simulator: { latencyMs: 50 },
      }),
      async (house) => {
        const runs = await Promise.all([start(house, 'one'), start(house, 'two')]);
        await untilCalls(house, 30);
        house.simulator.setFaults([{ kind: 'outage', forMs: 10_000 }]);
        const results = await Promise.all(runs.map(resultOf));
        expect(results.map(({ rows }) => rows)).toEqual([rowsOf(house, 6), rowsOf(house, 6)]);
        expectWithin(house);
        const resets = instants(house.simulator.calls().filter(({ status }) => status === 'reset'));
        // Those under way and those let through before the news of them came, close together; then one after 1, 2, 4 … s.
        const lastOfCrowd = resets.findLastIndex((at, k) => at - (resets[k - 1] ?? at) < 900);
        const probes = resets.slice(lastOfCrowd + 1);
        // On a busy machine the news takes as long as two calls: those of eight lanes, three times.
        expect(resets.length - probes.length).toBeLessThanOrEqual(3 * 8);
        expect(probes.length).toBeGreaterThanOrEqual(2);
        expect(probes.length).toBeLessThanOrEqual(4);
        const gaps = probes.slice(1).map((at, k) => at - (probes[k] ?? 0));
        for (const [k, gap] of gaps.entries()) expect(gap).toBeGreaterThan(1_000 * 2 ** k);
        const calls = results.reduce((all, { calls: each }) => all + (each ?? 0), 0);
        expect(calls).toBe(120 + resets.length);
      },
    ));
});

describe.concurrent('a long wait for quota', () => {
  it('is a timer of the run, and holds no activity', () =>
    withRivers(under([{ calls: 20, seconds: 20 }], { rivers: { slow: riverOf(3) } }), async (house) => {
      const run = await start(house, 'slow');
      await untilCalls(house, 19);
      const until = await waiting(run);
      expect(until - Date.now()).toBeGreaterThan(5_000);
      const { raw } = await run.describe();
      expect(raw.pendingActivities ?? []).toEqual([]);
      expect(await resultOf(run)).toMatchObject({ rows: rowsOf(house, 3), calls: 30 });
      expectWithin(house);
      const { events } = await run.fetchHistory();
      const timers = (events ?? []).filter((event) => event.timerStartedEventAttributes);
      expect(timers.length).toBeGreaterThan(0);
    }));
});

/** Until when the run waits for quota, once it does and no activity of it is under way. */
async function waiting(run: RunHandle): Promise<number> {
  for (;;) {
    const { waitingUntil } = await run.query<{ waitingUntil: string | null }, []>('progress');
    const { raw, status } = await run.describe();
    if (status.name !== 'RUNNING') throw new Error('the run ended without a long wait');
    if (waitingUntil !== null && (raw.pendingActivities ?? []).length === 0) return Date.parse(waitingUntil);
    // Each look is a task for the run's worker.
    await sleep(250);
  }
}
