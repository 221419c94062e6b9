import { describe, expect, it } from 'vitest';
import { daysBetween } from '../../src/simulator/world/day.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const period = { start: '2026-01-01', end: '2026-01-04' };
const days = daysBetween('2026-01-01', '2026-01-04');

const byAction = { report: 'customers-by-action', period, target: { table: 'by_action' } };
const byGroup = { report: 'actions-by-target-group', period, target: { table: 'by_group' } };

describe.each(warehouseKinds)('into %s', (kind) => {
  describe('filters', () => {
    it('take ids and names, names whatever their case, and all that bear a name', () =>
      withRivers({ kind, rivers: { byAction, byGroup } }, async ({ pull, simulator }) => {
        const { actions, targetGroups } = simulator.world.definitions;
        const rows = (ids: readonly number[]) =>
          simulator.world.rowCount('customers-by-action', { days, actions: ids });
        const bonus = actions.filter(({ name }) => name.toLowerCase() === '10% bonus').map(({ id }) => id);
        expect(bonus).toHaveLength(2);

        const byName = await pull({ river: 'byAction', filters: { actions: ['10% bonus'] } });
        expect(byName).toMatchObject({ rows: rows(bonus), calls: 1 + days.length * 2 * 10 });
        const byId = await pull({ river: 'byAction', filters: { actions: bonus } });
        expect(byId).toMatchObject({ rows: rows(bonus), calls: days.length * 2 * 10 });
        const digits = await pull({ river: 'byAction', filters: { actions: [String(bonus[0])] } });
        expect(digits).toMatchObject({ rows: rows(bonus.slice(0, 1)), calls: 1 + days.length * 10 });

        const [group] = targetGroups;
        const named = await pull({
          river: 'byGroup',
          filters: { targetGroups: [group?.name.toUpperCase()] },
        });
        expect(named.rows).toBe(
          simulator.world.rowCount('actions-by-target-group', { days, targetGroups: [group?.id ?? 0] }),
        );
      }));

    it('refuse a name that is not there, list those that are, and spend no data call', () =>
      withRivers({ kind, rivers: { byAction } }, async ({ run, pull, sql, simulator }) => {
        const before = await pull({ river: 'byAction' });
        simulator.reset();
        const end = await run({ river: 'byAction', filters: { actions: ['Free Spinz'] } });
        expect(end).toMatchObject({ end: 'failed', kind: 'ConfigurationError' });
        if (end.end !== 'failed') throw new Error('it did not fail');
        expect(end.message).toContain('Free Spinz');
        for (const { name } of simulator.world.definitions.actions) expect(end.message).toContain(name);
        expect(end.result).toMatchObject({ status: 'failed', chunks: { total: 1, loaded: 0, failed: 1 } });
        expect(simulator.stats().calls).toBe(1);
        expect(await sql('select count(*) as n from by_action')).toEqual([{ n: before.rows }]);
      }));

    it('on channels choose campaigns, and keep the rows of these channels', () => {
      const slugs = [
        'customer-one-time-actions-by-campaign',
        'customer-execution-details-by-campaign',
        'customer-send-details-by-campaign',
        'customer-send-details-by-channel',
        'promo-codes-by-campaign',
        'executed-campaign-channel-details',
        'executed-campaigns-by-channel',
        'customer-actions-by-target-group',
      ] as const;
      const rivers = Object.fromEntries(
        slugs.map((slug) => [slug, { report: slug, period, target: { table: slug.replaceAll('-', '_') } }]),
      );
      return withRivers({ kind, rivers }, async ({ pull, simulator, sql }) => {
        const channels = simulator.world.definitions.channels.slice(0, 2).map(({ id }) => id);
        for (const slug of slugs) {
          const result = await pull({ river: slug, filters: { executionChannels: channels } });
          const expected = simulator.world.rows(slug, { days, channels });
          expect(result.rows, slug).toBe(expected.length);
          expect(expected.length, slug).toBeGreaterThan(0);
          if (slug === 'customer-send-details-by-channel') {
            const found = await sql(`select distinct channel_id as id from ${slug.replaceAll('-', '_')}`);
            for (const { id } of found) expect(channels).toContain(Number(id));
          }
        }
      });
    });

    it('on stages and attributes, events and control groups, are sent as they are written', () => {
      const rivers = {
        values: { report: 'customer-future-values', target: { table: 'future_values' } },
        interactions: {
          report: 'campaign-interaction-customers',
          period,
          filters: { events: ['clicked'] },
          target: { table: 'interactions' },
        },
        oneTime: {
          report: 'customer-one-time-actions-by-date',
          period,
          includeControlGroup: true,
          target: { table: 'one_time' },
        },
      };
      return withRivers({ kind, rivers }, async ({ pull, simulator }) => {
        const { world } = simulator;
        const [stage] = world.definitions.stages;
        const byStage = await pull({ river: 'values', filters: { lifecycleStages: [stage?.name] } });
        expect(byStage).toMatchObject({
          rows: world.rowCount('customer-future-values', { stages: [stage?.id ?? 0] }),
          calls: 2,
        });
        const customerAttribute = { name: 'Country', value: 'FR' };
        const byAttribute = await pull({ river: 'values', filters: { customerAttribute } });
        expect(byAttribute).toMatchObject({
          rows: world.rowCount('customer-future-values', { customerAttribute }),
          calls: 1,
        });
        const clicked = await pull({ river: 'interactions' });
        expect(clicked.rows).toBe(world.rowCount('campaign-interaction-customers', { days, events: [3] }));
        const withControl = await pull({ river: 'oneTime' });
        const wanted = { days, includeControlGroup: true };
        expect(withControl.rows).toBe(world.rowCount('customer-one-time-actions-by-date', wanted));
        expect(withControl.rows).toBeGreaterThan(
          world.rowCount('customer-one-time-actions-by-date', { days }),
        );
      });
    });

    it('on customer attributes become columns, whatever they are called', () => {
      const hostile = ['Date', `Robert') DROP TABLE "x" --`, 'Last Deposit (€)', 'Note'];
      const river = { ...byAction, filters: { actions: [12], customerAttributes: hostile } };
      return withRivers({ kind, rivers: { river } }, async ({ pull, sql, simulator }) => {
        await pull({ river: 'river' });
        const [row] = await sql('select * from by_action limit 1');
        expect(Object.keys(row ?? {})).toEqual(
          expect.arrayContaining(['date', 'attribute_date', 'robert_drop_table_x', 'last_deposit', 'note']),
        );
        const notes = await sql('select note from by_action order by 1');
        const expected = simulator.world
          .rows('customers-by-action', { days, actions: [12], attributes: hostile })
          .map((each) => (each.CustomerAttributes as (string | null)[])[3] ?? null);
        expect(notes.map(({ note }) => String(note)).sort()).toEqual(expected.map(String).sort());
      });
    });
  });

  describe('overrides', () => {
    it('send a call elsewhere, under other names, and read other keys', () => {
      const river = {
        report: 'customer-product-details-by-date',
        period,
        overrides: {
          endpoint: 'customers/GetRecommendations',
          parameters: { Date: 'OnDay' },
          columns: { Recommended: 'product_id' },
        },
        target: { table: 'products' },
      };
      const renamed = {
        'customers/GetCustomerProductDetailsByDate': {
          endpoint: 'customers/GetRecommendations',
          parameters: { Date: 'OnDay' },
          keys: { ProductID: 'Recommended' },
        },
      };
      return withRivers(
        { kind, rivers: { river }, simulator: { renamed } },
        async ({ pull, sql, simulator }) => {
          const result = await pull({ river: 'river' });
          const expected = simulator.world.rows('customer-product-details-by-date', { days });
          expect(result.rows).toBe(expected.length);
          const loaded = await sql('select product_id as id from products');
          expect(loaded.map(({ id }) => String(id)).sort()).toEqual(
            expected.map((row) => String(row.ProductID)).sort(),
          );
        },
      );
    });

    it("give report 9 the endpoint that the walkthrough prints, with that report's parameters", () => {
      const river = {
        report: 'customer-execution-details-by-campaign',
        period,
        overrides: { endpoint: 'customers/GetCustomerSendDetailsByCampaign' },
        target: { table: 'sends' },
      };
      return withRivers({ kind, rivers: { river } }, async ({ pull, simulator }) => {
        const result = await pull({ river: 'river' });
        expect(result.rows).toBe(simulator.world.rowCount('customer-send-details-by-campaign', { days }));
        const sent = simulator
          .calls()
          .filter(({ path }) => path.endsWith('GetCustomerSendDetailsByCampaign'));
        expect(sent.length).toBeGreaterThan(0);
        for (const { parameters } of sent) expect(parameters).not.toHaveProperty('ChannelID');
      });
    });
  });

  describe('pages', () => {
    const wide = { report: 'customer-action-details-by-date', period, target: { table: 'details' } };

    it('are asked until the last, whatever their size', () =>
      withRivers({ kind, rivers: { wide }, connection: { pageSize: 7 } }, async ({ pull, simulator }) => {
        const result = await pull({ river: 'wide' });
        expect(result.rows).toBe(simulator.world.rowCount('customer-action-details-by-date', { days }));
        expect(result.calls).toBeGreaterThan(days.length * 2);
      }));

    it('that a server cuts at its own cap are followed as well', () =>
      withRivers(
        {
          kind,
          rivers: { wide },
          connection: { pageSize: 10_000 },
          simulator: { pageCap: 500, size: { rowsPerCall: [100, 200] } },
        },
        async ({ pull, simulator }) => {
          const result = await pull({ river: 'wide' });
          const expected = simulator.world.rowCount('customer-action-details-by-date', { days });
          expect(expected).toBeGreaterThan(2000);
          expect(result.rows).toBe(expected);
        },
      ));

    it('that come twice are an error and not a loop', () =>
      withRivers(
        {
          kind,
          rivers: { wide },
          connection: { pageSize: 5 },
          simulator: { faults: [{ kind: 'ignoreSkip' }] },
        },
        async ({ run }) => {
          const end = await run({ river: 'wide' });
          expect(end).toMatchObject({ end: 'failed', kind: 'ChunksFailed' });
          if (end.end === 'failed')
            expect(end.result?.failedChunks[0]?.error).toMatch(/^ReportRefusedError: .*pageSize/);
        },
      ));
  });

  describe('chunks', () => {
    it('decide what is loaded together, never which rows', () =>
      withRivers({ kind, rivers: { byAction } }, async ({ pull, simulator, sql }) => {
        const expected = simulator.world.rowCount('customers-by-action', { days });
        const splits = [
          { every: 'daily' },
          { every: 'daily', size: 3 },
          { every: 'monthly' },
          { every: 'yearly' },
          { every: 'dont_split' },
        ];
        for (const chunks of splits) {
          expect(await pull({ river: 'byAction', chunks })).toMatchObject({ rows: expected });
          expect(await sql('select count(*) as n from by_action')).toEqual([{ n: expected }]);
        }
      }));
  });
});
