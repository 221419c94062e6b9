import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import type { SimulatorOptions } from '#simulator/start-simulator';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-04');
const rivers = {
  byAction: {
    report: 'customers-by-action',
    period: { start: '2026-01-01', end: '2026-01-04' },
    chunks: { every: 'daily' },
    filters: { actions: [12] },
    target: { table: 'by_action', load: 'append' },
  },
};
/** Each day asks ten groups. */
const callsOfRun = days.length * 10;
/** Its middle lasts until the faults are taken away. */
const stopsInMiddle: SimulatorOptions = { latencyMs: 400, faults: [{ kind: 'hold', after: 6 }] };
/** Few calls at a time, so that there is a middle to pause in. */
const connection = { maxConcurrentCalls: 2 };

const started = ({ temporal }: Rivers): Promise<RunHandle> =>
  startRun(
    { ...temporal, close: async () => {} },
    { river: 'byAction', input: { river: 'byAction' }, workflowId: 'run' },
  );

const stateOf = async (handle: RunHandle): Promise<string> =>
  (await handle.query<{ state: string }, []>('progress')).state;

const untilPaused = (handle: RunHandle, timeout: number): Promise<boolean> =>
  vi.waitUntil(async () => (await stateOf(handle)) === 'paused', { timeout, interval: 100 });

/** Waits until the run has made some of its calls. */
async function untilMiddle({ simulator }: Rivers): Promise<void> {
  await vi.waitUntil(() => simulator.stats().calls > 6, { timeout: 150_000, interval: 20 });
}

/** Nothing is sent from now on; says how many calls were. */
async function callsHaveStopped({ simulator }: Rivers): Promise<number> {
  const { calls } = simulator.stats();
  await sleep(1_500);
  expect(simulator.stats().calls).toBe(calls);
  return calls;
}

/** The run has ended well: every row once, and no call was sent twice. */
async function endedWhole({ simulator, sql }: Rivers, handle: RunHandle): Promise<void> {
  const rows = simulator.world.rowCount('customers-by-action', { days, actions: [12] });
  expect(await waitForEnd(handle)).toMatchObject({
    end: 'succeeded',
    result: { rows, calls: callsOfRun, chunks: { loaded: days.length } },
  });
  expect(simulator.stats().calls).toBe(callsOfRun);
  expect(simulator.calls().every(({ status }) => status === 200)).toBe(true);
  const [{ n } = {}] = await sql('select count(*) as n from by_action');
  expect(Number(n)).toBe(rows);
}

