import { describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import type { Fault } from '#simulator/faults/fault-kinds';
import { daysBetween } from '../helpers/days-between.ts';
import { variable } from '../helpers/variable.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const report = 'customer-action-details-by-date';
const details = {
  report,
  period: { start: '2026-01-01', end: '2026-01-30' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
  giveUpAfter: '3s',
};
const outage: Fault = { kind: 'outage', as: '503' };
const onDay = (day: string) => ({ match: { parameters: { Date: day } } });
const rowsOf = ({ simulator }: Rivers, first: string, last: string) =>
  simulator.world.rowCount(report, { days: daysBetween(first, last) });

function failedWith(end: RunEnd) {
  if (end.end !== 'failed' || !end.result)
    throw new Error(`it did not fail with a result: ${JSON.stringify(end)}`);
  return { kind: end.kind, message: end.message, result: end.result };
}

describe.concurrent('giveUpAfter', () => {
  it('an outage that long fails all chunks that are not loaded at once, and a retry loads them', () =>
    withRivers(
      { rivers: { details }, simulator: { faults: [{ ...outage, after: 4 }] } },
      async ({ run, simulator, sql, ...house }) => {
        const { kind, message, result } = failedWith(await run({ river: 'details' }, 'first'));
        expect(kind).toBe('OutageError');
        expect(message).toMatch(
          /^Connection main has not answered any call since .*giveUpAfter \(3s\).*river retry first/,
        );
        expect(result.chunks).toEqual({ total: 30, loaded: 4, failed: 26, skipped: 0 });
        expect(
          result.failedChunks.every(({ error }) => error.startsWith('OutageError: Connection main')),
        ).toBe(true);
        // Those that were never begun have failed with the others: nobody has called for each of them.
        expect(await sql('select distinct state from river_chunks where attempts = 0')).toEqual([
          { state: 'failed' },
        ]);
        expect(simulator.stats().calls).toBe(result.calls);
        simulator.setFaults([]);
        const again = await run({ retryFailedChunksOf: 'first' }, 'again');
        expect(again).toMatchObject({ end: 'succeeded', result: { chunks: { total: 26, loaded: 26 } } });
        expect(await sql('select count(*)::int as n from details')).toEqual([
          { n: rowsOf({ ...house, run, simulator, sql }, '2026-01-01', '2026-01-30') },
        ]);
      },
    ));

  it('a sign-in that only fails is an outage as well', () =>
    withRivers(
      {
        rivers: { details },
        connection: { auth: { username: 'user', password: variable('SIMULATOR_KEY') } },
        simulator: {
          auth: { username: 'user', password: 'key-of-the-simulator' },
          faults: [{ ...outage, match: { endpoint: 'general/login' } }],
        },
      },
      async ({ run }) => {
        const { kind, result } = failedWith(await run({ river: 'details' }));
        expect(kind).toBe('OutageError');
        expect(result.chunks).toMatchObject({ loaded: 0, failed: 30 });
      },
    ));

  it('does not run while a call waits for quota, though it has failed before and fails again', () =>
    withRivers(
      {
        rivers: { details: { ...details, period: { start: '2026-01-01', end: '2026-01-04' } } },
        connection: { budget: [{ calls: 1, per: '4s' }], maxConcurrentCalls: 1 },
        simulator: { faults: [{ kind: 'status', status: 500, times: 2, ...onDay('2026-01-01') }] },
      },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        expect(result).toMatchObject({ chunks: { loaded: 4 }, calls: 6 });
        expect(result.rows).toBe(rowsOf(house, '2026-01-01', '2026-01-04'));
        const [first, second] = await house.sql(
          'select sent_at from river_calls where status = 500 order by 1',
        );
        const gapMs = Date.parse(String(second?.sent_at)) - Date.parse(String(first?.sent_at));
        expect(gapMs).toBeGreaterThan(4_000);
      },
    ));
});
