import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RollingWindows } from '#domain/budget/budget-state';
import {
  bookExternalUsage,
  copyWindows,
  createRollingWindows,
  externalCallsAt,
  firstAfter,
  insertInOrder,
  measureUse,
  nextAt,
  recordCall,
  removeOne,
  replaceWindows,
  setBackOff,
  withdrawCall,
} from '#domain/budget/rolling-windows';
import { defaultBudget } from '#domain/budget/window';
import { isOverfull, naiveNextAt, someWindows } from './naive-windows.ts';

/** How long nobody asks before each call. */
const gaps = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 40 });

test('a window is spent after its calls, and has room again when the first of them is a whole length ago', () => {
  const state = createRollingWindows([{ calls: 2, perMs: 10 }]);
  recordCall(state, 0);
  expect(nextAt(state, 4)).toBe(4);
  recordCall(state, 4);
  expect(nextAt(state, 4)).toBe(10);
  expect(nextAt(state, 11)).toBe(11);
  recordCall(state, 10);
  expect(nextAt(state, 10)).toBe(14);
});

test('every window holds at once', () => {
  const state = createRollingWindows([
    { calls: 3, perMs: 100 },
    { calls: 2, perMs: 10 },
  ]);
  expect(nextTimes(state, 0, 7)).toEqual([0, 0, 10, 100, 100, 110, 200]);
});

test('no rolling interval ever holds more than its window, and no room stays free while a call waits', () => {
  fc.assert(
    fc.property(someWindows, gaps, (windows, waits) => {
      const state = createRollingWindows(windows);
      const sent: number[] = [];
      let arrivedAt = 0;
      for (const gap of waits) {
        arrivedAt += gap;
        const at = nextAt(state, Math.max(arrivedAt, sent.at(-1) ?? 0));
        expect(at).toBe(naiveNextAt(sent, windows, arrivedAt));
        recordCall(state, at);
        sent.push(at);
      }
      expect(isOverfull(sent, windows)).toBe(false);
    }),
  );
});

test('the next times are those at which the calls are then sent', () => {
  fc.assert(
    fc.property(someWindows, gaps, fc.nat({ max: 30 }), (windows, waits, count) => {
      const state = createRollingWindows(windows);
      const now = sendAll(state, waits);
      const before = JSON.stringify(state);
      const planned = nextTimes(state, now, count);
      expect(JSON.stringify(state)).toBe(before);
      const sent = planned.map(() => {
        const at = nextAt(state, now);
        recordCall(state, at);
        return at;
      });
      expect(planned).toEqual(sent);
    }),
  );
});

test('used and free are what counting says, with (t − per, t] as the window', () => {
  fc.assert(
    fc.property(someWindows, gaps, fc.nat({ max: 80 }), (windows, waits, later) => {
      const state = createRollingWindows(windows);
      const sent: number[] = [];
      const now = sendAll(state, waits, sent) + later;
      const counted = windows.map(({ calls, perMs }) => {
        const used = sent.filter((instant) => instant > now - perMs).length;
        return { calls, perSeconds: perMs / 1000, used, free: calls - used };
      });
      expect(measureUse(state, now)).toEqual(counted);
    }),
  );
});

test('the order in which calls are recorded does not matter', () => {
  fc.assert(
    fc.property(someWindows, fc.array(fc.nat({ max: 200 }), { maxLength: 40 }), (windows, instants) => {
      const [shuffled, ordered] = [createRollingWindows(windows), createRollingWindows(windows)];
      for (const at of instants) recordCall(shuffled, at);
      for (const at of instants.toSorted((a, b) => a - b)) recordCall(ordered, at);
      expect(nextTimes(shuffled, 200, 20)).toEqual(nextTimes(ordered, 200, 20));
      expect(measureUse(shuffled, 150)).toEqual(measureUse(ordered, 150));
    }),
  );
});

test('it goes on from its JSON as if it had never stopped', () => {
  fc.assert(
    fc.property(someWindows, gaps, gaps, (windows, waits, more) => {
      const state = createRollingWindows(windows);
      const now = sendAll(state, waits);
      const copy = JSON.parse(JSON.stringify(state));
      const [sent, sentFromCopy]: [number[], number[]] = [[], []];
      sendAll(state, more, sent, now);
      sendAll(copy, more, sentFromCopy, now);
      expect(sentFromCopy).toEqual(sent);
    }),
  );
});

test('under other windows it still knows what was sent', () => {
  fc.assert(
    fc.property(someWindows, someWindows, gaps, (windows, others, waits) => {
      const state = createRollingWindows(windows);
      const sent: number[] = [];
      const now = sendAll(state, waits, sent);
      setBackOff(state, now + 5);
      const most = 2 * Math.max(...windows.map(({ calls }) => calls));
      const expected = createRollingWindows(others);
      for (const at of sent.slice(-most)) recordCall(expected, at);
      setBackOff(expected, now + 5);
      expect(nextTimes(replaceWindows(state, others), now, 10)).toEqual(nextTimes(expected, now, 10));
    }),
  );
});

test('a call may go before booked ones where every window stays within its limit, and only there', () => {
  fc.assert(
    fc.property(someWindows, gaps, fc.nat({ max: 60 }), (windows, waits, back) => {
      const state = createRollingWindows(windows);
      const sent: number[] = [];
      const last = sendAll(state, waits, sent);
      // Nothing is booked farther ahead than the shortest window reaches.
      const from = last - Math.min(back, ...windows.map(({ perMs }) => perMs));
      const at = nextAt(state, from);
      expect(isOverfull([...sent, at], windows)).toBe(false);
      for (let earlier = from; earlier < at; earlier += 1) {
        expect(isOverfull([...sent, earlier], windows)).toBe(true);
      }
    }),
  );
});

