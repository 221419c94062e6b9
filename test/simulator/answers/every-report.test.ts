import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reports } from '#domain/catalogue/index';
import { type Simulator, startSimulator } from '#simulator/start-simulator';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import type { Row } from '#simulator/world/row-list';
import { daysBetween } from '../../helpers/days-between.ts';

const key = 'a key';
const days = daysBetween('2026-01-05', '2026-01-08');
const attributes = ['Country', 'Note'];
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ limits: [], lastDataUpdate: '2026-01-31', auth: { apiKey: key } });
});
afterAll(() => simulator.stop());

type Parameters = Readonly<Record<string, string | number>>;

async function get(path: string, parameters: Parameters): Promise<Row[]> {
  const query = new URLSearchParams(parameters as Record<string, string>);
  const response = await fetch(`${simulator.url}/current/${path}?${query}`, {
    headers: { 'x-api-key': key },
  });
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  expect(body).toBeInstanceOf(Array);
  return body as Row[];
}

/** All pages of a call, a small one after the other, with stamps before each row. */
async function pull(path: string, parameters: Parameters, stamps: Row): Promise<Row[]> {
  if (!path.startsWith('customers/')) {
    return (await get(path, parameters)).map((row) => ({ ...stamps, ...row }));
  }
  const rows: Row[] = [];
  for (;;) {
    const page = await get(path, { ...parameters, $top: 25, $skip: rows.length });
    expect(page.length).toBeLessThanOrEqual(25);
    rows.push(...page.map((row) => ({ ...stamps, ...row })));
    if (page.length < 25) return rows;
  }
}

async function one(path: string, stampsOf: (parameters: Parameters) => Row, list: readonly Parameters[]) {
  const rows: Row[] = [];
  for (const parameters of list) rows.push(...(await pull(path, parameters, stampsOf(parameters))));
  return rows;
}

const asAsked = (parameters: Parameters): Row => {
  const { CustomerAttributes: _, IncludeRecipientGroupID: _2, ...stamps } = parameters;
  return stamps;
};
const joined = attributes.join(';');
const perDay = (more: (day: string) => readonly Parameters[]) =>
  days.flatMap((day) => more(day).map((parameters) => ({ Date: day, ...parameters })));
const groups = async () =>
  (await get('groups/GetTargetGroupDetails', {})).map((row) => Number(row.TargetGroupID));
const channels = async () =>
  (await get('actions/GetExecutionChannels', {})).map((row) => Number(row.ChannelID));

/** Pulls by the API alone: what is called for, from lists that the API itself gives. */
async function byCampaign(path: string, more: Parameters = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const FoundOn of days) {
    for (const { CampaignID } of await get('actions/GetExecutedCampaignDetails', { Date: FoundOn })) {
      const id = Number(CampaignID);
      rows.push(...(await pull(path, { CampaignID: id, ...more }, { FoundOn, CampaignID: id })));
    }
  }
  return rows;
}
async function byCampaignAndChannel(path: string, more: Parameters = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const FoundOn of days) {
    for (const ChannelID of await channels()) {
      for (const { CampaignID } of await get('actions/GetExecutedCampaignsByChannel', {
        Date: FoundOn,
        ChannelID,
      })) {
        const id = Number(CampaignID);
        const stamps = { FoundOn, CampaignID: id, ChannelID };
        rows.push(...(await pull(path, { CampaignID: id, ChannelID, ...more }, stamps)));
      }
    }
  }
  return rows;
}
const byDay = (path: string, more: Parameters = {}) =>
  one(
    path,
    (asked) => ({ Date: asked.Date }),
    perDay(() => [more]),
  );
const byGroup = async (path: string) => {
  const all = await groups();
  return one(
    path,
    asAsked,
    perDay(() => all.map((TargetGroupID) => ({ TargetGroupID }))),
  );
};

