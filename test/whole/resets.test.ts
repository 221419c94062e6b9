import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { daysBetween } from '../helpers/days-between.ts';
import { startAt } from '../helpers/run-at.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { oneWarehouse, warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-04');
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-04' },
  chunks: { every: 'daily' },
  filters: { actions: [12] },
  target: { table: 'by_action', load: 'append' },
};
const chunks = 4;
const calls = days.length * 10;
const rivers = { byAction };

const expectedRows = ({ simulator }: Rivers) =>
  simulator.world.rowCount('customers-by-action', { days, actions: [12] });
const rowsIn = async ({ sql }: Rivers) => Number((await sql('select count(*) as n from by_action'))[0]?.n);

const started = ({ temporal }: Rivers, input: object = { river: 'byAction' }): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river: 'byAction', input });

/** Temporal's number for them: else the new execution is cancelled like the old one. */
const cancelRequests = 4;

/** Resets a run to the workflow task that `share` of its workflow tasks came before, as a person does in the Web UI. */
async function resetTo(share: number, house: Rivers, { workflowId, firstExecutionRunId: runId }: RunHandle) {
  const { client, namespace } = house.temporal;
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: tasks[Math.floor(tasks.length * share)]?.eventId ?? null,
    resetReapplyExcludeTypes: [cancelRequests],
    reason: 'by a person',
    requestId: `reset-to-${share}`,
  });
  return waitForEnd(client.workflow.getHandle(workflowId) as RunHandle);
}

describe.concurrent.each(warehouseKinds)('a run into %s that has ended', (kind) => {
  it('and is reset to its beginning, and to its middle, calls nothing again and adds nothing', () =>
    withRivers({ kind, rivers }, async (house) => {
      const handle = await started(house);
      expect((await waitForEnd(handle)).end).toBe('succeeded');
      expect(house.simulator.stats().calls).toBe(calls);
      for (const share of [0, 0.4]) {
        expect(await resetTo(share, house, handle), `${share}`).toMatchObject({
          end: 'succeeded',
          result: {
            runId: handle.firstExecutionRunId,
            status: 'succeeded',
            chunks: { total: chunks, loaded: chunks },
            rows: expectedRows(house),
            calls,
          },
        });
        expect(await rowsIn(house)).toBe(expectedRows(house));
        expect(house.simulator.stats().calls).toBe(calls);
        const tables = await house.warehouse.tables();
        expect(tables.filter((name) => name.startsWith('river_staging'))).toEqual([]);
      }
    }));
});

describe.concurrent.each(oneWarehouse)('a run into %s that was cancelled', (kind) => {
  it('and is reset to before that goes on to its end', () =>
    withRivers({ kind, rivers, simulator: { latencyMs: 100 } }, async (house) => {
      const handle = await started(house);
      while (house.simulator.stats().calls < 15) await sleep(20);
      await handle.cancel();
      expect((await waitForEnd(handle)).end).toBe('cancelled');
      const end = await resetTo(0.3, house, handle);
      expect(end).toMatchObject({ end: 'succeeded', result: { chunks: { total: chunks, loaded: chunks } } });
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(await house.sql('select "state" from river_runs')).toEqual([{ state: 'succeeded' }]);
    }));
});

describe.concurrent.each(oneWarehouse)('a run into %s of which a chunk has failed', (kind) => {
  const lateDay = { match: { parameters: { Date: '2026-01-04' } } };

  it('and is reset to after it says that it failed, to its beginning loads that chunk, and calls for nothing else', () =>
    withRivers(
      { kind, rivers, simulator: { faults: [{ kind: 'status', status: 405, ...lateDay }] } },
      async (house) => {
        const handle = await started(house);
        expect(await waitForEnd(handle)).toMatchObject({ end: 'failed', kind: 'ChunksFailed' });
        // It sees nothing of what failed: that was before.
        expect(await resetTo(0.9, house, handle)).toMatchObject({
          end: 'failed',
          kind: 'ChunksFailed',
          result: { status: 'failed', chunks: { total: chunks, loaded: chunks - 1, failed: 1 } },
        });
        house.simulator.setFaults([]);
        house.simulator.reset();
        const end = await resetTo(0, house, handle);
        expect(end).toMatchObject({
          end: 'succeeded',
          result: { chunks: { total: chunks, loaded: chunks, failed: 0 } },
        });
        expect(await rowsIn(house)).toBe(expectedRows(house));
        expect(house.simulator.stats().calls).toBe(10);
      },
    ));
});

