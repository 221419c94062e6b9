import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import type { Fault } from '#simulator/faults/fault-kinds';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { pullAt } from '../helpers/run-at.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { oneWarehouse } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const [, second] = days as [string, string, string];
const period = { start: '2026-01-01', end: '2026-01-03' };
const chunks = { every: 'daily' };
const daily = (report: string, more: object = {}) => ({
  report,
  period,
  chunks,
  target: { table: report },
  ...more,
});
const rivers = {
  details: daily('customer-action-details-by-date', { target: { table: 'details' } }),
  sends: daily('customer-send-details-by-campaign'),
  pairs: daily('customer-send-details-by-channel'),
  byGroup: daily('promo-codes-by-target-group', { prune: true }),
  byAction: daily('customers-by-action', { prune: true }),
  actions: daily('customers-by-action', {
    filters: { actions: [12, 15, 18] },
    target: { table: 'actions' },
  }),
  groups: { report: 'target-group-details', target: { table: 'groups' } },
  changers: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: ['Country'] },
    target: { table: 'changers' },
  },
  tracked: daily('customer-action-details-by-date', {
    period: { start: '2026-01-01' },
    target: { table: 'details' },
  }),
};
/** A call that is throttled waits for a window, and is not taken for throttled any more when the longest has passed. */
const connection = {
  budget: [
    { calls: 100_000, per: '1s' },
    { calls: 200_000, per: '5s' },
  ],
};
const on = (endpoint: string, day?: string) => ({
  match: { endpoint, ...(day && { parameters: { Date: day } }) },
});
const byDate = 'GetCustomerActionDetailsByDate';

const messagesOf = ({ warnings }: { readonly warnings: readonly { readonly message: string }[] }) =>
  warnings.map(({ message }) => message);
function failedWith(end: RunEnd) {
  if (end.end !== 'failed' || !end.result) throw new Error(`it did not fail: ${JSON.stringify(end)}`);
  return { kind: end.kind, message: end.message, ...end.result };
}
describe.each(oneWarehouse)('into %s', (kind) => {
  const opened = shareRivers({ kind, rivers, connection, simulator: { size: { rowsPerCall: [2, 6] } } });
  let house: Rivers;
  beforeEach(() => {
    house = opened();
    house.simulator.setFaults([]);
  });

  it.each([
    ['sends', 'GetExecutedCampaignDetails', 'found_on'],
    ['pairs', 'GetExecutedCampaignsByChannel', 'found_on'],
    ['byGroup', 'GetTargetGroupsByDate', 'date'],
    ['byAction', 'GetActionsByTargetGroup', 'date'],
  ])(
    '%s: 404 in words to %s for one day is no rows and a warning, and the other days load',
    async (river, endpoint, dayColumn) => {
      const { table } = rivers[river as 'sends'].target;
      await house.sql(`drop table if exists "${table}"`);
      const countByDay = () =>
        house.sql(`select "${dayColumn}" as d, count(*) as n from "${table}" group by 1 order by 1`);
      await house.pull({ river });
      const whole = await countByDay();
      expect(whole.map(({ d }) => d)).toEqual(days);
      await house.sql(`drop table "${table}"`);
      house.simulator.setFaults([{ kind: 'notFound', ...on(endpoint, second) }]);
      const result = await house.pull({ river });
      expect(result.chunks).toMatchObject({ loaded: 3 });
      expect(await countByDay()).toEqual(whole.filter(({ d }) => d !== second));
      expect(
        messagesOf(result).every((message) => message.includes(`${endpoint}?`) && message.includes('404')),
      ).toBe(true);
      expect(messagesOf(result).join()).toContain(second);
    },
  );
});