const pulls: Record<Slug, { wanted?: Wanted; pull: (path: string) => Promise<Row[]> }> = {
  'customers-by-action': {
    wanted: { attributes },
    async pull(path) {
      const actions = (await get('actions/GetAllActions', {})).map((row) => Number(row.ActionID));
      const asked = perDay(() =>
        actions.flatMap((ActionID) =>
          Array.from({ length: 10 }, (_, RecipientGroupID) => ({
            ActionID,
            RecipientGroupID,
            CustomerAttributes: joined,
          })),
        ),
      );
      return one(path, asAsked, asked);
    },
  },
  'customer-actions-by-target-group': {
    wanted: { attributes },
    async pull(path) {
      const more = { IncludeRecipientGroupID: 'true', CustomerAttributes: joined };
      const all = await groups();
      return one(
        path,
        asAsked,
        perDay(() => all.map((TargetGroupID) => ({ TargetGroupID, ...more }))),
      );
    },
  },
  'customer-one-time-actions-by-date': {
    wanted: { includeControlGroup: true, attributes },
    pull: (path) => byDay(path, { IncludeControlGroup: 'true', CustomerAttributes: joined }),
  },
  'customer-one-time-actions-by-campaign': {
    wanted: { attributes },
    pull: (path) => byCampaign(path, { CustomerAttributes: joined }),
  },
  'customer-attribute-changers': {
    wanted: { changedAttributes: ['Country', 'Note'], attributes },
    pull: (path) =>
      one(path, ({ ChangedCustomerAttribute }) => ({ DataDate: '2026-01-31', ChangedCustomerAttribute }), [
        { ChangedCustomerAttribute: 'Country', CustomerAttributes: joined },
        { ChangedCustomerAttribute: 'Note', CustomerAttributes: joined },
      ]),
  },
  'customer-future-values': {
    async pull(path) {
      const stages = await get('model/GetLifecycleStageList', {});
      return one(
        path,
        asAsked,
        stages.map((row) => ({ LifecycleStageID: Number(row.StageID) })),
      );
    },
  },
  'customer-action-details-by-date': { pull: byDay },
  'customer-action-ended-by-date': {
    pull: (path) =>
      one(
        path,
        (asked) => ({ EndDate: asked.Date }),
        perDay(() => [{}]),
      ),
  },
  'customer-execution-details-by-campaign': {
    wanted: { attributes },
    pull: (path) => byCampaignAndChannel(path, { CustomerAttributes: joined }),
  },
  'customer-send-details-by-campaign': {
    pull: (path) => byCampaign(path, { IncludeTemplateIDs: 'true' }),
  },
  'customer-send-details-by-channel': {
    wanted: { attributes },
    pull: (path) => byCampaignAndChannel(path, { CustomerAttributes: joined }),
  },
  'currently-targeted-customers': { pull: (path) => pull(path, {}, {}) },
  'customer-product-details-by-date': { pull: byDay },
  'campaign-interaction-customers': {
    wanted: { events: [0, 3, 7] },
    async pull(path) {
      const all = await channels();
      const asked = perDay(() =>
        all.flatMap((ChannelID) => [0, 3, 7].map((EventID) => ({ ChannelID, EventID }))),
      );
      return one(path, asAsked, asked);
    },
  },
  'customers-activity-event-attributes': {
    wanted: { activityEvents: ['login', 7] },
    pull: (path) =>
      one(
        path,
        asAsked,
        perDay(() => [{ EventID: 'login' }, { EventID: 7 }]),
      ),
  },
  'target-groups-by-date': { pull: byDay },
  'target-group-details': { pull: (path) => pull(path, {}, {}) },
  'all-actions': { pull: (path) => pull(path, {}, {}) },
  'actions-by-target-group': { pull: byGroup },
  'promo-codes': { pull: byDay },
  'promo-codes-by-campaign': { pull: byCampaign },
  'promo-codes-by-target-group': { pull: byGroup },
  'action-details-by-target-group': { pull: byGroup },
  'executed-campaign-details': { pull: byDay },
  'execution-channels': { pull: (path) => pull(path, {}, {}) },
  'executed-campaign-channel-details': { pull: byCampaignAndChannel },
  'executed-campaigns-by-channel': {
    async pull(path) {
      const all = await channels();
      return one(
        path,
        asAsked,
        perDay(() => all.map((ChannelID) => ({ ChannelID }))),
      );
    },
  },
};

describe.each(reports.map((report) => ({ ...report, slug: report.slug as Slug })))('$slug', (report) => {
  it('the pages over HTTP are the rows that the world says', async () => {
    const { wanted, pull: pullReport } = pulls[report.slug];
    const expected = simulator.world.rows(report.slug, { days, ...wanted });
    expect(sorted(await pullReport(report.endpoint))).toEqual(sorted(expected));
    expect(expected.length).toBeGreaterThan(0);
  });

  it('answers the keys that the catalogue declares', () => {
    const rows = simulator.world.rows(report.slug, { days, ...pulls[report.slug].wanted });
    const keys = new Set(rows.flatMap((row) => Object.keys(row)));
    const declared = report.columns
      .filter((column) => column.from === 'answer')
      .map((column) => column.source);
    expect([...keys]).toEqual(expect.arrayContaining(declared));
  });
});

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}