describe.concurrent('a run that tracks', () => {
  it('and is reset keeps to the days that it was opened with, asks for nothing again and adds nothing', () =>
    withRivers({ rivers: { byAction: { ...byAction, period: { start: '2026-01-01' } } } }, async (house) => {
      const handle = await startAt(house, '2026-01-04', { river: 'byAction' });
      expect((await waitForEnd(handle)).end).toBe('succeeded');
      expect(house.simulator.stats().calls).toBe(calls + 1);
      for (const share of [0, 0.2]) {
        const end = await resetTo(share, house, handle);
        const period = { start: '2026-01-01', end: '2026-01-04' };
        expect(end).toMatchObject({ end: 'succeeded', result: { period, chunks: { loaded: chunks } } });
      }
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(house.simulator.stats().calls).toBe(calls + 1);
    }));
});

describe.concurrent.each(warehouseKinds)('a retry into %s', (kind) => {
  const lateDays = ['2026-01-03', '2026-01-04'];
  const refused = (day: string) =>
    ({ kind: 'status', status: 405, match: { parameters: { Date: day } } }) as const;

  it('that is reset, at its end or on its way, loads its chunks once and calls for nothing else', () =>
    withRivers({ kind, rivers, simulator: { faults: lateDays.map(refused) } }, async (house) => {
      const first = await house.run({ river: 'byAction' }, 'first');
      expect(first).toMatchObject({ end: 'failed', result: { chunks: { loaded: 2, failed: 2 } } });
      house.simulator.setFaults([]);
      house.simulator.reset();
      const handle = await started(house, { retryFailedChunksOf: 'first' });
      expect((await waitForEnd(handle)).end).toBe('succeeded');
      for (const share of [0, 0.4, 0.8]) {
        expect(await resetTo(share, house, handle)).toMatchObject({
          end: 'succeeded',
          result: { runId: handle.firstExecutionRunId, retryOf: 'first', chunks: { total: 2, loaded: 2 } },
        });
      }
      expect(house.simulator.stats().calls).toBe(20);
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(await house.sql('select distinct _run_id as run_id from by_action')).toEqual(
        await house.sql(`select run_id from river_runs where workflow_id = 'first'`),
      );
      expect((await house.river('verify')).code).toBe(0);
    }));
});

describe.concurrent('a run that was terminated, and cleaned up after by the next one,', () => {
  it.each([0.5, 0.95])('goes on after a reset to %d of its way, and has every row once', (share) =>
    withRivers(
      { rivers: { ...rivers, channels: { report: 'execution-channels', target: { table: 'channels' } } } },
      async (house) => {
        house.simulator.setFaults([
          // So few that they leave room for the calls of other chunks.
          { kind: 'slow', latencyMs: 200_000, times: 2, match: { parameters: { Date: '2026-01-02' } } },
        ]);
        const handle = await started(house);
        while ((await rowsIn(house).catch(() => 0)) === 0) await sleep(50);
        await handle.terminate();
        house.simulator.setFaults([]);
        await house.pull({ river: 'channels' });
        const state = async () =>
          house.sql(`select "state" from river_runs where run_id = '${handle.firstExecutionRunId}'`);
        expect(await state()).toEqual([{ state: 'terminated' }]);
        expect(await resetTo(share, house, handle)).toMatchObject({
          end: 'succeeded',
          result: { status: 'succeeded', chunks: { total: chunks, loaded: chunks } },
        });
        expect(await state()).toEqual([{ state: 'succeeded' }]);
        expect(await rowsIn(house)).toBe(expectedRows(house));
      },
    ),
  );
});

describe.concurrent.each(oneWarehouse)('a run into %s that is opened anew by a reset', (kind) => {
  it.each([
    ['says of it now', 'every: daily', 'every: monthly'],
    ['no longer has it', 'byAction:', 'renamed:'],
  ])('keeps the river that it was opened with, where the file %s', (_, from, to) =>
    withRivers({ kind, rivers, worker: false }, async (house) => {
      const first = await house.work();
      const handle = await started(house);
      expect((await waitForEnd(handle)).end).toBe('succeeded');
      first.stop();
      await first.done;
      const text = await readFile(house.file, 'utf8');
      await writeFile(house.file, text.replace(from, to));
      await house.work();
      const end = await resetTo(0, house, handle);
      expect(end).toMatchObject({ end: 'succeeded', result: { chunks: { total: chunks, loaded: chunks } } });
      expect(await rowsIn(house)).toBe(expectedRows(house));
    }),
  );
});
