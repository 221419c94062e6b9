import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namedDay } from '#domain/period/read-moment';

test.each([
  ['2015-08-13', '2015-08-13'],
  [' 2015-08-13 ', '2015-08-13'],
  ['2015-08-13T00:00:00', '2015-08-13'],
  ['2015-08-13 23:59', '2015-08-13'],
  ['2015-08-13T23:59:59.9999999Z', '2015-08-13'],
  ['2015-08-13T23:59:59-11:00', '2015-08-13'],
  ['/Date(1439424000000)/', '2015-08-13'],
  ['/Date(1439413200000+0300)/', '2015-08-13'],
  ['2099-12-31', '2099-12-31'],
])('%j is %s', (value, day) => {
  expect(namedDay(value)).toBe(day);
});

test.each([
  ...[
    '0001-01-01T00:00:00',
    '/Date(-62135596800000)/',
    '2015-02-30',
    '2015-08',
    '20150813',
    '08/13/2015',
    'soon',
    '',
  ],
  ...[
    '/Date(99999999999999999)/',
    '2015-08-13T',
    '2015-08-13 and so on',
    20150813,
    null,
    undefined,
    {},
    ['2015-08-13'],
  ],
])('%j is no day', (value) => {
  expect(namedDay(value)).toBeUndefined();
});

test('every day is read, however it is written', () => {
  const instant = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instant, (at) => {
      const day = at.toISOString().slice(0, 10);
      for (const text of [day, at.toISOString(), `/Date(${at.getTime()})/`]) expect(namedDay(text)).toBe(day);
    }),
  );
});
