import { expect, test } from 'vitest';
import { createNoteSums, isQuiet, type PageNotes } from '#domain/run/page-notes';
import { textAtMost } from '#domain/run/run-result';

const day = (at: number) => `GetCustomersByAction?Date=2026-01-0${at}`;

function warningsOf(...pages: [call: string, notes: PageNotes][]) {
  const sums = createNoteSums('main');
  for (const [call, notes] of pages) sums.add({ call, notes }, 'data');
  return sums.warnings();
}

test('where there is nothing to be said, nothing is', () => {
  expect(warningsOf()).toEqual([]);
  expect(warningsOf([day(1), {}])).toEqual([]);
  expect(isQuiet({})).toBe(true);
});

test('repeated keys of all pages are one warning, with the first calls and how many more', () => {
  const pages = [1, 1, 2, 3, 4, 5].map((at): [string, PageNotes] => [day(at), { repeatedKeys: at }]);
  const [warning, ...others] = warningsOf(...pages);
  expect(others).toEqual([]);
  expect(warning?.about).toBe('data');
  expect(warning?.message).toMatch(/the keys of 16 rows .* Set pageSize of connection main above/);
  expect(warning?.message).toContain(`Calls: ${day(1)}, ${day(2)}, ${day(3)} and 2 more.`);
});

test('an answer that may be cut is told with what asks for less, by whether it is a list', () => {
  const sums = createNoteSums('main');
  sums.add({ call: 'GetAllActions', notes: { mayBeCut: true } }, 'list');
  expect(sums.warnings()[0]?.message).toMatch(
    /may be cut.*ids in the filter actions.*Call: GetAllActions\.$/,
  );
  expect(warningsOf(['GetPromoCodes?Date=2026-01-01', { mayBeCut: true }])[0]?.message).toContain(
    'promo-codes-by-target-group',
  );
  expect(warningsOf(['GetAllActions', { mayBeCut: true }])[0]?.message).toContain(
    'Ask Optimove how many rows',
  );
});

test('calls that were taken for whole before their server was known are told', () => {
  expect(warningsOf([day(1), { takenForWhole: 7 }])[0]?.message).toMatch(
    /connection main cuts pages.* 7 calls before/,
  );
});

test('each says what to do within the length of a warning in a result', () => {
  const long = `${day(1)}&ActionID=123456&RecipientGroupID=3`;
  const notes = { repeatedKeys: 123_456, mayBeCut: true, takenForWhole: 12_345 } as const;
  for (const { message } of warningsOf([long, notes], [day(2), notes])) {
    expect(message.slice(0, textAtMost)).toMatch(
      /Set pageSize .* and load|Ask Optimove .*most|Load .* again/,
    );
  }
});
