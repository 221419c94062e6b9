import { describe, expect, test } from 'vitest';
import type { Call } from '#domain/call/call';
import { lastDataUpdate } from '#domain/call/list-calls';
import { type FittedRows, fitListRows, fitRows } from '#domain/column/fit-rows';
import { longNumber } from '#domain/column/read-number';
import { toText } from '#domain/column/read-value';
import { listColumns, listKey } from '#domain/column/river-table';
import { RowShapeError } from '#domain/errors';
import type { Filters } from '#domain/river/filters';
import type { Overrides } from '#domain/river/overrides';
import { toTableType } from '#warehouse/postgres/read-columns';
import { reportBySlug } from '../../helpers/report-by-slug.ts';

interface Asked {
  report: string;
  stamps?: Call['stamps'];
  keep?: NonNullable<Call['keep']>;
  filters?: Filters;
  overrides?: Overrides;
  /** How the table's own columns are declared in Postgres, where they are not as River makes them. */
  table?: Record<string, string>;
  boundsNumbers?: boolean;
}

const fitPage = (
  answer: unknown[],
  { report, stamps = {}, keep, filters = {}, overrides, table = {}, boundsNumbers = false }: Asked,
) =>
  fitRows(
    answer,
    { key: 'GetRows?Date=2026-01-01', stamps, ...(keep && { keep }) },
    {
      columns: listColumns(reportBySlug(report), { filters, overrides }),
      key: listKey(reportBySlug(report), { overrides }),
      table: {
        table: 'rows',
        boundsNumbers,
        find: (name) =>
          table[name] === undefined
            ? undefined
            : { name, declared: table[name], type: toTableType(table[name]) },
      },
    },
  );

/** Each row by its columns' names, the keys of its fields and what stands beside a column, without its nulls. */
const records = ({ columns, extras = [], rows }: FittedRows) => {
  const names = [
    ...columns,
    ...extras.map((extra) => ('field' in extra ? extra.field : `${extra.beside}__text`)),
  ];
  return rows.map((row) =>
    Object.fromEntries(names.map((name, at) => [name, row[at]]).filter(([, value]) => value !== null)),
  );
};

const day = { date: '2026-01-01' };

test('a row bears its stamps, its fields and its attributes, in the table’s order', () => {
  const fitted = fitPage(
    [
      { CustomerID: '231342', CustomerAttributes: ['BuddyZZ', 'UK'] },
      { CustomerID: '943157', CustomerAttributes: ['Pax65', null] },
    ],
    {
      report: 'customers-by-action',
      stamps: { ...day, action_id: 12, recipient_group_id: 3 },
      filters: { customerAttributes: ['Nick', 'Country'] },
    },
  );
  expect(fitted).toEqual({
    columns: ['date', 'action_id', 'recipient_group_id', 'customer_id', 'nick', 'country'],
    rows: [
      ['2026-01-01', 12, 3, '231342', 'BuddyZZ', 'UK'],
      ['2026-01-01', 12, 3, '943157', 'Pax65', null],
    ],
    types: {
      date: 'date',
      action_id: 'integer',
      recipient_group_id: 'integer',
      customer_id: 'text',
      nick: 'text',
      country: 'text',
    },
    extras: [],
    misfits: {},
  });
});

test('a page without rows has the table’s columns all the same', () => {
  const fitted = fitPage([], { report: 'target-groups-by-date', stamps: day });
  expect(fitted).toEqual({
    columns: ['date', 'target_group_id'],
    rows: [],
    types: { date: 'date', target_group_id: 'integer' },
    extras: [],
    misfits: {},
  });
});

