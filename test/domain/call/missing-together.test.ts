import { expect, test } from 'vitest';
import { createMissing } from '#domain/call/missing-together';

test('a few calls that were answered 404 are each named', () => {
  const missing = createMissing();
  for (const call of ['GetX?Date=2026-01-01', 'GetX?Date=2026-01-02']) missing.add(call);
  expect(missing.count).toBe(2);
  expect(missing.warnings()).toEqual([
    'GetX?Date=2026-01-01 answered 404; taken as "no rows", which is how some servers say it.',
    'GetX?Date=2026-01-02 answered 404; taken as "no rows", which is how some servers say it.',
  ]);
});

test('of very many the first are named, and the others counted', () => {
  const missing = createMissing();
  for (let day = 0; day < 20_000; day += 1) missing.add(`GetX?Date=${day}`);
  expect(missing.count).toBe(20_000);
  expect(missing.warnings()).toHaveLength(100);
  expect(missing.warnings().at(-1)).toBe('19901 more calls answered 404; taken as "no rows".');
});
