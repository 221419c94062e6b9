import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRollingLimit } from '#simulator/rolling-limit';

it('lets a window be filled, refuses the next call, and lets one in when the first has left', () => {
  const limit = createRollingLimit([{ calls: 3, perMs: 100 }]);
  expect([0, 10, 20].map((at) => limit.arrive(at))).toEqual([true, true, true]);
  expect(limit.arrive(30)).toBe(false);
  // In (1, 101] are 10, 20, the refused 30, and itself: still one too many.
  expect(limit.arrive(101)).toBe(false);
  expect(limit.arrive(131)).toBe(true);
});

it('a call exactly one length after another is no longer in its interval', () => {
  const limit = createRollingLimit([{ calls: 1, perMs: 100 }]);
  expect(limit.arrive(0)).toBe(true);
  expect(limit.arrive(100)).toBe(true);
  expect(limit.arrive(199.999)).toBe(false);
});

it('every window counts a call, also one that another window refused', () => {
  const limit = createRollingLimit([
    { calls: 1, perMs: 10 },
    { calls: 2, perMs: 1000 },
  ]);
  expect([0, 1, 50].map((at) => limit.arrive(at))).toEqual([true, false, false]);
  expect(limit.counts(50)).toEqual([
    { calls: 1, perMs: 10, now: 1, most: 2 },
    { calls: 2, perMs: 1000, now: 3, most: 3 },
  ]);
});

it('agrees with counting every interval afresh', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 100 }),
      (gaps, calls, perMs) => {
        const limit = createRollingLimit([{ calls, perMs }]);
        const arrivals: number[] = [];
        let at = 0;
        let most = 0;
        for (const gap of gaps) {
          at += gap;
          arrivals.push(at);
          const inside = arrivals.filter((one) => one > at - perMs).length;
          most = Math.max(most, inside);
          expect(limit.arrive(at)).toBe(inside <= calls);
        }
        expect(limit.counts(at)[0]?.most).toBe(most);
      },
    ),
  );
});

it('a reset forgets the most, but not what is in the window', () => {
  const limit = createRollingLimit([{ calls: 2, perMs: 100 }]);
  for (const at of [0, 1, 2, 150]) limit.arrive(at);
  limit.resetMost(150);
  expect(limit.counts(150)).toEqual([{ calls: 2, perMs: 100, now: 1, most: 1 }]);
  expect(limit.arrive(151)).toBe(true);
  expect(limit.arrive(152)).toBe(false);
});

it('keeps counting after tens of thousands of arrivals', () => {
  const limit = createRollingLimit([{ calls: 10, perMs: 100 }]);
  for (let at = 0; at < 30_000; at++) limit.arrive(at);
  expect(limit.counts(29_999)).toEqual([{ calls: 10, perMs: 100, now: 100, most: 100 }]);
});
