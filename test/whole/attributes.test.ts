import { describe, expect, it } from 'vitest';
import type { Slug } from '#simulator/world/expected/expected-rows';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const period = { start: days[0], end: days.at(-1) };

const columnsOf = async ({ sql }: Rivers, table: string) =>
  Object.keys((await sql(`select * from "${table}" limit 1`))[0] ?? {}).filter(
    (name) => !name.startsWith('_'),
  );

describe.each(warehouseKinds)('customer attributes, into %s', (kind) => {
  const byAction = (customerAttributes: readonly string[]) => ({
    report: 'customers-by-action',
    period,
    filters: { actions: [12], customerAttributes },
    target: { table: 'by_action' },
  });
  const ofReport = ['date', 'action_id', 'recipient_group_id', 'customer_id'];

  it('become columns whatever they are called, with whatever is in them', async () => {
    const attributes = ['Date', `Robert') DROP TABLE "x" --`, 'Last Deposit (€)', 'Note'];
    const attributeColumns = ['attribute_date', 'robert_drop_table_x', 'last_deposit', 'note'];
    await withRivers({ kind, rivers: { river: byAction(attributes) } }, async (house) => {
      await house.pull({ river: 'river' });
      const wanted = { days, actions: [12], attributes };
      const table = { slug: 'customers-by-action', table: 'by_action' } as const;
      expect(await expectTable(house, { ...table, wanted, attributeColumns })).toBeGreaterThan(20);
      expect(await columnsOf(house, 'by_action')).toEqual([...ofReport, ...attributeColumns]);
      expect(await house.warehouse.tables()).toContain('by_action');
    });
  });

  it('whose names meet a column or each other get names of their own, in the order of the river', async () => {
    const attributes = [
      'CustomerID',
      'First Name',
      'FirstName',
      'first-name',
      '€',
      '_river',
      'ORDER',
      'a'.repeat(80),
    ];
    const attributeColumns = [
      'attribute_customer_id',
      'first_name',
      'attribute_first_name',
      'attribute_first_name_2',
      'attribute',
      'river',
      'order',
    ];
    await withRivers(
      { kind, rivers: { river: byAction(attributes) }, simulator: { attributes } },
      async (house) => {
        await house.pull({ river: 'river' });
        const [long] = (await columnsOf(house, 'by_action')).slice(-1);
        const columns = [...attributeColumns, String(long)];
        expect(long).toMatch(/^a{20,}/);
        const wanted = { days, actions: [12], attributes };
        await expectTable(house, {
          slug: 'customers-by-action',
          table: 'by_action',
          wanted,
          attributeColumns: columns,
        });
        expect(await columnsOf(house, 'by_action')).toEqual([...ofReport, ...columns]);
      },
    );
  });

  it('that are asked for later become columns of the table that is there', async () => {
    const river = byAction(['Country']);
    await withRivers({ kind, rivers: { river } }, async (house) => {
      await house.pull({ river: 'river' });
      await house.pull({ river: 'river', filters: { customerAttributes: ['Currency', 'Country'] } });
      await expectTable(house, {
        slug: 'customers-by-action',
        table: 'by_action',
        wanted: { days, actions: [12], attributes: ['Currency', 'Country'] },
        attributeColumns: ['currency', 'country'],
      });
    });
  });
});

describe.each(warehouseKinds)('control groups, into %s', (kind) => {
  const slugs = [
    'customer-actions-by-target-group',
    'customer-one-time-actions-by-date',
    'customer-one-time-actions-by-campaign',
  ] as const satisfies readonly Slug[];
  const rivers = Object.fromEntries(
    slugs.flatMap((report, at) => [
      [`with-${report}`, { report, period, includeControlGroup: true, target: { table: `with_${at}` } }],
      [`without-${report}`, { report, period, target: { table: `without_${at}` } }],
    ]),
  );

  it('come where they are asked for, and nowhere else', () =>
    withRivers({ kind, rivers }, async (house) => {
      for (const [at, slug] of slugs.entries()) {
        await house.pull({ river: `with-${slug}` });
        await house.pull({ river: `without-${slug}` });
        const included = await expectTable(house, {
          slug,
          table: `with_${at}`,
          wanted: { days, includeControlGroup: true },
        });
        const left = await expectTable(house, { slug, table: `without_${at}`, wanted: { days } });
        expect(included, slug).toBeGreaterThan(left);
        const controls = await house.sql(`select count(*) as n from with_${at} where action_id = 1`);
        expect(controls, slug).toEqual([{ n: included - left }]);
      }
    }));
});
