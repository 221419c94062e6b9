import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import { withAnotherBuild } from '../helpers/another-build.ts';
import { changedBudget, changedRun, patches } from '../helpers/changed-order.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { type StartedCommand, startCommand } from '../helpers/start-command.ts';
import { type Rivers, type RiversOptions, withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-08');
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { every: 'daily', size: 2 },
  filters: { actions: [12] },
  target: { table: 'by_action', load: 'append' },
} as const;
/** Each day asks ten groups. */
const callsOfRun = days.length * 10;
const budgetId = budgetWorkflowId('main');

interface Builds extends Rivers {
  /** A worker of these sources. */
  older(): Promise<StartedCommand>;
  /** A worker of a build whose run and budget go in another order, by `patched()`. */
  newer(): Promise<StartedCommand>;
}

const withBuilds = (kind: RiversOptions['kind'], use: (builds: Builds) => Promise<void>): Promise<void> =>
  withAnotherBuild([...changedRun('patched'), ...changedBudget('patched')], ({ program }) =>
    withRivers(
      {
        ...(kind && { kind }),
        rivers: { byAction },
        connection: { maxConcurrentCalls: 2 },
        // What comes later than its middle takes longer than a test waits.
        simulator: { faults: [{ kind: 'slow', latencyMs: 3_000, after: 20 }] },
        worker: false,
      },
      async (house) => {
        const begun: StartedCommand[] = [];
        const begin = async (worker: StartedCommand) => {
          begun.push(worker);
          await worker.says('Working on');
          return worker;
        };
        try {
          await use({
            ...house,
            older: () => begin(house.start('worker')),
            newer: () => begin(startCommand(['worker'], house.env, { program })),
          });
        } finally {
          for (const worker of begun) worker.kill('SIGKILL');
        }
      },
    ),
  );

/** A run that has some of its calls behind it, and makes hardly any more until the faults are taken away. */
async function runInTheMiddle({ temporal, simulator }: Builds): Promise<RunHandle> {
  const handle = await startRun(
    { ...temporal, close: async () => {} },
    { river: 'byAction', input: { river: 'byAction' }, workflowId: 'run' },
  );
  await vi.waitFor(() => expect(simulator.stats().calls).toBeGreaterThan(20), inTime);
  return handle;
}

async function drained(worker: StartedCommand): Promise<void> {
  worker.kill('SIGTERM');
  expect((await worker.end).code).toBe(0);
}

async function eventsOf({ temporal }: Rivers, workflowId: string) {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return events ?? [];
}

/** The changes that a history has gone through. */
async function patchesOf(house: Rivers, workflowId: string): Promise<unknown[]> {
  return (await eventsOf(house, workflowId)).flatMap(({ markerRecordedEventAttributes: marker }) =>
    (marker?.details?.['patch-data']?.payloads ?? []).map(({ data }) => JSON.parse(String(data)).id),
  );
}

/** What workers said who could not replay a history. */
async function failuresOf(house: Rivers, workflowId: string): Promise<unknown[]> {
  return (await eventsOf(house, workflowId)).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed ? [failed.failure?.message] : [],
  );
}

/** Every row is there once, and no call was made twice. */
async function endedWhole(house: Rivers, handle: RunHandle): Promise<void> {
  const end = await waitForEnd(handle);
  expect(end).toMatchObject({ end: 'succeeded', result: { chunks: { total: 4, loaded: 4 } } });
  expect(house.simulator.stats().calls).toBe(callsOfRun);
  await expectTable(house, { slug: byAction.report, table: 'by_action', wanted: { days, actions: [12] } });
}

/** As long as it takes on a busy machine. */
const inTime = { timeout: 150_000, interval: 50 };

describe.concurrent('workers of two builds', () => {
  it('change over in the middle of a run: what it has behind it stays, what is before it is new', () =>
    withBuilds('pg', async (house) => {
      const older = await house.older();
      const handle = await runInTheMiddle(house);
      await house.newer();
      await drained(older);
      house.simulator.setFaults([]);
      await endedWhole(house, handle);
      expect(await patchesOf(house, 'run')).toEqual([patches.late]);
      expect(await failuresOf(house, 'run')).toEqual([]);
      // Nor was the budget begun anew, or held up.
      expect(await patchesOf(house, budgetId)).toEqual([]);
      expect(await failuresOf(house, budgetId)).toEqual([]);
    }));

  it('change back: what the newer one has begun stands still with the older one, and goes on with the newer', () =>
    withBuilds('sqlite', async (house) => {
      const newer = await house.newer();
      const handle = await runInTheMiddle(house);
      const older = await house.older();
      await drained(newer);
      await vi.waitFor(async () => expect(await failuresOf(house, 'run')).not.toEqual([]), inTime);
      for (const failure of await failuresOf(house, 'run')) expect(failure).toContain(patches.early);
      await older.says('This version cannot replay the history of run');
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await house.newer();
      await drained(older);
      house.simulator.setFaults([]);
      await endedWhole(house, handle);
      expect(await patchesOf(house, 'run')).toEqual([patches.early, patches.late]);
      expect(await patchesOf(house, budgetId)).toEqual([patches.budget]);
    }));
});