describe('keys', () => {
  test('are matched whatever their case, in every row', () => {
    const fitted = fitPage(
      [
        { ChannelId: 1, channelname: 'a' },
        { CHANNELID: '2', ChannelName: 'b' },
      ],
      {
        report: 'execution-channels',
      },
    );
    expect(records(fitted)).toEqual([
      { channel_id: 1, channel_name: 'a' },
      { channel_id: 2, channel_name: 'b' },
    ]);
  });

  test('are matched by the other spellings that have been seen', () => {
    const report = 'customer-execution-details-by-campaign';
    const fitted = fitPage([{ ScheduledTime: '2026-01-01 10:00:00', TemplateId: '7' }], { report });
    expect(records(fitted)).toEqual([{ schedule_time: '2026-01-01 10:00:00', template_id: 7 }]);
    const changers = fitPage([{ InitialCustomerAttributes: 'a', FinalCustomerAttributes: 'b' }], {
      report: 'customer-attribute-changers',
    });
    expect(records(changers)).toEqual([{ initial_customer_attribute: 'a', final_customer_attribute: 'b' }]);
  });

  test('that a river’s overrides name go where it says', () => {
    const fitted = fitPage([{ Kunde: 'A1', Produkte: [7, 8] }], {
      report: 'customer-product-details-by-date',
      overrides: { columns: { Kunde: 'customer_id', Produkte: 'product_id' } },
    });
    expect(records(fitted)).toEqual([
      { customer_id: 'A1', product_id: '7' },
      { customer_id: 'A1', product_id: '8' },
    ]);
  });
});

describe('the word NULL', () => {
  test('is null before and after an attribute’s change, and nowhere else', () => {
    const fitted = fitPage(
      [
        { CustomerID: 'NULL', InitialCustomerAttribute: 'NULL', FinalCustomerAttribute: 'null' },
        { CustomerID: '2', InitialCustomerAttribute: null, FinalCustomerAttribute: 'NULL' },
      ],
      { report: 'customer-attribute-changers', filters: { customerAttributes: ['Nick'] } },
    );
    expect(records(fitted)).toEqual([
      { customer_id: 'NULL', final_customer_attribute: 'null' },
      { customer_id: '2' },
    ]);
  });
});

describe('customer attributes', () => {
  const asked = { report: 'customers-by-action', filters: { customerAttributes: ['Nick', 'Country'] } };

  test('may come as one delimited text, under the singular name', () => {
    const fitted = fitPage(
      [
        { CustomerID: '1', CustomerAttribute: 'BuddyZZ;UK' },
        { CustomerID: '2', CUSTOMERATTRIBUTES: 'Pax65,DE' },
      ],
      asked,
    );
    expect(records(fitted)).toEqual([
      { customer_id: '1', nick: 'BuddyZZ', country: 'UK' },
      { customer_id: '2', nick: 'Pax65', country: 'DE' },
    ]);
  });

  test('that are missing are null', () => {
    const fitted = fitPage([{ CustomerID: '1', CustomerAttributes: null }, { CustomerID: '2' }], asked);
    expect(records(fitted)).toEqual([{ customer_id: '1' }, { customer_id: '2' }]);
  });

  test('of another number than asked for are refused, and the row is named', () => {
    const mixedUp = () => fitPage([{ CustomerID: '1', CustomerAttributes: ['UK'] }], asked);
    expect(mixedUp).toThrow(RowShapeError);
    expect(mixedUp).toThrow(/GetRows\?Date=2026-01-01 .*number 1 .*2 customer attributes/);
  });

  test('that nobody asked for are fields like any other, under both names', () => {
    const answer = [{ CustomerID: '1', CustomerAttributes: ['x'], CustomerAttribute: 'y' }];
    for (const report of ['customers-by-action', 'customer-action-details-by-date'])
      expect(records(fitPage(answer, { report }))).toEqual([
        { customer_id: '1', CustomerAttributes: '["x"]', CustomerAttribute: 'y' },
      ]);
  });

  test('under both names: the documented one fills the columns, what the other says otherwise stands beside', () => {
    for (const both of [
      { CustomerAttributes: ['a', null, 'c'], CustomerAttribute: 'a;UK;z' },
      { CUSTOMERATTRIBUTE: 'a;UK;z', CustomerAttributes: ['a', null, 'c'] },
    ]) {
      const three = { ...asked, filters: { customerAttributes: ['Nick', 'Country', 'Brand'] } };
      expect(records(fitPage([{ CustomerID: '1', ...both }], three))).toEqual([
        { customer_id: '1', nick: 'a', country: 'UK', brand: 'c', 'brand 2': 'z' },
      ]);
    }
    const undivided = () =>
      fitPage([{ CustomerID: '1', CustomerAttributes: ['a', 'b'], CustomerAttribute: 'c' }], asked);
    expect(undivided).toThrow(RowShapeError);
  });
});

