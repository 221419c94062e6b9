import { describe, expect, it, test } from 'vitest';
import { clockChanges, isTimezone, isUtcOffset, resolveZone } from '#domain/period/zone';

test.each(['+00:00', '-00:00', '+02:00', '-03:30', '+05:45', '-12:00', '+14:00', '+13:59'])(
  '%s is an offset',
  (text) => {
    expect(isUtcOffset(text)).toBe(true);
  },
);

test.each([
  '+25:00',
  '+14:01',
  '-12:01',
  '+15:00',
  '+02:60',
  '02:00',
  '+2:00',
  '+0200',
  '+02',
  '−03:00',
  'Z',
  'UTC',
  'GMT+2',
  '+02:00:00',
  '',
])('"%s" is no offset', (text) => {
  expect(isUtcOffset(text)).toBe(false);
});

test('every zone that this Node knows is a time zone', () => {
  const names = Intl.supportedValuesOf('timeZone');
  expect(names.length).toBeGreaterThan(400);
  expect(names.filter((name) => !isTimezone(name))).toEqual([]);
});

test.each([
  'UTC',
  'GMT',
  'EST',
  'EST5EDT',
  'NZ-CHAT',
  'W-SU',
  'Etc/UTC',
  'Etc/GMT+2',
  'US/Eastern',
  'Europe/Kyiv',
  'Asia/Kolkata',
  'America/Argentina/ComodRivadavia',
  'America/Port-au-Prince',
  'America/North_Dakota/New_Salem',
])('the link %s is a time zone', (name) => {
  expect(isTimezone(name)).toBe(true);
});

test.each([
  'GMT+2',
  '+02:00',
  '+25:00',
  'UTC+1',
  'Z',
  'Mars/Phobos',
  'Europe/Lundon',
  'Europe',
  'europe/london',
  'EUROPE/LONDON',
  'Europe/london',
  'utc',
  // Names that only Java and ICU know, and take for Dhaka's, Kolkata's or Chicago's time.
  'BST',
  'IST',
  'CST',
  'PST',
  'SystemV/AST4',
  'Europe/London ',
  '',
])('"%s" is no time zone', (name) => {
  expect(isTimezone(name)).toBe(false);
});

test.each([
  ["the period's offset", { utcOffset: '+02:00' }, { timezone: 'Europe/London' }, { utcOffset: '+02:00' }],
  [
    "the period's time zone",
    { timezone: 'Asia/Tokyo' },
    { timezone: 'Europe/London' },
    { timezone: 'Asia/Tokyo' },
  ],
  ["the schedule's time zone", {}, { timezone: 'Europe/London' }, { timezone: 'Europe/London' }],
  ['UTC with a schedule that names none', {}, {}, { utcOffset: '+00:00' }],
  ['UTC without a schedule', {}, undefined, { utcOffset: '+00:00' }],
  [
    "the schedule's time zone without a period",
    undefined,
    { timezone: 'Asia/Tokyo' },
    { timezone: 'Asia/Tokyo' },
  ],
  ['UTC without either', undefined, undefined, { utcOffset: '+00:00' }],
])("a river's days are those of %s", (_title, period, schedule, zone) => {
  expect(resolveZone(period, schedule)).toEqual(zone);
});

describe('the clocks change', () => {
  it.each([
    ['Europe/London', ['2026-03-29', '2026-10-25']],
    // 02:00 there is 14:00 of the day before in UTC.
    ['Pacific/Auckland', ['2026-04-04', '2026-09-26']],
    ['Asia/Tokyo', []],
    ['UTC', []],
  ])('in %s on %j', (timezone, days) => {
    expect(clockChanges(timezone, '2026-01-01', 365)).toEqual(days);
  });
});
