import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import {
  clockChanges,
  isTimezone,
  isUtcOffset,
  resolveDay,
  resolveZone,
  startOfDay,
} from '#domain/period/resolve-day';
import { dayOf, numberOf } from '../../helpers/counted-calendar.ts';
import { describeOnMachinesEverywhere } from '../../helpers/machine-time-zones.ts';

describeOnMachinesEverywhere("the run's day", () => {
  test.each([
    ['2026-01-31T22:00:00Z', '+02:00', '2026-02-01'],
    ['2026-01-31T21:59:59.999Z', '+02:00', '2026-01-31'],
    ['2026-01-01T11:59:59Z', '-12:00', '2025-12-31'],
    ['2026-01-01T12:00:00Z', '-12:00', '2026-01-01'],
    ['2026-01-01T09:59:59Z', '+14:00', '2026-01-01'],
    ['2026-01-01T10:00:00Z', '+14:00', '2026-01-02'],
    ['2024-02-28T23:30:00Z', '+00:30', '2024-02-29'],
    ['2024-03-01T03:29:00Z', '-03:30', '2024-02-29'],
    ['2026-01-01T00:30:00+02:00', '+00:00', '2025-12-31'],
    ['2026-01-01T00:30:00+02:00', '+02:00', '2026-01-01'],
  ])('of %s at %s is %s', (instant, utcOffset, day) => {
    expect(resolveDay(instant, { utcOffset })).toBe(day);
    expect(resolveDay(new Date(instant), { utcOffset })).toBe(day);
  });

  test.each([
    ['2026-01-31T23:59:59Z', 'Europe/London', '2026-01-31'],
    ['2026-06-30T22:59:59Z', 'Europe/London', '2026-06-30'],
    ['2026-06-30T23:00:00Z', 'Europe/London', '2026-07-01'],
    ['2026-01-01T03:29:59Z', 'America/St_Johns', '2025-12-31'],
    ['2026-01-01T03:30:00Z', 'America/St_Johns', '2026-01-01'],
    ['2026-07-01T02:29:59Z', 'America/St_Johns', '2026-06-30'],
    ['2026-07-01T02:30:00Z', 'America/St_Johns', '2026-07-01'],
    ['2026-01-01T09:59:59Z', 'Pacific/Kiritimati', '2026-01-01'],
    ['2026-01-01T10:00:00Z', 'Pacific/Kiritimati', '2026-01-02'],
    ['2026-01-01T11:59:59Z', 'Etc/GMT+12', '2025-12-31'],
    ['2026-05-05T18:14:59Z', 'Asia/Kathmandu', '2026-05-05'],
    ['2026-05-05T18:15:00Z', 'Asia/Kathmandu', '2026-05-06'],
    // Clocks go from 24:00 to 01:00.
    ['2026-04-23T21:59:59Z', 'Africa/Cairo', '2026-04-23'],
    ['2026-04-23T22:00:00Z', 'Africa/Cairo', '2026-04-24'],
    // Clocks go from 24:00 back to 23:00: the day's last hour comes twice.
    ['2018-02-18T02:30:00Z', 'America/Sao_Paulo', '2018-02-17'],
    ['2018-02-18T03:00:00Z', 'America/Sao_Paulo', '2018-02-18'],
    // Samoa changed sides of the date line: it has no 30 December 2011.
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31'],
  ])('of %s in %s is %s', (instant, timezone, day) => {
    expect(resolveDay(instant, { timezone })).toBe(day);
  });

  test('at every offset is the calendar day of the shifted instant', () => {
    const epoch = numberOf('1970-01-01');
    fc.assert(
      fc.property(
        anyInstant('1900-01-02', '2100-12-31'),
        fc.integer({ min: -720, max: 840 }),
        (at, minutes) => {
          const day = dayOf(epoch + Math.floor((at + minutes * 60_000) / 86_400_000));
          expect(resolveDay(new Date(at), { utcOffset: offsetText(minutes) })).toBe(day);
        },
      ),
    );
  });

  test('turns at midnight at every quarter of an hour from -12:00 to +14:00', () => {
    for (let minutes = -720; minutes <= 840; minutes += 15) {
      const midnight = Date.parse('2024-02-29T00:00:00Z') - minutes * 60_000;
      const utcOffset = offsetText(minutes);
      expect([utcOffset, resolveDay(new Date(midnight - 1), { utcOffset })]).toEqual([
        utcOffset,
        '2024-02-28',
      ]);
      expect([utcOffset, resolveDay(new Date(midnight), { utcOffset })]).toEqual([utcOffset, '2024-02-29']);
    }
  });

  test('in a time zone is the day at the offset that the zone has then', () => {
    fc.assert(
      fc.property(
        anyInstant('1975-01-01', '2100-12-31'),
        fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
        (at, timezone) => {
          expect(resolveDay(new Date(at), { timezone })).toBe(
            resolveDay(new Date(at), { utcOffset: offsetOf(timezone, at) }),
          );
        },
      ),
    );
  });
});

test('with neither offset nor time zone, days are those of UTC', () => {
  expect(resolveDay('2026-01-31T23:59:59Z', {})).toBe('2026-01-31');
});

test('an offset and a time zone together are refused, both named', () => {
  expect(() =>
    resolveDay('2026-01-31T10:00:00Z', { utcOffset: '+02:00', timezone: 'Europe/London' }),
  ).toThrow(
    new ConfigurationError(
      'A period has either utcOffset or timezone, not both: got +02:00 and Europe/London.',
      {
        facts: { utcOffset: '+02:00', timezone: 'Europe/London' },
      },
    ),
  );
});

test.each(['+25:00', 'GMT+2', ''])('the offset "%s" is refused', (utcOffset) => {
  expect(() => resolveDay('2026-01-31T10:00:00Z', { utcOffset })).toThrow(ConfigurationError);
});

test.each(['+02:00', 'Mars/Phobos', 'BST'])('the time zone "%s" is refused', (timezone) => {
  expect(() => resolveDay('2026-01-31T10:00:00Z', { timezone })).toThrow(ConfigurationError);
});

test.each(['2026-01-31T10:00:00', '2026-01-31', '2026-02-30T10:00:00Z', '2026-01-31T24:00:00Z', 'now', ''])(
  '"%s" is no instant',
  (instant) => {
    expect(() => resolveDay(instant, {})).toThrow(ConfigurationError);
  },
);

function anyInstant(from: string, to: string) {
  return fc.integer({ min: Date.parse(`${from}T00:00:00Z`), max: Date.parse(`${to}T00:00:00Z`) });
}

function offsetText(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** As Intl writes it: `GMT+05:45`, or `GMT` alone. */
function offsetOf(timezone: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return name.replace('GMT', '') || '+00:00';
}

describe('a day begins', () => {
  it.each([
    ['2026-01-31', 'UTC', '2026-01-31T00:00:00.000Z'],
    ['2026-03-29', 'Europe/London', '2026-03-29T00:00:00.000Z'],
    ['2026-03-30', 'Europe/London', '2026-03-29T23:00:00.000Z'],
    ['2026-10-26', 'Europe/London', '2026-10-26T00:00:00.000Z'],
    ['2026-06-01', 'America/Los_Angeles', '2026-06-01T07:00:00.000Z'],
    ['2026-06-01', 'Pacific/Kiritimati', '2026-05-31T10:00:00.000Z'],
    // There is no midnight on that day.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ])('%s in %s at %s', (day, timezone, at) => {
    expect(new Date(startOfDay(day, { timezone })).toISOString()).toBe(at);
  });
});

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