describe('what passes, or is read', () => {
  const opened = shareRivers({ kind: 'sqlite', rivers, connection });
  let house: Rivers;
  beforeEach(() => {
    house = opened();
    house.simulator.setFaults([]);
  });

  it('words of a limit pass and spend no attempt, whatever the status', async () => {
    const four = daysBetween('2026-01-01', '2026-01-04');
    const said = [
      { status: 400 },
      { status: 403, as: 'object', text: 'Quota exceeded' },
      { status: 503 },
      { status: 200, as: 'string', text: 'Too many requests' },
    ] as const;
    house.simulator.setFaults(
      said.map((words, at) => ({ kind: 'limitWords', ...words, times: 1, ...on(byDate, four[at]) })),
    );
    await house.sql('drop table if exists details');
    const input = { river: 'details', period: { start: '2026-01-01', end: '2026-01-04' }, chunks };
    const result = await house.pull(input);
    expect(result).toMatchObject({ warnings: [], calls: 2 * four.length });
    await expectTable(house, {
      slug: 'customer-action-details-by-date',
      table: 'details',
      wanted: { days: four },
    });
    expect(
      await house.sql(`select max(attempts) as n from river_chunks where run_id = '${result.runId}'`),
    ).toEqual([{ n: 1 }]);
  });

  it('pages and an unreadable body pass, on data and on list calls', async () => {
    const [found, sent] = ['GetExecutedCampaignDetails', 'GetCustomerSendDetailsByCampaign'];
    house.simulator.setFaults([
      { kind: 'html', status: 404, after: 1, times: 1, ...on(found) },
      { kind: 'html', status: 502, times: 1, ...on(found) },
      { kind: 'html', status: 200, times: 1, ...on(sent) },
      { kind: 'html', status: 404, after: 1, times: 2, ...on(sent) },
      { kind: 'reply', body: 'be right back', after: 3, times: 1, ...on(sent) },
      { kind: 'reply', status: 304, times: 1, ...on(sent) },
      { kind: 'reply', status: 206, after: 1, times: 1, ...on(found) },
      { kind: 'reply', status: 202, body: '', after: 5, times: 1, ...on(sent) },
    ]);
    await house.sql('drop table if exists "customer-send-details-by-campaign"');
    expect(await house.pull({ river: 'sends' })).toMatchObject({ warnings: [], chunks: { loaded: 3 } });
    await expectTable(house, {
      slug: 'customer-send-details-by-campaign',
      table: 'customer-send-details-by-campaign',
      wanted: { days },
    });
  });

  it('pages with 404 as the first answers of a run pass, where an earlier run was answered there', async () => {
    await house.pull({ river: 'groups' });
    house.simulator.setFaults([{ kind: 'html', status: 404, times: 3 }]);
    const result = await house.pull({ river: 'actions', filters: { actions: ['Free Spins'] } });
    // The list four times, and ten recipient groups a day.
    expect(result).toMatchObject({ warnings: [], calls: 4 + 10 * days.length });
    for (const status of [404, 403]) {
      await house.sql('drop table if exists details');
      house.simulator.setFaults([
        { kind: 'html', status, times: 2 },
        { kind: 'reply', body: '{"Date":"2026-01-01"}', ...on('GetLastDataUpdate') },
      ]);
      const tracked = await pullAt(house, '2026-01-03', { river: 'tracked' });
      expect(messagesOf(tracked)).toEqual([expect.stringContaining('complete up to 2026-01-01')]);
    }
  });

  it('bare NaN is null, and letters come as they were sent in any charset that is known', async () => {
    await house.sql('drop table if exists details');
    house.simulator.setFaults([{ kind: 'bareWord', keys: ['ActionID'], ...on(byDate, second) }]);
    await house.pull({ river: 'details' });
    const read = await house.sql('select action_id is null as missing, "date" as d from details');
    expect(read.length).toBe(house.simulator.world.rowCount('customer-action-details-by-date', { days }));
    expect(read.every(({ missing, d }) => Boolean(missing) === (d === second))).toBe(true);

    for (const fault of [
      { as: 'latin1', declared: 'ISO-8859-1' },
      { as: 'utf-16le', mark: true },
      { as: 'utf-16be', declared: 'utf-16be' },
      { as: 'utf-8', mark: true, declared: 'iso-8859-1' },
    ] as const) {
      await house.sql('drop table if exists groups');
      house.simulator.setFaults([{ kind: 'encode', ...fault }]);
      await house.pull({ river: 'groups' });
      await expectTable(house, { slug: 'target-group-details', table: 'groups' });
    }
    house.simulator.setFaults([{ kind: 'encode', as: 'latin1' }]);
    const { failedChunks } = failedWith(await house.run({ river: 'groups' }));
    expect(failedChunks[0]?.error).toContain('neither UTF-8 nor in the charset that it declares');
    await expectTable(house, { slug: 'target-group-details', table: 'groups' });
  });

  it('ids of lists that cannot be read fail what needs them, and nothing else; long ones keep their digits', async () => {
    const campaigns = 'customer-send-details-by-campaign';
    const wanted = { slug: campaigns, table: campaigns, wanted: { days } } as const;
    await house.sql(`drop table if exists "${campaigns}"`);
    await house.pull({ river: 'sends' });
    for (const CampaignID of [null, 'n/a']) {
      const fault = { kind: 'values', set: { CampaignID }, rows: 1 } as const;
      house.simulator.setFaults([{ ...fault, ...on('GetExecutedCampaignDetails', second) }]);
      const { chunks: counts, failedChunks } = failedWith(await house.run({ river: 'sends' }));
      expect(counts).toMatchObject({ loaded: 2, failed: 1 });
      expect(failedChunks[0]?.error).toContain(
        `GetExecutedCampaignDetails?Date=${second} with a row (number 1)`,
      );
      await expectTable(house, wanted);
    }

    const id = '9007199254740993';
    const turns = house.simulator.world
      .rows('all-actions')
      .map(({ ActionName }) => ({ ActionID: ActionName === 'Free Spins' ? id : null }));
    house.simulator.setFaults([
      { kind: 'values', set: turns, ...on('GetAllActions') },
      {
        kind: 'reply',
        body: '[{"CustomerID":"1"}]',
        match: { endpoint: 'GetCustomersByAction', parameters: { ActionID: id } },
      },
    ]);
    await house.sql('drop table if exists actions');
    const input = { river: 'actions', filters: { actions: ['Free Spins'] } };
    expect(await house.pull(input)).toMatchObject({ rows: 10 * days.length, warnings: [] });
    expect(await house.sql('select distinct cast(action_id as text) as id from actions')).toEqual([{ id }]);
    const other = turns.findIndex(({ ActionID }) => ActionID === null) + 1;
    const names = house.simulator.world.rows('all-actions').map(({ ActionName }) => ActionName);
    const end = failedWith(await house.run({ ...input, filters: { actions: [names[other - 1]] } }));
    expect([end.kind, end.message]).toEqual(['RowShapeError', expect.stringContaining(`number ${other}`)]);
  });

  it('a chosen channel keeps rows that name it otherwise, and attributes that nobody asked for are kept', async () => {
    const table = 'customer-send-details-by-channel';
    const input = { river: 'pairs', filters: { executionChannels: [504] } };
    const wanted = { slug: table, table, wanted: { days, channels: [504] } } as const;
    await house.sql(`drop table if exists "${table}"`);
    await house.pull(input);
    expect(await expectTable(house, wanted)).toBeGreaterThan(0);
    const set = [{ ChannelID: '' }, { ChannelID: '504.0' }, { ChannelID: null }, { ChannelID: 504 }];
    house.simulator.setFaults([
      { kind: 'values', set, ...on('GetCustomerSendDetailsByChannel') },
      { kind: 'values', set: { CustomerAttributes: ['a', 'b'] }, ...on(byDate) },
    ]);
    expect(await house.pull(input)).toMatchObject({ warnings: [] });
    await expectTable(house, wanted);

    await house.sql('drop table if exists details');
    await house.pull({ river: 'details' });
    expect(await house.sql('select distinct customer_attributes from details')).toEqual([
      { customer_attributes: '["a","b"]' },
    ]);
  });

  it('GetLastDataUpdate is read with a time, and what is no day is shown and does without', async () => {
    const answering = (body: string): Fault => ({ kind: 'reply', body, ...on('GetLastDataUpdate') });
    await house.sql('drop table if exists details');
    house.simulator.setFaults([answering('{"date":"2026-01-02T03:04:05+02:00"}')]);
    const timed = await pullAt(house, '2026-01-03', { river: 'tracked' });
    expect(timed.warnings).toMatchObject([
      { start: '2026-01-03', message: expect.stringContaining('up to 2026-01-02') },
    ]);

    for (const [body, shown] of [
      ['{"Date":"soon"}', '"soon"'],
      ['{"Date":null}', '"null"'],
      ['{"Date":"0001-01-01T00:00:00"}', '0001-01-01'],
    ] as const) {
      await house.sql('drop table if exists details');
      house.simulator.setFaults([answering(body)]);
      const result = await pullAt(house, '2026-01-04', { river: 'tracked' });
      expect(result.warnings).toMatchObject([{ start: '2026-01-04', end: '2026-01-04' }]);
      expect(messagesOf(result).join()).toContain(`GetLastDataUpdate answered 200: ${shown}`.slice(0, 30));
      expect(messagesOf(result).join()).toContain(shown);
      const certain = await pullAt(house, '2026-01-06', { river: 'details' });
      expect(certain.warnings).toMatchObject([{ start: '2026-01-01', end: '2026-01-03' }]);
      const dated = await pullAt(house, '2026-01-05', { river: 'changers' });
      expect(messagesOf(dated).join()).toContain(shown);
      expect(await house.sql('select distinct data_date from changers')).toEqual([
        { data_date: '2026-01-05' },
      ]);
      await house.sql('drop table changers');
    }
  });
});

