import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { documentOf } from '../helpers/commanded.ts';
import { withTcpProxy } from '../helpers/tcp-proxy.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

const rivers = {
  byAction: {
    report: 'customers-by-action',
    period: { start: '2026-01-01', end: '2026-01-04' },
    chunks: { every: 'daily' },
    filters: { actions: [12] },
    target: { table: 'by_action' },
  },
  details: {
    report: 'customer-action-details-by-date',
    period: { start: '2026-01-01', end: '2026-01-04' },
    chunks: { every: 'daily' },
    target: { table: 'details' },
  },
};

const started = ({ temporal }: Rivers, river: keyof typeof rivers = 'byAction'): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river, input: { river } });

/** Whoever looks sees a cancelled run: the manifest, and `river status`; nothing of it is staged any more. */
async function isSeenCancelled({ river, sql, warehouse }: Rivers, { workflowId }: RunHandle): Promise<void> {
  expect(await sql('select "state" from river_runs')).toEqual([{ state: 'cancelled' }]);
  expect((await warehouse.tables()).filter((name) => name.startsWith('river_staging'))).toEqual([]);
  const { n } = (await sql(`select count(*) as n from river_chunks where "state" = 'loaded'`))[0] ?? {};
  expect(documentOf(await river('status', workflowId, '--json'))).toMatchObject({
    status: 'cancelled',
    chunks: { total: 4, loaded: Number(n), failed: 0 },
    finishedAt: expect.any(String),
  });
}

/** Cancels the run and says how it ended. */
async function cancelled(handle: RunHandle): Promise<string> {
  await handle.cancel();
  return (await waitForEnd(handle)).end;
}

describe('a run that is cancelled', () => {
  it('while it waits for answers is cancelled without them, and calls nothing more', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'hold' }] } }, async (house) => {
      const handle = await started(house);
      while (house.simulator.stats().calls === 0) await sleep(20);
      expect(await cancelled(handle)).toBe('cancelled');
      const calls = house.simulator.calls();
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(['aborted']));
      // What was sent counts, whatever became of it.
      expect(await house.sql('select count(*) as n from river_calls')).toEqual([{ n: calls.length }]);
      const states = await house.sql('select distinct "state" from river_chunks');
      expect(states).toEqual([{ state: 'waiting' }]);
      await isSeenCancelled(house, handle);
    }));

  it('while it waits an hour for quota says so, is cancelled at once, and what is loaded stays', () =>
    withRivers({ rivers, connection: { budget: [{ calls: 3, per: '1h' }] } }, async (house) => {
      const handle = await started(house, 'details');
      const waits = async () =>
        (await handle.query<{ waitingUntil: string | null }, []>('progress')).waitingUntil !== null;
      await expect.poll(waits, { timeout: 150_000, interval: 250 }).toBe(true);
      const status = await house.river('status', handle.workflowId);
      expect(status.stdout).toMatch(
        /\nNow: Waiting for quota until 20\d\d-\d\d-\d\d [\d:]+ UTC\. The run will not end before /,
      );
      const { progress } = documentOf(await house.river('status', handle.workflowId, '--json'));
      expect(progress).toMatchObject({ state: 'pulling', waitingUntil: expect.stringMatching(/^20.*Z$/) });
      expect(await cancelled(handle)).toBe('cancelled');
      expect(Number((await house.sql('select count(*) as n from details'))[0]?.n)).toBeGreaterThan(0);
      await isSeenCancelled(house, handle);
    }));

  it('while it waits for a warehouse to open itself in is cancelled, and did not fail', () => {
    const { hostname, port } = new URL(postgresUrl());
    return withTcpProxy({ host: hostname, port: Number(port) }, (proxy) =>
      withRivers(
        { rivers, warehouseUrl: (url) => url.replace(`:${port}`, `:${proxy.port}`) },
        async (house) => {
          proxy.cut();
          const handle = await started(house);
          // It waits on a timer of its own, or its opening is tried again.
          const isHeld = async () => {
            const { raw } = await handle.describe();
            if (raw.pendingActivities?.some(({ attempt }) => Number(attempt) > 1)) return true;
            const { events } = await handle.fetchHistory();
            return events?.some(({ timerStartedEventAttributes: timer }) => timer != null);
          };
          await expect.poll(isHeld, { timeout: 150_000, interval: 250 }).toBe(true);
          expect(await cancelled(handle)).toBe('cancelled');
          expect(house.simulator.stats().calls).toBe(0);
        },
      ),
    );
  });
});

describe('a run that fails as a whole', () => {
  it('stops what it has under way: no call is sent after the one that was refused', () =>
    withRivers(
      {
        rivers,
        simulator: {
          latencyMs: 200,
          faults: [{ kind: 'status', status: 401, after: 12, times: 1 }],
        },
      },
      async (house) => {
        const end = await house.run({ river: 'byAction' });
        expect(end).toMatchObject({ end: 'failed', kind: 'CredentialsRefusedError' });
        const sent = house.simulator.stats().calls;
        expect(sent).toBeLessThan(40);
        await sleep(1_000);
        expect(house.simulator.stats().calls).toBe(sent);
        expect(await house.sql('select "state" from river_runs')).toEqual([{ state: 'failed' }]);
        const staging = (await house.warehouse.tables()).filter((name) => name.startsWith('river_staging'));
        expect(staging).toEqual([]);
      },
    ));
});

describe('a run that cannot be closed in its manifest', () => {
  it('ends with its result all the same', () =>
    withRivers({ rivers, simulator: { latencyMs: 100 } }, async (house) => {
      const handle = await started(house, 'details');
      while (house.simulator.stats().calls === 0) await sleep(20);
      await house.sql('delete from river_runs');
      expect(await waitForEnd(handle)).toMatchObject({
        end: 'failed',
        kind: 'ConfigurationError',
        result: {
          river: 'details',
          status: 'failed',
          chunks: { total: 4 },
          warnings: [{ message: expect.stringContaining('could not be closed in its manifest') }],
        },
      });
    }));
});
