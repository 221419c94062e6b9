import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { readHistories } from '../helpers/histories.ts';
import { startAt } from '../helpers/run-at.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-10');
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-10' },
  filters: { actions: [12] },
  target: { table: 'by_action', load: 'append' },
};
const waits = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-05' },
  waitForData: '10s',
  target: { table: 'waits' },
} as const;
/** Temporal suggests a new history at thousands of events; this server does so after a few. */
const suggestedAfter = (events: number) => ({ 'limit.historyCount.suggestContinueAsNew': String(events) });

/** What is under way ends before a new history begins: so many events at most come on top. */
const endsWithin = 250;

/** A part of the calls has to wait for it. */
const budget = [{ calls: 60, per: '20s' }];

/** How the run's first history ended, and whether it had loaded a chunk by then. */
async function firstHistoryOf(
  { temporal: { client } }: Rivers,
  { workflowId, firstExecutionRunId }: RunHandle,
) {
  const first = client.workflow.getHandle(workflowId, firstExecutionRunId);
  const { events } = await first.fetchHistory();
  const names = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  return { status: (await first.describe()).status.name, loaded: names.includes('commitChunk') };
}

describe.concurrent('a run whose history grows long', () => {
  it.each([
    ['between its chunks', { every: 'daily' }, days.length, true, 200, {}],
    ['in the middle of a chunk', { every: 'dont_split' }, 1, false, 32, { budget }],
  ])(
    'goes over into new ones, %s, with its counts and without a repeated call',
    (_at, chunks, total, loaded, events, connection) =>
      withRivers(
        {
          rivers: { byAction: { ...byAction, chunks } },
          connection,
          simulator: { latencyMs: 40 },
          temporal: suggestedAfter(events),
        },
        async (house) => {
          const handle = await startRun(
            { ...house.temporal, close: async () => {} },
            { river: 'byAction', input: { river: 'byAction' }, workflowId: 'long' },
          );
          const end = await waitForEnd(handle);
          const rows = house.simulator.world.rowCount('customers-by-action', { days, actions: [12] });
          expect(end).toMatchObject({
            end: 'succeeded',
            result: {
              runId: handle.firstExecutionRunId,
              chunks: { total, loaded: total, failed: 0 },
              rows,
              calls: days.length * 10,
            },
          });
          expect(await firstHistoryOf(house, handle)).toEqual({ status: 'CONTINUED_AS_NEW', loaded });
          const longest = await readHistories(house.temporal.client, handle.workflowId);
          expect(longest.events).toBeLessThan(events + endsWithin);
          expect(house.simulator.stats().calls).toBe(days.length * 10);
          expect(await house.sql('select count(*) as n from by_action')).toEqual([{ n: rows }]);
          const progress = await house.temporal.client.workflow.getHandle('long').query('progress');
          expect(progress).toMatchObject({ chunks: { total, loaded: total, failed: 0 }, rows });
        },
      ),
  );

  it('while it waits for its data waits until the same time, and asks no more often', () =>
    withRivers(
      {
        rivers: { waits },
        simulator: { unfinishedDays: 'partial' },
        // An execution that has opened the run has more events by its first answer, one that waits on has fewer.
        temporal: suggestedAfter(18),
      },
      async (house) => {
        house.simulator.setLastDataUpdate('2026-01-03');
        const handle = await startAt(house, '2026-01-06', { river: 'waits' });
        const { client } = house.temporal;
        const waitsUntil = async (runId?: string) => {
          const run = client.workflow.getHandle(handle.workflowId, runId);
          return (await run.query<{ waitingForDataUntil?: string }, []>('progress')).waitingForDataUntil;
        };
        const later = await vi.waitFor(
          async () => {
            const { status, runId } = await client.workflow.getHandle(handle.workflowId).describe();
            expect(status.name).toBe('RUNNING');
            expect(runId).not.toBe(handle.firstExecutionRunId);
            return waitsUntil(runId);
          },
          { timeout: 150_000, interval: 100 },
        );
        expect(later).toBeDefined();
        expect(later).toBe(await waitsUntil(handle.firstExecutionRunId));
        await handle.executeUpdate('pause');
        await handle.executeUpdate('resume');
        expect(await waitForEnd(handle)).toMatchObject({
          end: 'succeeded',
          result: {
            period: waits.period,
            warnings: [{ start: '2026-01-04', message: expect.stringContaining('after 10s of waiting') }],
          },
        });
        expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(String(later)));
        // Once at the beginning and once when the wait was over.
        expect(house.simulator.calls().filter(({ path }) => path.endsWith('GetLastDataUpdate'))).toHaveLength(
          2,
        );
        const wanted = { days: days.slice(0, 5) };
        await expectTable(house, { slug: waits.report, table: 'waits', wanted });
      },
    ));
});
