import { describe, expect, it } from 'vitest';
import {
  cronFields,
  cronText,
  cronWarnings,
  isCron,
  longestInterval,
  nextStarts,
  startsOnDay,
} from '#domain/river/cron-line';

describe('a cron line in its one spelling', () => {
  it.each([
    ['0 6 * * *', '0 6 * * *'],
    ['  */15  6   *  * MON-FRI ', '0,15,30,45 6 * * 1-5'],
    ['5/20 0-23 1-31 1-12 0-6', '5,25,45 * * * *'],
    ['0,1,2,10 22-23 1,15 jan,Mar 7', '0-2,10 22-23 1,15 1,3 0'],
    ['0 0 1-10/3 * 5-7', '0 0 1,4,7,10 * 0,5-6'],
    ['0 0 * * sun,mon', '0 0 * * 0-1'],
  ])('%s is %s', (cron, spelled) => {
    expect(cronText(cronFields(cron))).toBe(spelled);
    expect(cronText(cronFields(spelled))).toBe(spelled);
  });
});

describe('what a person may not expect of a cron line', () => {
  it.each([
    ['0 6 * * *', []],
    [' */15  6  1-5 * * ', []],
    ['0 6 * * MON-FRI', []],
    ['0 6 */1 * 1', []],
    [
      '0 6 1 * 1',
      [
        'its cron line names a day of the month (1) and a day of the week (1): Temporal starts it only on days that are both',
      ],
    ],
    ['5/10,1 6/6 * * *', ['its cron line 5/10,1 6/6 * * * means 5-59/10,1 6-23/6 * * *']],
  ])('%s: %s', (cron, said) => {
    expect(cronWarnings(cron)).toEqual(said);
  });
});

describe('one rule says what a cron line is', () => {
  it.each([
    '0 6 * * *',
    ' */15  6  1-5 * MON-FRI ',
    '5/10 * * * *',
    '0 0 * jan/3 2/3',
    '0 0 1-31 feb 7',
    '0 0 29 2 *',
  ])('%s is one', (cron) => {
    expect(isCron(cron)).toBe(true);
    expect(cronFields(cron).every((values) => values.size > 0)).toBe(true);
    expect(nextStarts(cron, new Date('2026-01-01T00:00:00Z'), 2)).toHaveLength(2);
  });

  it.each([
    ['', 'is empty'],
    ['@daily', 'is a nickname'],
    ['0 0 6 * * *', 'has seconds'],
    ['0 6 * *', 'has four fields'],
    ['60 6 * * *', 'has no such minute'],
    ['0 6 0 * *', 'has no such day'],
    ['/5 * * * *', 'has a step of nothing'],
    ['5/100 * * * *', 'has a step beyond the field'],
    ['0 6 L * *', 'is not known to Temporal'],
    ['0 6 1W * *', 'is not known to Temporal'],
    ['0 6 * * 5#2', 'is not known to Temporal'],
    ['0 6 ? * *', 'is not known to Temporal'],
    ['0 6 * * fri-mon', 'runs backwards'],
    ['0 6 * * sunday', 'names a day otherwise than with three letters'],
    ['0 6 30 2 *', 'never comes'],
  ])('%s is none: it %s', (cron) => {
    expect(isCron(cron)).toBe(false);
  });
});

it('a line comes due where day of the month and day of the week both fit', () => {
  const fields = cronFields('0,30 6 1-7 * 1');
  // A Monday, a Tuesday of the same week, and a Monday after the 7th.
  expect(['2026-06-01', '2026-06-02', '2026-06-08'].map((day) => startsOnDay(fields, day))).toEqual([
    2, 0, 0,
  ]);
  expect(nextStarts('0 6 1-7 * 1', new Date('2026-06-01T06:00:00Z'), 1)).toEqual([
    new Date('2026-07-06T06:00:00Z'),
  ]);
});

it.each([
  ['0 6 * * *', 24],
  ['0 6 * * 1-5', 72],
  ['*/5 8-18 * * 1-5', 61 + 5 / 60],
  ['0 6 1 * *', 31 * 24],
  ['0,30 * * * *', 0.5],
])('the longest time between two starts of %s is %d hours', (cron, hours) => {
  expect(longestInterval(cron) / 3_600_000).toBeCloseTo(hours, 5);
});
