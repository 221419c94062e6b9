import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { readRunInput } from '#domain/river/read-run-input';
import { loadText } from '../../helpers/a-configuration.ts';

let configuration: Configuration;

beforeAll(async () => {
  configuration = await loadText(`connections:
  main: { baseUrl: "https://api4.optimove.net/current", auth: { apiKey: "\${KEY}" } }
warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }
defaults: { connection: main }
rivers:
  daily-actions:
    report: customers-by-action
    period: { start: 2026-01-01, end: 2026-01-31, utcOffset: "+02:00", lastDaysBack: 2 }
    chunks: { every: daily, size: 4 }
    filters: { actions: [12], customerAttributes: [Country] }
    target: { warehouse: local, table: actions }
  future-values:
    report: customer-future-values
    filters: { lifecycleStages: [1] }
    target: { warehouse: local, table: future_values }
`);
});

const river = (name: string) => {
  const found = configuration.rivers.get(name);
  if (!found) throw new Error(`no river ${name}`);
  return found;
};

/** The lines of what is wrong with an input. */
function faultsOf(input: unknown): string[] {
  try {
    readRunInput(input, configuration);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.faults.map(({ place }) => place)).toEqual(error.faults.map(() => 'input'));
    return error.message.split('\n');
  }
}

/** The river that an input comes to. */
function runOf(input: unknown) {
  const read = readRunInput(input, configuration);
  if (read.kind !== 'run') throw new Error(`read as ${read.kind}`);
  return read;
}

describe('an input that is right', () => {
  test('a river alone is run as it is configured', () => {
    expect(runOf({ river: 'daily-actions' })).toEqual({
      kind: 'run',
      river: river('daily-actions'),
      ownFilters: false,
    });
  });

  test("a run's period takes the place of the river's as a whole, but for where its days begin", () => {
    const run = runOf({ river: 'daily-actions', period: { start: '2025-01-01', end: '2025-12-31' } });
    expect(run.river.period).toEqual({ start: '2025-01-01', end: '2025-12-31', utcOffset: '+02:00' });
  });

  test('a time zone of its own takes the place of the offset', () => {
    const { river: own } = runOf({
      river: 'daily-actions',
      period: { predefined: 'yesterday', timezone: 'Europe/London' },
    });
    expect(own.period).toEqual({ predefined: 'yesterday', timezone: 'Europe/London' });
  });

  test("a start alone ends on the run's day and does not track", () => {
    const { river: own } = runOf({ river: 'daily-actions', period: { start: '2026-01-05' } });
    expect(own.period).toEqual({ start: '2026-01-05', track: false, utcOffset: '+02:00' });
  });

  test('chunks of its own have size 1 again, filters are replaced key by key', () => {
    const { river: own } = runOf({
      river: 'daily-actions',
      chunks: { every: 'monthly' },
      filters: { actions: ['Welcome'] },
      target: { load: 'append' },
    });
    expect(own).toEqual({
      ...river('daily-actions'),
      chunks: { every: 'monthly', size: 1 },
      filters: { actions: ['Welcome'], customerAttributes: ['Country'] },
      target: { ...river('daily-actions').target, load: 'append' },
    });
  });

  test('an attribute takes the place of the stages, since they are one choice', () => {
    const { river: own } = runOf({
      river: 'future-values',
      filters: { customerAttribute: { name: 'Country', value: 'UK' } },
    });
    expect(own.filters).toEqual({ customerAttribute: { name: 'Country', value: 'UK' } });
  });

  test('the failed chunks of an earlier run are named by its workflow id', () => {
    expect(readRunInput({ retryFailedChunksOf: 'a-run' }, configuration)).toEqual({
      kind: 'retry',
      workflowId: 'a-run',
    });
    expect(readRunInput({ retryFailedChunksOf: 'a-run', allowEmptied: true }, configuration)).toEqual({
      kind: 'retry',
      workflowId: 'a-run',
      allowEmptied: true,
    });
  });

  test.each([
    [true, 'allow'],
    [false, 'keep'],
  ])('allowEmptied: %j is the target’s emptied: %s, for this run', (allowEmptied, emptied) => {
    for (const own of [{}, { target: { load: 'append' } }]) {
      const { river: target } = runOf({ river: 'daily-actions', ...own, allowEmptied });
      expect(target.target).toEqual({ ...river('daily-actions').target, ...own.target, emptied });
    }
    expect(runOf({ river: 'daily-actions' }).river.target.emptied).toBe('keep');
  });
});

const accepted =
  'expected { "river": "<name>" }, with period, chunks, filters or target if they differ from the river\'s, or { "retryFailedChunksOf": "<workflow id>" }';
const rivers = 'the rivers are daily-actions, future-values';

