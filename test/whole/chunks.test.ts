import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDayNumber, toDayText } from '#simulator/world/calendar';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const first = toDayNumber('2025-12-28') ?? 0;
const period = { start: '2026-01-01', end: '2026-01-01' };
const rivers = {
  byAction: {
    report: 'customers-by-action',
    period,
    filters: { actions: [12], customerAttributes: ['Note'] },
    target: { table: 'by_action' },
  },
  // Its campaigns may be found on several days, of several chunks.
  sends: {
    report: 'customer-send-details-by-channel',
    period,
    filters: { executionChannels: [504] },
    target: { table: 'sends' },
  },
};

/** Up to nine days around the turn of the year, in chunks of any kind. */
const pulls = fc.record({
  start: fc.nat(6),
  length: fc.integer({ min: 1, max: 9 }),
  chunks: fc.record({
    every: fc.constantFrom('dont_split', 'daily', 'monthly', 'yearly'),
    size: fc.integer({ min: 1, max: 4 }),
  }),
});

describe.each(warehouseKinds)('chunks, into %s', (kind) => {
  const opened = shareRivers({ kind, rivers });

  it('decide what is loaded together, never which rows', async () => {
    const house = opened();
    const property = fc.asyncProperty(pulls, async ({ start, length, chunks }) => {
      await house.sql('drop table if exists by_action');
      await house.sql('drop table if exists sends');
      const [from, to] = [toDayText(first + start), toDayText(first + start + length - 1)];
      const days = daysBetween(from, to);
      const input = { period: { start: from, end: to }, chunks };
      const pulled = await Promise.all(Object.keys(rivers).map((river) => house.pull({ river, ...input })));
      expect(pulled.map(({ rows }) => rows)).toEqual([
        await expectTable(house, {
          slug: 'customers-by-action',
          table: 'by_action',
          wanted: { days, actions: [12], attributes: ['Note'] },
          attributeColumns: ['note'],
        }),
        await expectTable(house, {
          slug: 'customer-send-details-by-channel',
          table: 'sends',
          wanted: { days, channels: [504] },
        }),
      ]);
    });
    await fc.assert(property, { numRuns: 4, endOnFailure: true });
  });

  it('take the place of what other chunks had loaded of their days, and of nothing else', async () => {
    const house = opened();
    await house.sql('drop table if exists by_action');
    await house.pull({ river: 'byAction', period: { start: '2026-01-01', end: '2026-01-06' } });
    for (const chunks of [{ every: 'daily' }, { every: 'dont_split' }, { every: 'daily', size: 2 }]) {
      await house.pull({ river: 'byAction', period: { start: '2026-01-02', end: '2026-01-04' }, chunks });
      await expectTable(house, {
        slug: 'customers-by-action',
        table: 'by_action',
        wanted: { days: daysBetween('2026-01-01', '2026-01-06'), actions: [12], attributes: ['Note'] },
        attributeColumns: ['note'],
      });
    }
  });
});
