import { describe, expect, it } from 'vitest';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import type { AskedSimulator } from '../helpers/with-simulator.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const period = { start: days[0], end: days.at(-1) };
const details = {
  report: 'customer-action-details-by-date',
  period,
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
/** How many rows each day's call has. */
const rowsOfDays = ({ world }: AskedSimulator) =>
  days.map((day) => world.rowCount('customer-action-details-by-date', { days: [day] }));
const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

describe('pages', () => {
  it.each([7, 25])('of %i rows are asked for until one is short', (pageSize) =>
    withRivers(
      { rivers: { details }, connection: { pageSize }, simulator: { size: { rowsPerCall: [2, 5] } } },
      async (house) => {
        const result = await house.pull({ river: 'details' });
        const rows = await expectTable(house, {
          slug: 'customer-action-details-by-date',
          table: 'details',
          wanted: { days },
        });
        expect(rows).toBeGreaterThan(75);
        const pages = rowsOfDays(house.simulator).map((n) => Math.floor(n / pageSize) + 1);
        expect(result).toMatchObject({ rows, calls: sum(pages) });
        expect(await house.sql('select count(*) as n from river_calls')).toEqual([{ n: sum(pages) }]);
      },
    ),
  );

  it('that repeat the one before are an error and not a loop, and fail their chunk alone', () =>
    withRivers({ rivers: { details }, connection: { pageSize: 20 } }, async (house) => {
      const { run, simulator } = house;
      simulator.setFaults([{ kind: 'ignoreSkip', match: { parameters: { Date: '2026-01-02' } } }]);
      const end = await run({ river: 'details' });
      expect(end).toMatchObject({
        end: 'failed',
        kind: 'ChunksFailed',
        result: { chunks: { total: 3, loaded: 2, failed: 1 }, failedChunks: [{ start: '2026-01-02' }] },
      });
      if (end.end !== 'failed') return;
      expect(end.result?.failedChunks[0]?.error).toMatch(
        /^ReportRefusedError: .*Date=2026-01-02 .*same 20 rows from row 20 on.*pageSize/,
      );
      const asked = simulator.calls().filter(({ parameters }) => parameters.Date === '2026-01-02');
      expect(asked).toHaveLength(2);
      const wanted = { days: ['2026-01-01', '2026-01-03'] };
      await expectTable(house, { slug: 'customer-action-details-by-date', table: 'details', wanted });
    }));

  it('are for customers alone: other calls are sent without $top and $skip', () => {
    const codes = { report: 'promo-codes', period, target: { table: 'codes' } };
    return withRivers({ rivers: { codes }, connection: { pageSize: 1 } }, async (house) => {
      const result = await house.pull({ river: 'codes' });
      expect(result.calls).toBe(days.length);
      expect(
        await expectTable(house, { slug: 'promo-codes', table: 'codes', wanted: { days } }),
      ).toBeGreaterThan(days.length);
      for (const { parameters } of house.simulator.calls()) expect(Object.keys(parameters)).toEqual(['Date']);
    });
  });
});