describe('what does not pass ends', () => {
  const opened = shareRivers({ kind: 'sqlite', rivers, connection });
  let house: Rivers;
  beforeEach(() => {
    house = opened();
    house.simulator.setFaults([]);
  });
  const callsOf = (day: string) =>
    house.simulator.calls().filter(({ parameters }) => parameters.Date === day).length;

  const forEver: [string, Fault, RegExp][] = [
    ['words of a limit with 400', { kind: 'limitWords', status: 400 }, /with 400: "API call limit exceeded"/],
    [
      'words of a limit with 200',
      { kind: 'limitWords', status: 200, as: 'object' },
      /an object where a list was expected/,
    ],
    [
      'the same text in place of JSON',
      { kind: 'reply', body: 'be right back' },
      /not JSON, the same 3 times/,
    ],
    [
      'a limit of attributes',
      { kind: 'status', status: 400, text: 'a limit of 10 attributes' },
      /a limit of \*\*\* attributes/,
    ],
    [
      'rows with 400',
      { kind: 'reply', status: 400, body: '[{"Email":"anna@example.com"}]' },
      /a list of 1, the first of Email/,
    ],
    [
      'a list of an error with 200',
      { kind: 'reply', body: '[{"error":"no anna"}]' },
      /without any field .*: a list of 1, the first of error, 21 characters/,
    ],
    [
      'words of a limit in a list with 200',
      { kind: 'reply', body: '[{"error":"Too many requests"}]' },
      /a list of 1, the first of error, 31 characters/,
    ],
  ];
  const oneEach = forEver.map((each, at) => [`2026-01-1${at}`, ...each] as const);
  /** One run for all of them: each has a day, and the first and the last day have none. */
  let ended: Promise<ReturnType<typeof failedWith>> | undefined;
  const runOnce = async () => {
    house.simulator.setFaults(oneEach.map(([day, , fault]) => ({ ...fault, ...on(byDate, day) })));
    return failedWith(
      await house.run({ river: 'details', period: { start: '2026-01-09', end: '2026-01-17' } }),
    );
  };
  it.each(oneEach.map(([day, name, , said]) => ({ day, name, said })))(
    '$name: its chunk fails, the others load, and no value is shown',
    async ({ day, said }) => {
      ended ??= runOnce();
      const { kind, chunks: counts, failedChunks } = await ended;
      expect([kind, counts]).toEqual(['ChunksFailed', { total: 9, loaded: 2, failed: 7, skipped: 0 }]);
      const errors = failedChunks.filter(({ start }) => start === day).map(({ error }) => error);
      expect(errors).toEqual([expect.stringMatching(said)]);
      expect(JSON.stringify(failedChunks)).not.toContain('anna');
      expect(callsOf(day)).toBeLessThanOrEqual(5);
    },
  );

  it('words of a limit with 403 for one call: the credentials are refused at last', async () => {
    house.simulator.setFaults([{ kind: 'limitWords', ...on(byDate, second) }]);
    const { kind, message } = failedWith(await house.run({ river: 'details' }));
    expect([kind, message]).toEqual([
      'CredentialsRefusedError',
      expect.stringContaining('API call limit exceeded'),
    ]);
  });

  it('an object of a list that names a key twice is refused, and the key is quoted', async () => {
    house.simulator.setFaults([
      { kind: 'repeatKey', key: 'ActionID', first: 'actionid', ...on('GetAllActions') },
    ]);
    const end = failedWith(await house.run({ river: 'actions', filters: { actions: ['Free Spins'] } }));
    expect([end.kind, end.message]).toEqual([
      'ReportRefusedError',
      expect.stringContaining('has the key "ActionID" twice'),
    ]);
  });

  it('thirty pages in the middle of a run: every row is there', async () => {
    house.simulator.setFaults([{ kind: 'html', status: 404, after: 20, probability: 0.5, times: 30 }]);
    const before = house.simulator.stats().calls;
    const result = await house.pull({ river: 'actions', filters: { actions: [12, 15, 18] } });
    expect(house.simulator.stats().calls - before).toBe(result.calls);
    expect(result).toMatchObject({ warnings: [], calls: days.length * 3 * 10 + 30 });
    await expectTable(house, {
      slug: 'customers-by-action',
      table: 'actions',
      wanted: { days, actions: [12, 15, 18] },
    });
  });
});

