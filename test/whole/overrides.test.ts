import { describe, expect, it } from 'vitest';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const period = { start: days[0], end: days.at(-1) };

describe('overrides', () => {
  it('send a call elsewhere, under other names, and read other keys', () => {
    const river = {
      report: 'customer-product-details-by-date',
      period,
      overrides: {
        endpoint: 'customers/GetRecommendations',
        parameters: { Date: 'OnDay' },
        columns: { Recommended: 'product_id', CustomerID: 'player' },
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
    return withRivers({ rivers: { river }, simulator: { renamed } }, async (house) => {
      await house.pull({ river: 'river' });
      const rows = await expectTable(house, {
        slug: 'customer-product-details-by-date',
        table: 'products',
        wanted: { days },
        spelled: ({ CustomerID, ...row }) => ({ ...row, player: CustomerID }),
      });
      expect(rows).toBeGreaterThan(0);
    });
  });

  it('spread a list of products over rows, whatever its key', () => {
    const renamed = { 'customers/GetCustomerProductDetailsByDate': { keys: { ProductIDs: 'Recommended' } } };
    const river = {
      report: 'customer-product-details-by-date',
      period,
      overrides: { columns: { Recommended: 'product_id' } },
      target: { table: 'products' },
    };
    return withRivers({ rivers: { river }, simulator: { renamed, productsAs: 'list' } }, async (house) => {
      const { rows } = await house.pull({ river: 'river' });
      const table = { slug: 'customer-product-details-by-date', table: 'products' } as const;
      expect(await expectTable(house, { ...table, wanted: { days } })).toBe(rows);
    });
  });

  it('rename the parameters that nobody has documented', () => {
    const river = {
      report: 'customers-activity-event-attributes',
      period,
      filters: { activityEvents: [7, 8] },
      overrides: { parameters: { EventID: 'ActivityEventID' }, columns: { Amount: 'stake' } },
      target: { table: 'events' },
    };
    const renamed = {
      'customers/GetCustomersActivityEventAttributes': { parameters: { EventID: 'ActivityEventID' } },
    };
    return withRivers({ rivers: { river }, simulator: { renamed } }, async (house) => {
      await house.pull({ river: 'river' });
      await expectTable(house, {
        slug: 'customers-activity-event-attributes',
        table: 'events',
        wanted: { days, activityEvents: [7, 8] },
        spelled: ({ Amount, ...row }) => ({ ...row, stake: Amount }),
      });
      for (const { parameters } of house.simulator.calls()) expect(parameters).not.toHaveProperty('EventID');
    });
  });

  it('leave a parameter out; rows of other channels than the chosen are left out all the same', () => {
    const slug = 'customer-one-time-actions-by-campaign';
    const river = {
      report: slug,
      period,
      filters: { executionChannels: [504] },
      overrides: { parameters: { ChannelID: null } },
      target: { table: 'one_time' },
    };
    return withRivers({ rivers: { river } }, async (house) => {
      const { rows } = await house.pull({ river: 'river' });
      expect(await expectTable(house, { slug, table: 'one_time', wanted: { days, channels: [504] } })).toBe(
        rows,
      );
      expect(rows).toBeGreaterThan(0);
      const calls = house.simulator.calls().filter(({ path }) => path.startsWith('customers/'));
      expect(calls.length).toBeGreaterThan(0);
      for (const { parameters } of calls) expect(parameters).not.toHaveProperty('ChannelID');
      expect(calls.reduce((all, call) => all + call.rows, 0)).toBeGreaterThan(rows ?? 0);
    });
  });

  it("give report 9 the endpoint that the walkthrough prints, with that report's parameters and columns", () => {
    const river = {
      report: 'customer-execution-details-by-campaign',
      period,
      overrides: { endpoint: 'customers/GetCustomerSendDetailsByCampaign' },
      target: { table: 'sends' },
    };
    return withRivers({ rivers: { river } }, async (house) => {
      const { pull, simulator } = house;
      for (const channels of [undefined, [504]]) {
        simulator.reset();
        const filters = channels && { filters: { executionChannels: channels } };
        const result = await pull({ river: 'river', allowEmptied: true, ...filters });
        const wanted = channels ? { days, channels } : { days };
        const table = { slug: 'customer-send-details-by-campaign', table: 'sends', wanted } as const;
        expect(await expectTable(house, table)).toBeGreaterThan(0);
        const campaigns = simulator.world
          .rows('executed-campaign-details', { days })
          .filter(({ Date: day, CampaignID }) =>
            simulator.world
              .rows('executed-campaigns-by-channel', wanted)
              .some((row) => row.Date === day && row.CampaignID === CampaignID),
          );
        expect(result.calls).toBe(days.length + campaigns.length);
        const sent = simulator.calls().filter(({ path }) => path.startsWith('customers/'));
        for (const { parameters } of sent) {
          expect(parameters).toMatchObject({ IncludeTemplateIDs: 'true' });
          expect(parameters).not.toHaveProperty('ChannelID');
        }
      }
    });
  });
});