describe('an input that is wrong is refused with what came and what is accepted', () => {
  test.each([
    ['nothing', undefined, `input: ${accepted}, got nothing; ${rivers}`],
    ['null', null, `input: ${accepted}, got nothing; ${rivers}`],
    ['a string', 'daily-actions', `input: ${accepted}, got "daily-actions"; ${rivers}`],
    ['a list', ['daily-actions'], `input: ${accepted}, got a list of 1; ${rivers}`],
    [
      'a predefined period with a start',
      { river: 'daily-actions', period: { start: '2026-01-01', predefined: 'yesterday' } },
      `input period.predefined: expected either predefined or start and end, got both`,
    ],
    ['a number', 7, `input: ${accepted}, got 7; ${rivers}`],
    ['an empty object', {}, `input river: missing, expected the name of a river; ${rivers}`],
    ['a river that is no text', { river: 7 }, `input river: expected the name of a river, got 7; ${rivers}`],
    [
      'an unknown river',
      { river: 'dayly-actions' },
      `input river: there is no river "dayly-actions", did you mean "daily-actions"? ${rivers}`,
    ],
    ['a river of JavaScript', { river: 'toString' }, `input river: there is no river "toString"; ${rivers}`],
    [
      'an unknown key',
      { river: 'daily-actions', perod: {} },
      `input perod: unknown key, did you mean "period"? expected one of river, period, chunks, filters, target, allowEmptied`,
    ],
    [
      'a table of its own',
      { river: 'daily-actions', target: { table: 'other' } },
      `input target.table: unknown key, expected one of load`,
    ],
    [
      '30 February',
      { river: 'daily-actions', period: { start: '2026-02-30' } },
      `input period.start: expected a day that exists, YYYY-MM-DD, got "2026-02-30"`,
    ],
    [
      'a start after the end',
      { river: 'daily-actions', period: { start: '2026-02-01', end: '2026-01-01' } },
      `input period.start: expected a day that is not after the end, "2026-01-01", got "2026-02-01"`,
    ],
    [
      'an end without a start',
      { river: 'daily-actions', period: { end: '2026-01-01' } },
      `input period.start: missing, expected the first day, YYYY-MM-DD (or, instead of a range, predefined: one of yesterday, week_to_date, previous_week, previous_week_to_date, month_to_date, previous_month, previous_month_to_date, year_to_date)`,
    ],
    [
      'a period for a report without one',
      { river: 'future-values', period: { start: '2026-01-01' } },
      `input period: the report customer-future-values has no period: leave it out`,
    ],
    [
      'a filter that the report lacks',
      { river: 'future-values', filters: { actions: [1] } },
      `input filters.actions: the report customer-future-values has no filter actions, it has lifecycleStages, customerAttribute`,
    ],
    [
      'a retry with anything beside it',
      { retryFailedChunksOf: 'a-run', river: 'daily-actions' },
      `input river: unknown key, expected one of retryFailedChunksOf, allowEmptied`,
    ],
    ...['yes', 1, null].flatMap((allowEmptied) =>
      [{ river: 'daily-actions' }, { retryFailedChunksOf: 'a-run' }].map(
        (input): [string, unknown, string] => [
          `allowEmptied of ${Object.keys(input)} that is ${JSON.stringify(allowEmptied)}`,
          { ...input, allowEmptied },
          `input allowEmptied: expected true or false, got ${allowEmptied === null ? 'nothing' : JSON.stringify(allowEmptied)}`,
        ],
      ),
    ),
    [
      'a retry of nothing',
      { retryFailedChunksOf: '' },
      `input retryFailedChunksOf: expected the workflow id of an earlier run, got ""`,
    ],
  ])('%s', (_title, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });

  test('all faults at once, those of shape and those of meaning', () => {
    const faults = faultsOf({
      river: 'daily-actions',
      period: { start: '2026-02-30', timezone: 'Mars' },
      chunks: { every: 'daily', size: 0 },
      filters: { targetGroups: [1], customerAttributes: [] },
      wait: true,
    });
    // None of them is about the river.
    expect(faults.filter((line) => line.includes(rivers))).toEqual([]);
    expect(faults.map((line) => line.split(': ')[0])).toEqual([
      'input period.start',
      'input chunks.size',
      'input filters.customerAttributes',
      'input wait',
      'input period.timezone',
      'input filters.targetGroups',
    ]);
  });

  test('where no river is configured, that is what is said', () => {
    const none = { ...configuration, rivers: new Map() };
    expect(() => readRunInput({ river: 'x' }, none)).toThrow(
      new ConfigurationError('input river: there is no river "x"; no river is configured', {
        faults: [{ place: 'input', path: 'river', message: 'there is no river "x"; no river is configured' }],
      }),
    );
  });
});