describe('a field that no report declares', () => {
  test('bears its own key and its values as text, and says what they are', () => {
    const fitted = fitPage(
      [
        { TargetGroupID: 9, NewFlag: true, Code: '' },
        { TargetGroupID: 24, NewFlag: null, Share: 1, Tags: ['a'], Code: '' },
        { TargetGroupID: 25, Share: 0.5, Mixed: 1 },
        { TargetGroupID: 26, Share: longNumber('9007199254740993'), Mixed: 'A', Tags: '' },
      ],
      { report: 'target-groups-by-date', stamps: day },
    );
    expect(fitted.extras).toEqual([
      { field: 'NewFlag', kind: 'booleans' },
      { field: 'Code', kind: 'nothing' },
      { field: 'Share', kind: 'numbers' },
      { field: 'Tags', kind: 'texts' },
      { field: 'Mixed', kind: 'texts' },
    ]);
    expect(fitted.rows).toEqual([
      ['2026-01-01', 9, 'true', '', null, null, null],
      ['2026-01-01', 24, null, '', '1', '["a"]', null],
      ['2026-01-01', 25, null, null, '0.5', null, '1'],
      ['2026-01-01', 26, null, null, '9007199254740993', '', 'A'],
    ]);
  });

  test('says how many digits its numbers need, where columns have a bound and these are more than the usual ones', () => {
    const fitted = fitPage(
      [
        { TargetGroupID: 9, Usual: 0.5, Fine: 0.1 + 0.2, Long: longNumber('1e30'), Text: 'a', Far: 1e-40 },
        { TargetGroupID: 24, Usual: 1e21, Fine: 1e22, Long: 7, Text: 0.1 + 0.2, Far: longNumber('1e38') },
        {
          TargetGroupID: 25,
          Usual: longNumber('0.00000000000000'),
          Fine: '',
          Far: longNumber(`${'9'.repeat(20)}.${'9'.repeat(19)}`),
        },
      ],
      { report: 'target-groups-by-date', stamps: day, boundsNumbers: true },
    );
    expect(fitted.extras).toEqual([
      { field: 'Usual', kind: 'numbers' },
      { field: 'Fine', kind: 'numbers', digits: { whole: 29, decimals: 17 } },
      { field: 'Long', kind: 'numbers', digits: { whole: 31, decimals: 9 } },
      { field: 'Text', kind: 'texts' },
      // A number of more than 38 digits goes beside every column that has a bound.
      { field: 'Far', kind: 'numbers' },
    ]);
  });

  test('without any value is not there', () => {
    const fitted = fitPage([{ TargetGroupID: 9, Empty: null }], {
      report: 'target-groups-by-date',
      stamps: day,
    });
    expect(fitted.extras).toEqual([]);
  });

  test('is none where it repeats what was asked; one that says otherwise is a field beside it', () => {
    const asked = { report: 'actions-by-target-group', stamps: { ...day, target_group_id: 9 } };
    expect(records(fitPage([{ TargetGroupID: '9', ActionID: 1 }], asked))).toEqual([
      { ...day, target_group_id: 9, action_id: 1 },
    ]);
    for (const TargetGroupID of ['9.0', '', null])
      expect(records(fitPage([{ TargetGroupID, ActionID: 1 }], asked))).toEqual([
        { ...day, target_group_id: 9, action_id: 1 },
      ]);
    expect(records(fitPage([{ TargetGroupID: longNumber('9.0'), ActionID: 1 }], asked))).toEqual([
      { ...day, target_group_id: 9, action_id: 1 },
    ]);
    expect(records(fitPage([{ TargetGroupID: 10, ActionID: 1 }], asked))).toEqual([
      { ...day, target_group_id: 9, action_id: 1, 'target_group_id 2': '10' },
    ]);
  });

  test('never fills an attribute’s column, nor one of River’s own', () => {
    const fitted = fitPage([{ CustomerID: '1', Country: 'x', _run_id: 'y', '***': 'z', '': 'w' }], {
      report: 'customers-by-action',
      filters: { customerAttributes: ['Country'] },
    });
    expect(records(fitted)).toEqual([{ customer_id: '1', Country: 'x', _run_id: 'y', '***': 'z', '': 'w' }]);
  });

  test('keeps apart from another one of the same name, whatever their order, and from none that differs in case', () => {
    const fitted = fitPage(
      [
        { 'Foo Bar': 1, FooBar: 2 },
        { fooBAR: 3, 'Foo Bar': 4 },
      ],
      { report: 'all-actions' },
    );
    expect(records(fitted)).toEqual([
      { 'Foo Bar': '1', FooBar: '2' },
      { 'Foo Bar': '4', FooBar: '3' },
    ]);
  });

  test('may be called like a member of every object', () => {
    const fitted = fitPage([JSON.parse('{"ActionID":1,"__proto__":"p","constructor":"c"}')], {
      report: 'all-actions',
    });
    expect(fitted.extras).toEqual([
      { field: '__proto__', kind: 'texts' },
      { field: 'constructor', kind: 'texts' },
    ]);
    expect(fitted.rows).toEqual([[1, null, 'p', 'c']]);
  });
});