test('what is withdrawn was never there', () => {
  fc.assert(
    fc.property(
      someWindows,
      gaps,
      fc.array(fc.nat({ max: 39 })),
      fc.nat({ max: 80 }),
      (windows, waits, which, from) => {
        const state = createRollingWindows(windows);
        const sent: number[] = [];
        sendAll(state, waits, sent);
        // As many as a ring forgives: it knows twice what a window holds.
        const withdrawn = [...new Set(which)]
          .filter((place) => place < sent.length)
          .slice(0, windows[0]?.calls);
        for (const place of withdrawn) withdrawCall(state, sent[place] ?? 0);
        const left = sent.filter((_, place) => !withdrawn.includes(place));
        const now = Math.max(from, ...sent);
        expect(nextAt(state, now)).toBe(naiveNextAt(left, windows, now));
      },
    ),
  );
});

test('to withdraw what was not recorded changes nothing', () => {
  const state = createRollingWindows(defaultBudget);
  recordCall(state, 10);
  withdrawCall(state, 10.5);
  expect(measureUse(state, 10).map(({ used }) => used)).toEqual([1, 1]);
});

test('what is left to a stranger is no room of ours, in that window alone, and comes back in growing steps', () => {
  const state = createRollingWindows([
    { calls: 9, perMs: 1000 },
    { calls: 99, perMs: 10_000 },
  ]);
  bookExternalUsage(state, 0, { calls: 7, until: 100, stepMs: 10 });
  const free = (at: number) => measureUse(state, at).map(({ free: calls }) => calls);
  expect([0, 99, 100, 109, 110, 120, 130].map(free)).toEqual([
    [2, 99],
    [2, 99],
    [3, 99],
    [3, 99],
    [5, 99],
    [9, 99],
    [9, 99],
  ]);
  expect(nextTimes(state, 0, 9)).toEqual([0, 0, 100, 110, 110, 120, 120, 120, 120]);
});

test('what strangers have comes back step by step, where a step is no whole number as well', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      fc.double({ min: 1e12, max: 2e12, noNaN: true }),
      (stepMs, until) => {
        let at = until;
        for (let steps = 1; steps <= 11; steps += 1) {
          const next = externalCallsAt({ calls: 2_000, until, stepMs }, at).until;
          expect(next).toBeGreaterThan(at);
          at = next;
        }
      },
    ),
  );
});

test('a window that strangers fill has room when they have left some', () => {
  const state = createRollingWindows([{ calls: 2, perMs: 10 }]);
  bookExternalUsage(state, 0, { calls: 2, until: 50, stepMs: 5 });
  expect(nextTimes(state, 0, 4)).toEqual([50, 55, 60, 65]);
  bookExternalUsage(state, 0, { calls: 0, until: 50, stepMs: 5 });
  expect(nextAt(state, 0)).toBe(0);
});

test("a stranger's calls need a window that is there", () => {
  const external = { calls: 1, until: 0, stepMs: 1 };
  expect(() => bookExternalUsage(createRollingWindows(defaultBudget), 2, external)).toThrow(RangeError);
});

test('a pause holds every call back, is never shortened, and ends', () => {
  const state = createRollingWindows(defaultBudget);
  setBackOff(state, 500);
  setBackOff(state, 200);
  expect(nextAt(state, 100)).toBe(500);
  expect(nextAt(state, 501)).toBe(501);
});

test('a hundred thousand calls leave no more behind than twice what the windows hold', () => {
  const state = createRollingWindows(defaultBudget);
  let now = 0;
  for (let sent = 0; sent < 100_000; sent += 1) {
    now = nextAt(state, now);
    recordCall(state, now);
  }
  expect(now).toBe(49 * 3_600_000 + 39 * 10_000);
  expect(state.windows.map(({ instants }) => instants.length)).toEqual([4000, 100]);
});

/** When each of the next calls may be sent if all are sent as early as they may; nothing is recorded. */
function nextTimes(state: RollingWindows, now: number, count: number): number[] {
  const planned = copyWindows(state);
  return Array.from({ length: count }, () => {
    const at = nextAt(planned, now);
    recordCall(planned, at);
    return at;
  });
}

/** Sends a call after each gap, as early as it may; returns when the last one was sent. */
function sendAll(
  state: ReturnType<typeof createRollingWindows>,
  waits: readonly number[],
  sent: number[] = [],
  from = 0,
): number {
  let now = from;
  for (const gap of waits) {
    now = nextAt(state, now + gap);
    recordCall(state, now);
    sent.push(now);
  }
  return now;
}

const values = fc.array(fc.nat({ max: 20 }));

test('the first place above a limit is where counting finds it', () => {
  fc.assert(
    fc.property(values, fc.nat({ max: 30 }), fc.nat({ max: 10 }), (list, limit, plus) => {
      const ascending = list.toSorted((a, b) => a - b);
      expect(firstAfter(ascending, limit, plus)).toBe(
        ascending.filter((each) => each + plus <= limit).length,
      );
    }),
  );
});

test('what is put in stands in order, and can be taken out again, once', () => {
  fc.assert(
    fc.property(values, fc.nat({ max: 20 }), (list, value) => {
      const ascending: number[] = [];
      for (const each of list) insertInOrder(ascending, each);
      const ordered = list.toSorted((a, b) => a - b);
      expect(ascending).toEqual(ordered);
      insertInOrder(ascending, value);
      removeOne(ascending, value);
      expect(ascending).toEqual(ordered);
      removeOne(ascending, value + 0.5);
      expect(ascending).toEqual(ordered);
    }),
  );
});
