import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import type { SimulatorOptions } from '#simulator/start-simulator';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-08');
const slow = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { every: 'daily', size: 2 },
  filters: { actions: [12] },
  target: { table: 'slow' },
};
/** Slow enough to be met in the middle. */
const slowly = { latencyMs: 200 };
/** Its middle lasts until the faults are taken away. */
const stopsInMiddle: SimulatorOptions = { ...slowly, faults: [{ kind: 'hold', after: 30 }] };
/** Calls that a worker has in flight at once, by default. */
const inFlight = 8;

const expectedRows = ({ simulator }: Rivers) =>
  simulator.world.rowCount('customers-by-action', { days, actions: [12] });
const rowsIn = async ({ sql }: Rivers) => Number((await sql('select count(*) as n from slow'))[0]?.n);
const stagingIn = async ({ warehouse }: Rivers) =>
  (await warehouse.tables()).filter((name) => name.startsWith('river_staging'));

async function started({ temporal }: Rivers, workflowId?: string): Promise<RunHandle> {
  return startRun(
    { ...temporal, close: async () => {} },
    { river: 'slow', input: { river: 'slow' }, workflowId },
  );
}

/** Waits until the API has had that many calls. */
async function untilCalls({ simulator }: Rivers, calls: number): Promise<void> {
  while (simulator.stats().calls < calls) await sleep(20);
}

describe.concurrent('a worker killed in the middle of a run', () => {
  it('loses nothing and doubles nothing: another one goes on from what is staged', () =>
    withRivers({ rivers: { slow }, simulator: slowly, worker: false }, async (house) => {
      const first = house.start('worker');
      await first.says('Working on');
      const handle = await started(house);
      await untilCalls(house, 30);
      first.kill('SIGKILL');
      await first.end;
      await house.work();
      const end = await waitForEnd(handle);
      if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
      expect(end.result.rows).toBe(expectedRows(house));
      expect(await rowsIn(house)).toBe(expectedRows(house));
      const repeated = house.simulator.stats().calls - days.length * 10;
      expect(repeated).toBeLessThanOrEqual(inFlight);
      expect(await stagingIn(house)).toEqual([]);
    }));
});

describe.concurrent('a worker that is told to stop in a run', () => {
  it('hands over what it had without a repeated call', () =>
    withRivers({ rivers: { slow }, simulator: slowly, worker: false }, async (house) => {
      const first = house.start('worker');
      await first.says('Working on');
      const handle = await started(house);
      await untilCalls(house, 30);
      first.kill('SIGTERM');
      expect((await first.end).code).toBe(0);
      await house.work();
      expect((await waitForEnd(handle)).end).toBe('succeeded');
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(house.simulator.stats().calls).toBe(days.length * 10);
    }));
});

describe.concurrent('two workers', () => {
  it('share a run', () =>
    withRivers({ rivers: { slow }, simulator: slowly, worker: false }, async (house) => {
      const workers = [house.start('worker'), house.start('worker')];
      await Promise.all(workers.map((worker) => worker.says('Working on')));
      expect((await waitForEnd(await started(house))).end).toBe('succeeded');
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(house.simulator.stats().calls).toBe(days.length * 10);
    }));
});

describe.concurrent('a person with a run', () => {
  it('who cancels a run ends it with its calls in flight: what is loaded stays, what is staged goes', () =>
    withRivers({ rivers: { slow }, simulator: stopsInMiddle }, async (house) => {
      const handle = await started(house, 'cancelled-run');
      await untilCalls(house, 30);
      await handle.cancel();
      expect((await waitForEnd(handle)).end).toBe('cancelled');
      const [run] = await house.sql(`select "state" from river_runs where workflow_id = 'cancelled-run'`);
      expect(run).toEqual({ state: 'cancelled' });
      expect(await stagingIn(house)).toEqual([]);
      const states = await house.sql('select distinct "state" from river_chunks order by 1');
      expect(states.map(({ state }) => state)).not.toContain('pulling');
      const [{ n } = {}] = await house.sql(
        `select coalesce(sum("rows"), 0) as n from river_chunks where "state" = 'loaded'`,
      );
      expect(await rowsIn(house)).toBe(Number(n));
    }));

  it('who terminates a run leaves nothing that the next one does not clean', () =>
    withRivers({ rivers: { slow }, simulator: stopsInMiddle }, async (house) => {
      const handle = await started(house);
      await untilCalls(house, 30);
      await handle.terminate('by a person');
      expect((await waitForEnd(handle)).end).toBe('terminated');
      house.simulator.setFaults([]);
      expect(await stagingIn(house)).toHaveLength(1);
      const result = await house.pull({ river: 'slow' });
      expect(result.rows).toBe(expectedRows(house));
      expect(await rowsIn(house)).toBe(expectedRows(house));
      expect(await stagingIn(house)).toEqual([]);
    }));

  it('who resets a run that is under way finds every row once', () =>
    withRivers({ rivers: { slow }, simulator: stopsInMiddle }, async (house) => {
      const handle = await started(house);
      await untilCalls(house, 30);
      const { client, namespace } = house.temporal;
      const { workflowId, firstExecutionRunId: runId } = handle;
      const { events } = await handle.fetchHistory();
      const taskDone = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes)[2]
        ?.eventId;
      await client.workflowService.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId, runId },
        workflowTaskFinishEventId: taskDone ?? null,
        reason: 'by a person',
        requestId: 'reset-1',
      });
      house.simulator.setFaults([]);
      const end = await waitForEnd(client.workflow.getHandle(workflowId) as RunHandle);
      if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
      expect(end.result.runId).toBe(runId);
      expect(end.result.rows).toBe(expectedRows(house));
      expect(await rowsIn(house)).toBe(expectedRows(house));
    }));
});
