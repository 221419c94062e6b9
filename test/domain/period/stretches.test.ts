import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, type Day, daysOf } from '#domain/period/day';
import { between, daysToPull, spanOf, stretchesOf } from '#domain/period/stretches';

const start = '2026-01-01';
const day = (n: number): Day => addDays(start, n);
const someDays = fc.array(fc.nat(60).map(day), { maxLength: 40 });

test('days become unbroken stretches, as few as there can be', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      const stretches = stretchesOf(days);
      expect(stretches.flatMap((stretch) => [...daysOf(stretch)])).toEqual([...new Set(days)].sort());
      for (const [at, { start }] of stretches.entries()) {
        const before = stretches[at - 1];
        if (before) expect(addDays(before.end, 1) < start).toBe(true);
      }
    }),
  );
});

test('what lies between two days is what lies in both', () => {
  fc.assert(
    fc.property(someDays, fc.nat(60), fc.nat(60), (days, from, to) => {
      const bounds = { from: day(from), to: day(to) };
      const cut = between(stretchesOf(days), bounds);
      const within = days.filter((each) => each >= bounds.from && each <= bounds.to);
      expect(cut).toEqual(stretchesOf(within));
    }),
  );
});

test('a tracked river pulls every day that is neither complete nor forgotten, the days before the first of them, and no other', () => {
  fc.assert(
    fc.property(someDays, someDays, fc.nat(50), fc.nat(80), (complete, forgotten, length, back) => {
      const whole = { start, end: day(length) };
      const pulled = daysToPull(whole, back, {
        complete: new Set(complete),
        forgotten: new Set(forgotten),
      }).flatMap((stretch) => [...daysOf(stretch)]);
      const known = [...complete, ...forgotten];
      const [first] = [...daysOf(whole)].filter((each) => !known.includes(each));
      for (const each of daysOf(whole)) {
        const isBack = first !== undefined && each < first && addDays(each, back) >= first;
        const isPulled = !forgotten.includes(each) && (!complete.includes(each) || isBack);
        expect(pulled.includes(each), each).toBe(isPulled);
      }
      expect(pulled.every((each) => each >= whole.start && each <= whole.end)).toBe(true);
    }),
  );
});

test('nothing spans no days', () => {
  expect(spanOf([])).toBeNull();
  expect(
    spanOf([
      { start: '2026-01-01', end: '2026-01-02' },
      { start: '2026-01-05', end: '2026-01-05' },
    ]),
  ).toEqual({ start: '2026-01-01', end: '2026-01-05' });
});
