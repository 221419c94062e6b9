import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import type { RunProgress } from '#domain/run/progress';
import type { Fault } from '#simulator/faults/fault-kinds';
import { pullAt, runAt, startAt } from '../helpers/run-at.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { oneWarehouse } from '../helpers/with-warehouse.ts';

const inAuckland = { cron: '0 6 * * *', timezone: 'Pacific/Auckland' };
const rivers = {
  changers: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: ['Country', 'Note'] },
    target: { table: 'changers' },
  },
  added: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: 'Country' },
    target: { table: 'added', load: 'append' },
  },
  futures: {
    report: 'customer-future-values',
    filters: { lifecycleStages: ['new', 2] },
    target: { table: 'futures' },
  },
  targeted: {
    report: 'currently-targeted-customers',
    target: { table: 'targeted' },
    schedule: inAuckland,
  },
  details: {
    report: 'customer-action-details-by-date',
    period: { predefined: 'yesterday' },
    target: { table: 'details' },
  },
};

const refused = (endpoint: string, parameters: Record<string, string> = {}): Fault => ({
  kind: 'status',
  status: 400,
  match: { endpoint, parameters },
});
const dataCalls: readonly Fault[] = [
  refused('GetCustomerAttributeChangers', { ChangedCustomerAttribute: 'Note' }),
  refused('GetCustomerFutureValues'),
  refused('GetCurrentlyTargetedCustomers'),
  refused('customers/*', { Date: '2026-01-04' }),
];

/** Each day in a column, and how many rows bear it. */
const daysIn = async ({ sql }: Rivers, table: string, column: string) =>
  (
    await sql(
      `select ${column} as "of", count(*) as n, count(distinct _run_id) as runs from ${table} group by ${column} order by ${column}`,
    )
  ).map(({ of, n, runs }) => [of, Number(n) > 0, Number(runs)]);
const rowsIn = async ({ sql }: Rivers, table: string) =>
  Number((await sql(`select count(*) as n from ${table}`))[0]?.n);

/** The run of a river on a day fails; its workflow id. */
async function failsAt(house: Rivers, day: string, input: object): Promise<string> {
  const handle = await startAt(house, day, input);
  expect(await waitForEnd(handle)).toMatchObject({ end: 'failed', kind: 'ChunksFailed' });
  return handle.workflowId;
}

describe.each(oneWarehouse)('a run that waits past midnight, into %s,', (kind) => {
  it('is dated by the day on which it is answered', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { simulator, sql } = house;
      for (const [river, column, calls] of [
        ['changers', 'data_date', 4],
        ['targeted', 'snapshot_date', 1],
      ] as const) {
        simulator.setLastDataUpdate('2026-01-05');
        simulator.setFaults([{ kind: 'status', status: 503, match: { endpoint: 'customers/*' } }]);
        const handle = await startAt(house, '2026-01-05', { river });
        // Between two tries: what is under way has read when the run began.
        await vi.waitUntil(
          async () => {
            const { waits } = await handle.query<RunProgress, []>('progress');
            return waits.some((wait) => wait.on === 'connection' && !wait.isTried);
          },
          { timeout: 150_000, interval: 20 },
        );
        simulator.setLastDataUpdate('2026-01-06');
        // As if it had begun the day before.
        const yesterday = new Date(Date.now() - 86_400_000).toISOString();
        await sql(
          `update river_runs set started_at = '${yesterday}' where workflow_id = '${handle.workflowId}'`,
        );
        simulator.setFaults([]);
        const end = await waitForEnd(handle);
        expect(end).toMatchObject({ end: 'succeeded', result: { chunks: { loaded: 1 } } });
        const day = river === 'targeted' ? '2026-01-07' : '2026-01-06';
        expect(await daysIn(house, river, column)).toEqual([[day, true, 1]]);
        // GetLastDataUpdate is asked once more, and nothing else twice.
        const answered = await sql(
          `select count(*) as n from river_calls c join river_runs r on r.run_id = c.run_id where r.workflow_id = '${handle.workflowId}' and c.status = 200`,
        );
        expect(Number(answered[0]?.n)).toBe(calls);
      }
    }));
});

describe.each(oneWarehouse)('a retry of a report that answers of the moment, into %s,', (kind) => {
  it('is dated by the day on which it is pulled, and a retry of days by the days of the original', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { simulator, sql } = house;
      simulator.setLastDataUpdate('2026-01-05');
      simulator.setFaults(dataCalls);
      const first: Record<string, string> = {};
      for (const river of ['changers', 'futures', 'targeted', 'details'])
        first[river] = await failsAt(house, '2026-01-05', { river });
      // A retry that fails itself dates nothing either.
      const second = await failsAt(house, '2026-01-06', { retryFailedChunksOf: first.changers });
      simulator.setFaults([]);
      simulator.setLastDataUpdate('2026-01-08');
      const again = (of: string | undefined) => pullAt(house, '2026-01-08', { retryFailedChunksOf: of });

      expect(await again(second)).toMatchObject({
        retryOf: first.changers,
        chunks: { total: 1, loaded: 1 },
        calls: 3,
      });
      expect(await daysIn(house, 'changers', 'data_date')).toEqual([['2026-01-08', true, 1]]);
      const days = await sql(
        `select d."day" from river_days d join river_runs r on r.run_id = d.run_id where r.workflow_id = '${first.changers}'`,
      );
      expect(days).toEqual([{ day: '2026-01-08' }]);
      // The next run of that day takes their place: nothing stands there twice.
      const retried = await rowsIn(house, 'changers');
      await pullAt(house, '2026-01-08', { river: 'changers' });
      expect(await rowsIn(house, 'changers')).toBe(retried);

      expect(await again(first.futures)).toMatchObject({ chunks: { loaded: 1 }, calls: 2 });
      expect(await daysIn(house, 'futures', 'snapshot_date')).toEqual([['2026-01-08', true, 1]]);
      // Noon in UTC is the next day in Auckland, where the river's schedule has its days.
      await again(first.targeted);
      expect(await daysIn(house, 'targeted', 'snapshot_date')).toEqual([['2026-01-09', true, 1]]);
      expect(await again(first.details)).toMatchObject({
        period: { start: '2026-01-04', end: '2026-01-04' },
      });
      expect(await house.river('verify')).toMatchObject({ code: 0 });
    }));

  it('takes its own day where Optimove refuses to say how far its data is, also where it appends', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { simulator } = house;
      simulator.setFaults([...dataCalls, refused('GetCustomerAttributeChangers')]);
      const changers = await failsAt(house, '2026-01-05', { river: 'changers' });
      const added = await failsAt(house, '2026-01-05', { river: 'added' });
      simulator.setFaults([refused('GetLastDataUpdate')]);
      await pullAt(house, '2026-01-08', { retryFailedChunksOf: changers });
      await pullAt(house, '2026-01-08', { retryFailedChunksOf: added });
      for (const table of ['changers', 'added'])
        expect(await daysIn(house, table, 'data_date')).toEqual([['2026-01-08', true, 1]]);
      const nothing = await runAt(house, '2026-01-09', { retryFailedChunksOf: added });
      expect(nothing).toMatchObject({ end: 'succeeded', result: { chunks: { total: 0 }, calls: 0 } });
    }));
});