describe('a run', () => {
  it.concurrent('that is paused sends no more calls, says so wherever a person looks, and goes on without a repeated one', () =>
    withRivers({ rivers, connection, simulator: stopsInMiddle }, async (house) => {
      const { river, start } = house;
      const waiting = start('run', 'byAction', '--wait', '--id', 'run');
      await untilMiddle(house);
      const handle: RunHandle = Object.assign(house.temporal.client.workflow.getHandle('run'), {
        firstExecutionRunId: '',
      });
      expect(documentOf(await river('pause', 'run', '--json'))).toMatchObject({
        workflowId: 'run',
        paused: true,
        changed: true,
      });
      house.simulator.setFaults([]);
      await waiting.says(/^Paused since .* UTC\. Resume it with: river resume run$/m);
      expect(await stateOf(handle)).toBe('paused');
      expect(await callsHaveStopped(house)).toBeLessThan(callsOfRun);

      const again = await start('pause', 'run').end;
      expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/paused already, since 20/) });
      expect(documentOf(await river('status', 'run', '--json'))).toMatchObject({
        status: 'running',
        paused: true,
      });
      expect((await river('status')).stdout).toMatch(/^run +byAction +paused /m);
      const metadata = await handle.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');
      expect(metadata.currentDetails).toMatch(/^\*\*Paused since .* UTC/);

      expect((await start('resume', 'run').end).stdout).toContain('continues from where it stopped');
      await endedWhole(house, handle);
      expect((await waiting.end).code).toBe(0);
      expect(documentOf(await river('status', 'run', '--json'))).toMatchObject({ paused: false });
    }));

  it.concurrent('that is paused can be cancelled, with its result in the manifest and in river status', () =>
    withRivers({ rivers, connection, simulator: stopsInMiddle }, async (house) => {
      const handle = await started(house);
      await untilMiddle(house);
      await handle.executeUpdate('pause');
      house.simulator.setFaults([]);
      await untilPaused(handle, 10_000);
      const { code, stdout } = await house.start('cancel', 'run', '--json').end;
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled', paused: false, chunks: { total: 4 } });
      expect(await house.sql('select "state" from river_runs')).toEqual([{ state: 'cancelled' }]);
      expect((await waitForEnd(handle)).end).toBe('cancelled');
    }));

  it.concurrent('stays paused when its worker goes and another comes, and over continue-as-new', () =>
    withRivers(
      {
        rivers,
        connection,
        simulator: stopsInMiddle,
        worker: false,
        temporal: { 'limit.historyCount.suggestContinueAsNew': '60' },
      },
      async (house) => {
        const handle = await started(house);
        const first = house.start('worker');
        await untilMiddle(house);
        await handle.executeUpdate('pause');
        house.simulator.setFaults([]);
        await untilPaused(handle, 20_000);
        first.kill('SIGTERM');
        await first.end;
        expect(documentOf(await house.river('status', 'run', '--json'))).toMatchObject({ paused: true });

        await house.work();
        const isNew = async () => (await handle.describe()).runId !== handle.firstExecutionRunId;
        // Each update makes its history longer.
        while (!(await isNew()))
          expect(await handle.executeUpdate('pause')).toMatchObject({ changed: false });
        await untilPaused(handle, 20_000);
        await callsHaveStopped(house);
        expect(documentOf(await house.river('status', 'run', '--json'))).toMatchObject({ paused: true });

        expect(await handle.executeUpdate('resume')).toMatchObject({ paused: false, changed: true });
        expect(await handle.executeUpdate('resume')).toMatchObject({ paused: false, changed: false });
        await endedWhole(house, handle);
      },
    ));

  it.concurrent('that is paused while no worker is there pauses when one comes, before its first call', () =>
    withRivers({ rivers, connection, worker: false }, async (house) => {
      const handle = await started(house);
      const steered = async (what: string) => {
        const { code, stdout, stderr } = await house.river(what, 'run');
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return stdout;
      };
      expect(await steered('pause')).toContain('the run pauses as soon as one starts (`river worker`)');
      await house.work();
      await untilPaused(handle, 30_000);
      expect(house.simulator.stats().calls).toBe(0);
      expect(await steered('resume')).toContain('Resumed');
      await endedWhole(house, handle);
    }));

  it.concurrent('describes its updates to the Web UI', () =>
    withRivers({ rivers }, async (house) => {
      const handle = await started(house);
      await waitForEnd(handle);
      const { definition } = await handle.query<
        { definition: { updateDefinitions: { name: string; description: string }[] } },
        []
      >('__temporal_workflow_metadata');
      expect(definition.updateDefinitions).toEqual([
        { name: 'pause', description: expect.stringContaining('No new calls') },
        { name: 'resume', description: expect.stringContaining('continues') },
      ]);
    }));

  it.concurrent('that is over or unknown, or no run at all, is left alone, and a sentence says why', () =>
    withRivers({ rivers }, async ({ pull, river, temporal }) => {
      const { workflowId } = await pull({ river: 'byAction' });
      const budget = budgetWorkflowId('main');
      const refusals = ['pause', 'resume', 'cancel'].flatMap((what) => [
        { what, id: workflowId, says: `The run ${workflowId} is not under way, it is completed` },
        { what, id: 'never', says: 'There is no run never in Temporal' },
        { what, id: budget, says: `${budget} is not a run of a river but a workflow of the type apiBudget` },
      ]);
      const ends = await Promise.all(refusals.map(({ what, id }) => river(what, id)));
      for (const [at, { what, says }] of refusals.entries()) {
        expect(ends[at], what).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) });
      }
      const { status } = await temporal.client.workflow.getHandle(budget).describe();
      expect(status.name).toBe('RUNNING');
    }));
});
