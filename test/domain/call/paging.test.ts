import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRepeated, nextPage, pageAsked } from '#domain/call/paging';
import type { KnownPages } from '#domain/call/seen-pages';
import { ReportRefusedError } from '#domain/errors';

const none = { pages: 0, rows: 0, bytes: 0 };
const nothingKnown: KnownPages = { rowsFollow: false, ended: none, asking: none, takenForLast: 0 };
const ended = { ...nothingKnown, ended: { pages: 1, rows: 700, bytes: 70_000 } };
const asking = { ...nothingKnown, asking: { pages: 4, rows: 700, bytes: 70_000 } };
const cut = { ...ended, rowsFollow: true };

const nextOf = (top: number, rows: number, known: KnownPages, bytes = rows * 100) =>
  nextPage({ call: { key: 'GetX', pages: true }, asked: { top, skip: 0 }, size: { rows, bytes } }, known);

describe('of a call with pages', () => {
  test.each<[what: string, top: number, rows: number, known: KnownPages, next: string]>([
    ['an empty page is the last', 1_000, 0, cut, 'last'],
    ['a full page is asked on', 1_000, 1_000, ended, 'ask'],
    ['a page longer than asked is asked on', 100, 150, ended, 'ask'],
    ['a small page that is full is asked on', 3, 3, nothingKnown, 'ask'],
    ['a page of fewer than 100 rows is the last', 1_000, 99, nothingKnown, 'last'],
    ['a short page is asked on where nothing is known', 1_000, 100, nothingKnown, 'ask'],
    ['a short page no larger than one that ended is the last', 1_000, 700, ended, 'likely last'],
    ['a short page of more rows is asked on', 1_000, 701, ended, 'ask'],
    ['a short page waits for larger ones, of which four are asked on', 1_000, 700, asking, 'wait'],
    ['a short page larger than those that are asked on is asked on as well', 1_000, 701, asking, 'ask'],
    ['one page in a hundred is asked on all the same', 1_000, 200, { ...ended, takenForLast: 101 }, 'ask'],
    ['once rows have followed, a small page is asked on too', 1_000, 1, cut, 'ask'],
  ])('%s', (_what, top, rows, known, next) => {
    expect(nextOf(top, rows, known)).toBe(next);
  });

  test('a page of more bytes is asked on, for bytes may be what is capped', () => {
    expect(nextOf(1_000, 600, ended, 75_000)).toBe('ask');
    expect(nextOf(1_000, 600, ended, 73_000)).toBe('likely last');
  });

  test('where fewer than four are asked on, nobody waits for them', () => {
    expect(nextOf(1_000, 200, { ...asking, asking: { ...asking.asking, pages: 3 } })).toBe('ask');
  });

  test('the next page begins after the rows received', () => {
    expect(pageAsked({ pages: true }, 1_000, 137)).toEqual({ top: 1_000, skip: 137 });
  });
});

describe('of a call without pages', () => {
  const nextOf = (rows: number, skip: number | undefined, known = nothingKnown) =>
    nextPage(
      {
        call: { key: 'GetX', pages: false },
        asked: skip === undefined ? undefined : { top: 10_000, skip },
        size: { rows, bytes: 0 },
      },
      known,
    );

  test.each<[rows: number, next: string]>([
    [0, 'last'],
    [1_000, 'last'],
    [4_999, 'last'],
    [5_000, 'ask'],
    [9_999, 'last'],
    [10_000, 'ask'],
    [10_001, 'last'],
    [15_000, 'ask'],
  ])('an answer of %i rows: %s', (rows, next) => {
    expect(nextOf(rows, undefined)).toBe(next);
    expect(nextOf(rows, undefined, cut)).toBe(next);
  });

  test('what $skip brings is asked on until it is short, or round no more', () => {
    expect(nextOf(10_000, 10_000)).toBe('ask');
    expect(nextOf(5_000, 5_000, { ...ended, ended: { pages: 9, rows: 6_000, bytes: 0 } })).toBe('ask');
    expect(nextOf(99, 10_000)).toBe('last');
    expect(nextOf(0, 10_000)).toBe('last');
  });

  test('it is asked with $top and $skip only after its answer', () => {
    expect(pageAsked({ pages: false }, 20, 0)).toBeUndefined();
    expect(pageAsked({ pages: false }, 20, 5_000)).toEqual({ top: 10_000, skip: 5_000 });
  });
});

describe('a page of the same rows', () => {
  const page = (fingerprint: string, { pages = true, rows = 20, top = 20 } = {}) => ({
    call: { key: 'GetX?Date=2026-01-01', pages },
    asked: { top, skip: 60 },
    size: { rows, bytes: 0 },
    fingerprint,
    earlier: { first: 'a', before: 'c' },
  });

  test.each([
    ['c', 'the page before'],
    ['a', 'the first page'],
  ])('as %s is refused: %s', (fingerprint, which) => {
    const check = () => isRepeated(page(fingerprint));
    expect(check).toThrow(ReportRefusedError);
    expect(check).toThrow(`GetX?Date=2026-01-01 with the same 20 rows from row 60 on as on ${which}`);
    expect(check).toThrow(/pageSize above.*overrides: \{ pages: false \}/);
  });

  test('of which there were fewer than asked is refused with what helps there', () => {
    expect(() => isRepeated(page('a', { top: 1_000 }))).toThrow(
      /^(?!.*pageSize).*overrides: \{ pages: false \}/,
    );
  });

  test('is only noticed where the call has no pages', () => {
    expect(isRepeated(page('a', { pages: false }))).toBe(true);
  });

  const almost = ({ pages = true, rows = 300, before = 300, different = 300, repeated = 300 }) => ({
    ...page('new', { pages, rows }),
    known: { before, different, repeated },
  });

  test('is noticed where a few of its rows have changed meanwhile', () => {
    expect(() => isRepeated(almost({ rows: 301, repeated: 299 }))).toThrow(
      /the same 301 rows .* as on the page before/,
    );
    expect(isRepeated(almost({ pages: false, repeated: 299 }))).toBe(true);
  });

  test('is noticed where a call without pages obeys $top alone', () => {
    expect(isRepeated(almost({ pages: false, before: 450, different: 450 }))).toBe(true);
  });

  test.each([
    ['half of whose rows are new', { repeated: 150 }],
    ['that is the small rest of a table without an order', { rows: 20, repeated: 20 }],
    ['whose rows are all alike', { different: 1 }],
  ])('is none where it is a page %s', (_what, known) => {
    expect(isRepeated(almost(known))).toBe(false);
  });

  test('is another one, or empty, or the first: no repetition', () => {
    expect(isRepeated(page('b'))).toBe(false);
    expect(isRepeated(page('a', { rows: 0 }))).toBe(false);
    expect(isRepeated({ ...page('a'), earlier: undefined })).toBe(false);
  });
});

test('a call alone is followed to its end, whatever a server caps its pages at', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 6_000 }),
      fc.integer({ min: 100, max: 2_000 }),
      fc.integer({ min: 100, max: 3_000 }),
      (rows, top, cap) => {
        let received = 0;
        let known = nothingKnown;
        for (let calls = 1; ; calls += 1) {
          const now = Math.min(top, cap, rows - received);
          if (calls > 1 && now > 0 && cap < top) known = { ...known, rowsFollow: true };
          received += now;
          expect(calls).toBeLessThanOrEqual(rows / Math.min(top, cap) + 2);
          if (nextOf(top, now, known) === 'last') break;
        }
        expect(received).toBe(rows);
      },
    ),
  );
});
