import { describe, expect, it } from 'vitest';
import { daysBetween } from '../helpers/days-between.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const customersByAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-06' },
  chunks: { every: 'daily', size: 3 },
  filters: { actions: [12, 15], customerAttributes: ['Country', 'Currency'] },
  target: { table: 'customers_by_action' },
};

describe.each(warehouseKinds)('a run into %s', (kind) => {
  it('loads every row of every chunk once and sums up what it did', () =>
    withRivers({ kind, rivers: { customers: customersByAction } }, async ({ pull, sql, simulator }) => {
      const result = await pull({ river: 'customers' });
      const expected = simulator.world.rowCount('customers-by-action', {
        days: daysBetween('2026-01-01', '2026-01-06'),
        actions: [12, 15],
      });
      expect(expected).toBeGreaterThan(100);
      expect(result).toMatchObject({
        river: 'customers',
        status: 'succeeded',
        period: { start: '2026-01-01', end: '2026-01-06' },
        chunks: { total: 2, loaded: 2, failed: 0, skipped: 0 },
        rows: expected,
        calls: 120,
        failedChunks: [],
      });
      expect(simulator.stats().calls).toBe(120);
      expect(await sql('select count(*) as n from customers_by_action')).toEqual([{ n: expected }]);
      const again = await pull({ river: 'customers' });
      expect(again.rows).toBe(expected);
      expect(await sql('select count(*) as n from customers_by_action')).toEqual([{ n: expected }]);
    }));
});