describe('two values of one row for one column', () => {
  const both = { ScheduledTime: '2026-01-01 10:00:00', ScheduleTime: '2026-01-02 10:00:00' };
  const reversed = Object.fromEntries(Object.entries(both).reverse());

  test.each([both, reversed])('the documented spelling fills it, whatever their order: %j', (row) => {
    const fitted = fitPage([row], { report: 'customer-execution-details-by-campaign' });
    expect(records(fitted)).toEqual([
      { schedule_time: both.ScheduleTime, 'schedule_time 2': both.ScheduledTime },
    ]);
  });

  test('the very spelling goes before one that differs in case', () => {
    for (const row of [
      { actionid: 1, ActionID: 2 },
      { ActionID: 2, actionid: 1 },
    ])
      expect(records(fitPage([row], { report: 'all-actions' }))).toEqual([
        { action_id: 2, 'action_id 2': '1' },
      ]);
  });

  test('a key that only resembles a column fills it where no other names it, and never where one does', () => {
    const rows = [
      { CampaignID: 1, LeadTime: 5, 'Lead Time': 9 },
      { CampaignID: 2, 'Lead Time': 9, LeadTime: null },
      { CampaignID: 3, 'Lead Time': 5, LeadTime: 5 },
      { CampaignID: 4, LeadTime: '', 'Lead Time': 8 },
      { CampaignID: 5, 'Lead Time': 7 },
    ];
    expect(records(fitPage(rows, { report: 'executed-campaign-details' }))).toEqual([
      { campaign_id: 1, lead_time: 5, 'lead_time 2': '9' },
      { campaign_id: 2, 'lead_time 2': '9' },
      { campaign_id: 3, lead_time: 5 },
      { campaign_id: 4, 'lead_time 2': '8' },
      { campaign_id: 5, lead_time: 7 },
    ]);
  });

  test('a second value of a field is a field of its own', () => {
    for (const row of [
      { foo: 1, FOO: 2, Foo: 3 },
      { Foo: 3, FOO: 2, foo: 1 },
    ])
      expect(records(fitPage([row], { report: 'all-actions' }))).toEqual([
        { FOO: '2', 'FOO 2': '3', 'FOO 2 2': '1' },
      ]);
  });
});

