import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextPage } from '../../../src/domain/call/paging.ts';
import { ReportRefusedError } from '../../../src/domain/errors.ts';

const page = (top: number, skip: number, received: number, fingerprints: [string, string?] = ['a']) =>
  nextPage({
    call: { key: 'GetCustomersByAction?Date=2026-01-01' },
    asked: { top, skip },
    received,
    fingerprint: fingerprints[0],
    previousFingerprint: fingerprints[1],
  });

test.each<[what: string, top: number, skip: number, received: number, next: number | 'done']>([
  ['a short page is the last', 10_000, 0, 9_999, 'done'],
  ['a full page asks once more', 10_000, 0, 10_000, 10_000],
  ['an empty page is the last', 10_000, 10_000, 0, 'done'],
  ['a page that a server has capped asks once more', 10_000, 0, 1_000, 1_000],
  ['a later capped page goes on from the rows received', 10_000, 1_000, 500, 1_500],
  ['a short page of no round number is the last', 10_000, 1_000, 501, 'done'],
  ['a page longer than asked asks once more', 100, 0, 150, 150],
  ['a small page that is full asks once more', 3, 3, 3, 6],
  ['a small page that is short is the last', 3, 3, 2, 'done'],
])('%s', (_what, top, skip, received, next) => {
  expect(page(top, skip, received)).toEqual(next === 'done' ? { done: true } : { done: false, skip: next });
});

describe('a page equal to the one before', () => {
  test('is refused', () => {
    const equal = () => page(100, 100, 100, ['a', 'a']);
    expect(equal).toThrow(ReportRefusedError);
    expect(equal).toThrow(/GetCustomersByAction\?Date=2026-01-01 .*same 100 rows from row 100/);
  });

  test('is refused even where it is short', () => {
    expect(() => page(1_000, 500, 500, ['a', 'a'])).toThrow(ReportRefusedError);
  });

  test('is the end where both are empty', () => {
    expect(page(100, 100, 0, ['a', 'a'])).toEqual({ done: true });
  });
});

test('all rows of any server are received, whatever it caps its pages at', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 6_000 }),
      fc.integer({ min: 400, max: 2_000 }),
      fc.constantFrom(500, 1_000, 1_500, Number.POSITIVE_INFINITY),
      (rows, top, cap) => {
        let received = 0;
        for (let calls = 1; ; calls += 1) {
          const now = Math.min(top, cap, rows - received);
          const next = page(top, received, now, [`${calls}`, `${calls - 1}`]);
          received += now;
          expect(calls).toBeLessThanOrEqual(rows / Math.min(top, cap) + 2);
          if (next.done) break;
          expect(next.skip).toBe(received);
        }
        expect(received).toBe(rows);
      },
    ),
  );
});