describe('a wrong base URL', () => {
  it('is told within a minute where a server answers pages, by every door', () =>
    withRivers(
      { kind: 'sqlite', rivers, simulator: { faults: [{ kind: 'html', status: 404 }] } },
      async (house) => {
        const startedAt = performance.now();
        for (const [river, input] of [
          ['details', {}],
          ['sends', {}],
          ['pairs', {}],
          ['changers', {}],
          ['tracked', {}],
          ['actions', { filters: { actions: ['Free Spins'] } }],
        ] as const) {
          const before = house.simulator.stats().calls;
          const { kind, message, rows } = failedWith(await house.run({ river, ...input }));
          expect([river, kind, rows]).toEqual([river, 'ConfigurationError', 0]);
          expect(message).toContain('Is the base URL of connection main right?');
          expect(house.simulator.stats().calls - before).toBeLessThan(40);
        }
        for (const [command, ...args] of [['check'], ['plan', 'byAction']] as const) {
          const { code, stdout, stderr } = await house.river(command, ...args);
          expect([command, code]).toEqual([command, 2]);
          expect(stdout + stderr).toContain('Is the base URL of connection main right?');
        }
        expect(performance.now() - startedAt).toBeLessThan(120_000);
      },
    ));

  it('is in doubt after a first page with 404: GetLastDataUpdate is asked once, and the run goes on', () =>
    withRivers({ kind: 'sqlite', rivers }, async (house) => {
      house.simulator.setFaults([{ kind: 'html', status: 404, times: 1, ...on('GetAllActions') }]);
      const result = await house.pull({ river: 'actions', filters: { actions: ['Free Spins'] } });
      // The list twice, the proof, and ten recipient groups a day.
      expect(result).toMatchObject({ warnings: [], calls: 3 + 10 * days.length });
      // A server that answers pages for ever is told all the same, though it was the API.
      house.simulator.setFaults([{ kind: 'html', status: 404 }]);
      const startedAt = performance.now();
      const { kind, message } = failedWith(await house.run({ river: 'details' }));
      expect([kind, message]).toEqual(['ConfigurationError', expect.stringContaining('Is the base URL')]);
      expect(performance.now() - startedAt).toBeLessThan(60_000);
    }));

  it('is told within a minute where a server answers every path with 200 or 403 and a page; one that passes is none', () =>
    withRivers(
      { kind: 'sqlite', rivers, simulator: { faults: [{ kind: 'html', status: 200 }] } },
      async (house) => {
        const startedAt = performance.now();
        const ends = await Promise.all(
          ['details', 'sends', 'changers'].map(async (river) => failedWith(await house.run({ river }))),
        );
        for (const { kind, message, rows } of ends) {
          expect([kind, rows]).toEqual(['ConfigurationError', 0]);
          expect(message).toContain('with 200 and an HTML page');
          expect(message).toContain('Is the base URL of connection main right?');
        }
        expect(performance.now() - startedAt).toBeLessThan(60_000);
        const { code, stdout } = await house.river('check');
        expect([code, stdout]).toEqual([
          2,
          expect.stringContaining('Is the base URL of connection main right?'),
        ]);

        // Nothing was answered yet: the one call more is answered, and the run goes on.
        house.simulator.setFaults([{ kind: 'html', status: 403, times: 2 }]);
        expect(await house.pull({ river: 'groups' })).toMatchObject({ status: 'succeeded', calls: 4 });
        // An earlier run was answered there: nothing is in doubt.
        house.simulator.setFaults([{ kind: 'html', status: 200, times: 2 }]);
        expect(await house.pull({ river: 'groups' })).toMatchObject({ status: 'succeeded', calls: 3 });
      },
    ));

  it('in words: a chunk whose list calls all answer 404 asks GetLastDataUpdate before it commits', () =>
    withRivers({ kind: 'sqlite', rivers, simulator: { faults: [{ kind: 'notFound' }] } }, async (house) => {
      for (const river of ['sends', 'byGroup']) {
        const filters = river === 'byGroup' ? { filters: { targetGroups: [9] } } : {};
        expect(failedWith(await house.run({ river, ...filters })).kind).toBe('ConfigurationError');
        house.simulator.setFaults([
          { kind: 'notFound', match: { endpoint: 'actions/*' } },
          { kind: 'notFound', match: { endpoint: 'groups/*' } },
        ]);
        const result = await house.pull({ river, ...filters });
        expect(result).toMatchObject({ rows: 0, calls: days.length + 1 });
        expect(messagesOf(result)).toHaveLength(3);
        house.simulator.setFaults([{ kind: 'notFound' }]);
      }
      const lists = { kind: 'notFound', ...on('GetAllActions') } as const;
      house.simulator.setFaults([lists]);
      const input = { river: 'actions', filters: { actions: ['Free Spins'] } };
      expect(failedWith(await house.run(input)).kind).toBe('ConfigurationError');
    }));
});