describe('a value that does not fit its column', () => {
  test('stands beside it as text, and the column is null there', () => {
    const fitted = fitPage(
      [
        { CustomerID: '1', Duration: 7.5 },
        { CustomerID: '2', Duration: 3 },
      ],
      {
        report: 'customer-action-ended-by-date',
      },
    );
    expect(records(fitted)).toEqual([
      { customer_id: '1', duration__text: '7.5' },
      { customer_id: '2', duration: 3 },
    ]);
    expect(fitted.misfits).toEqual({ duration: 1 });
  });

  test('is measured by the table’s own column', () => {
    const fitted = fitPage(
      [
        { CustomerID: '1', Duration: 'n/a' },
        { CustomerID: '2', Duration: 40_000 },
      ],
      {
        report: 'customer-action-ended-by-date',
        table: { duration: 'character varying(3)' },
      },
    );
    expect(records(fitted)).toEqual([
      { customer_id: '1', duration: 'n/a' },
      { customer_id: '2', duration__text: '40000' },
    ]);
    expect(fitted.types.duration).toBe('character varying(3)');
  });

  test.each(['integer', 'smallint', 'numeric(1,0)', 'double precision', 'real'])(
    'a boolean stands as 1 or 0 in a column of numbers: %s',
    (declared) => {
      const words = [true, false, 'TRUE', '0', 1, '', null, 'maybe'];
      const fitted = fitPage(
        words.map((IsMultiChannel, at) => ({ CampaignID: at, IsMultiChannel })),
        { report: 'executed-campaign-details', table: { is_multi_channel: declared } },
      );
      const found = records(fitted).map((row) => row.is_multi_channel ?? row.is_multi_channel__text);
      expect(found).toEqual([1, 0, 1, 0, 1, undefined, undefined, 'maybe']);
      expect(fitted.misfits).toEqual({ is_multi_channel: 1 });
    },
  );

  test('is refused in a column of the key, with its row and without the value', () => {
    const refused = () => fitPage([{ ActionID: 1 }, { ActionID: 'A-2' }], { report: 'all-actions' });
    expect(refused).toThrow(RowShapeError);
    expect(refused).toThrow(/row 2 .*rows\.action_id \(integer\)/);
    expect(refused).not.toThrow(/A-2/);
  });
});

test('what the call asked for stands in for what the answer leaves out', () => {
  const asked = { report: 'customer-execution-details-by-campaign', stamps: { channel_id: 504 } };
  const fitted = fitPage([{ CustomerID: '1' }, { CustomerID: '2', ChannelID: 505 }], asked);
  expect(records(fitted)).toEqual([
    { customer_id: '1', channel_id: 504 },
    { customer_id: '2', channel_id: 505 },
  ]);
});

describe('a chosen channel', () => {
  const keep = { column: 'channel_id', value: 504 };

  test('keeps its own rows, and those that bear none', () => {
    const answer = [
      { CustomerID: '1', ChannelID: '504' },
      { CustomerID: '2', ChannelID: 505 },
      { CustomerID: '3' },
      { CustomerID: longNumber('4.10'), ChannelID: longNumber('504.0') },
      { CustomerID: '5', ChannelID: longNumber('505.0') },
    ];
    const fitted = fitPage(answer, {
      report: 'customer-one-time-actions-by-campaign',
      stamps: { channel_id: 504 },
      keep,
    });
    expect(records(fitted)).toEqual([
      { customer_id: '1', channel_id: 504 },
      { customer_id: '3', channel_id: 504 },
      { customer_id: '4.10', channel_id: 504 },
    ]);
  });

  const byCampaign = 'customer-one-time-actions-by-campaign';
  const byChannel = 'customer-send-details-by-channel';
  const ofChannel = (report: string, ChannelID: unknown) =>
    fitPage([{ CustomerID: '1', ChannelID }], { report, stamps: { channel_id: 504 }, keep });

  test.each([null, '', 'NaN', '504', '504.0', longNumber('504.00000000000000000')])(
    'keeps a row of channel %j, which is its own or none, whether the column is the answer’s or the call’s',
    (channel) => {
      for (const report of [byCampaign, byChannel])
        expect(records(ofChannel(report, channel))).toEqual([{ customer_id: '1', channel_id: 504 }]);
    },
  );

  test.each(['n/a', ' 504', 504.5, { id: 505 }])(
    'keeps a row of channel %j, which is no proof of another: it stands beside, or does not fit the key',
    (channel) => {
      expect(records(ofChannel(byChannel, channel))).toEqual([
        { customer_id: '1', channel_id: 504, 'channel_id 2': toText(channel) },
      ]);
      expect(() => ofChannel(byCampaign, channel)).toThrow(/does not fit rows\.channel_id/);
    },
  );

  test.each([505, '505', '505.0', longNumber('9007199254740993')])('drops a row of channel %j', (channel) => {
    for (const report of [byCampaign, byChannel]) expect(ofChannel(report, channel).rows).toEqual([]);
  });

  test('beyond 2^53 is told apart by its last digit', () => {
    const answer = ['9007199254740993', longNumber('9007199254740993'), '9007199254740992'].map(
      (ChannelID) => ({ ChannelID }),
    );
    const { rows } = fitPage(answer, {
      report: byCampaign,
      stamps: { channel_id: '9007199254740993' },
      keep: { column: 'channel_id', value: '9007199254740993' },
    });
    expect(rows).toHaveLength(2);
  });

  test('drops a row that bears another beside the stamp', () => {
    const asked = { report: 'customer-send-details-by-channel', stamps: { channel_id: 504 }, keep };
    const fitted = fitPage([{ CustomerID: '1', ChannelID: 505 }, { CustomerID: '2' }], asked);
    expect(records(fitted)).toEqual([{ customer_id: '2', channel_id: 504 }]);
  });
});

describe('products', () => {
  const products = (answer: unknown[]) =>
    records(fitPage(answer, { report: 'customer-product-details-by-date', stamps: day }));

  test.each<[what: string, answer: unknown, rows: object[]]>([
    ['one product', { CustomerID: '1', ProductID: 7 }, [{ product_id: '7' }]],
    [
      'a list of them',
      { CustomerID: '1', ProductIDs: [7, 'B8'] },
      [{ product_id: '7' }, { product_id: 'B8' }],
    ],
    [
      'a list of objects',
      {
        CustomerID: '1',
        Products: [
          { ProductID: 7, Rank: 1 },
          { ProductID: 8, Rank: 2 },
        ],
      },
      [
        { product_id: '7', Rank: '1' },
        { product_id: '8', Rank: '2' },
      ],
    ],
    ['one object', { CustomerID: '1', Product: { ProductID: 7 } }, [{ product_id: '7' }]],
    ['an empty list', { CustomerID: '1', ProductIDs: [] }, [{}]],
    ['none', { CustomerID: '1', ProductIDs: null }, [{}]],
  ])('%s: one row each', (_what, answer, rows) => {
    expect(products([answer])).toEqual(rows.map((row) => ({ ...day, customer_id: '1', ...row })));
  });

  test('that bear their customer’s field as well keep both values', () => {
    expect(products([{ CustomerID: '1', Products: [{ ProductID: 7, CustomerID: '2' }] }])).toEqual([
      { ...day, customer_id: '1', product_id: '7', 'customer_id 2': '2' },
    ]);
  });
});

test.each([
  ['text', 'a string'],
  [7, 'a number'],
  [longNumber('9007199254740993'), 'a number'],
  [null, 'null'],
  [['a'], 'a list'],
])('a row that is %j is refused, with its call and its place', (row, shown) => {
  const refused = () => fitPage([{ ActionID: 1 }, row], { report: 'all-actions' });
  expect(refused).toThrow(RowShapeError);
  expect(refused).toThrow(new RegExp(`GetRows\\?Date=2026-01-01 .*${shown} .*number 2`));
});

describe('the rows of a list call', () => {
  test('hold what is read from them and nothing else', () => {
    const call = {
      key: 'GetExecutedCampaignDetails?Date=2026-01-01',
      endpoint: 'actions/GetExecutedCampaignDetails',
      stamps: { found_on: '2026-01-01' },
    };
    expect(fitListRows([{ CampaignID: '221', TargetGroupID: 15, Notes: '' }], call)).toEqual({
      columns: ['found_on', 'campaign_id'],
      rows: [['2026-01-01', 221]],
      types: { found_on: 'date', campaign_id: 'integer' },
    });
  });

  test('may be one object', () => {
    expect(fitListRows([{ date: '2015-08-13', Extra: 1 }], lastDataUpdate).rows).toEqual([['2015-08-13']]);
  });

  test('are known for list calls alone', () => {
    expect(() => fitListRows([], { key: 'GetX', endpoint: 'customers/GetX', stamps: {} })).toThrow(
      RangeError,
    );
  });
});

test('keys that differ only in characters that no database holds are fields of their own', () => {
  const { extras, rows } = fitPage([{ 'a\0': 1 }, { 'a\ud800': 2 }], { report: 'target-groups-by-date' });
  expect(extras).toEqual([
    { field: 'a\0', kind: 'numbers' },
    { field: 'a\ud800', kind: 'numbers' },
  ]);
  expect(rows.map((row) => row.slice(-2))).toEqual([
    ['1', null],
    [null, '2'],
  ]);
});
