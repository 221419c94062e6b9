import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backOffUntil, boundBackOff, liftBackOff, longestBackOffMs } from '#domain/budget/back-off';
import type { CallBudget } from '#domain/budget/budget-state';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import { type CallOutcomes, noOutcomes, type Reservation } from '#domain/budget/reservation';
import { resumeBudget, saveBudget } from '#domain/budget/save-budget';
import { type BudgetWindow, defaultBudget } from '#domain/budget/window';
import { aReservation } from '../../helpers/a-reservation.ts';
import { fullestOf } from './virtual/figures.ts';
import { hardTimes } from './virtual/hard-times.ts';
import { calmScenario, rivalRuns } from './virtual/scenario.ts';
import { simulate } from './virtual/simulate.ts';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const daily: readonly BudgetWindow[] = [
  { calls: 20_000, perMs: day },
  { calls: 50, perMs: 10_000 },
];

function ask(
  budget: CallBudget,
  now: number,
  outcomes: Partial<CallOutcomes> = {},
  more: Partial<Reservation> = {},
) {
  const asks = [{ run: 'a', calls: 20 }];
  const told = { ...noOutcomes, ...outcomes };
  const request = aReservation({ windows: budget.configured, asks, outcomes: told, ...more });
  return reserve(budget, request, now);
}

/** Calls of ours go out, and one of them is answered 429, or 503. */
type Refused = '429' | '503';
const outcomeOf = (
  refused: Refused,
  retryAfterMs: number,
  probe: CallOutcomes['probe'] = null,
): Partial<CallOutcomes> =>
  refused === '429'
    ? { answered: true, probe: probe && 'answered', throttled: [{ sentAgoMs: 100, retryAfterMs }] }
    : { failed: 1, probe: probe && 'failed', retryAfterMs };

describe('what is kept to of a Retry-After', () => {
  test.each([
    [defaultBudget, hour],
    [[{ calls: 10, perMs: 10 * second }], hour],
    [daily, day],
  ])('under %j is %d ms at most', (windows, longest) => {
    expect(longestBackOffMs(windows)).toBe(longest);
  });

  const asked = fc.oneof(
    fc.integer({ min: 1, max: 5 * hour }),
    fc.constantFrom(3_600_000 * second, 365 * day, Number.MAX_SAFE_INTEGER),
  );
  const windowSets = fc.constantFrom(defaultBudget, daily, [{ calls: 100, perMs: 10 * second }]);

  test('is never more, on 429 and on 503: then one call tries, and refused it waits again the same way', () => {
    fc.assert(
      fc.property(
        windowSets,
        fc.array(fc.tuple(fc.constantFrom<Refused>('429', '503'), asked), { minLength: 1, maxLength: 4 }),
        (windows, refusals) => {
          const longest = longestBackOffMs(windows);
          const budget = createCallBudget(windows);
          let now = 1_764_000_000_000;
          let isTrial = false;
          ask(budget, now);
          for (const [refused, retryAfterMs] of refusals) {
            now += 300;
            ask(budget, now, outcomeOf(refused, retryAfterMs, isTrial ? 'failed' : null), { room: 0 });
            const asks = Math.min(retryAfterMs, longest);
            const until = backOffUntil(budget, now) ?? Number.NaN;
            // Refused again and again, it waits for two minutes whatever is asked for.
            expect(until - now).toBeGreaterThanOrEqual(asks);
            expect(until - now).toBeLessThanOrEqual(Math.max(asks, 2 * minute));
            expect(ask(budget, until - 10_001).permits).toEqual([]);
            // What a refusal books as a stranger's may keep the first one a little longer.
            const { permits } = ask(budget, until + longest);
            expect(permits.map(({ probe }) => probe)).toEqual([true]);
            now = (permits[0]?.at ?? Number.NaN) + 100;
            isTrial = true;
          }
          ask(budget, now, { answered: true, probe: 'answered' }, { room: 0 });
          expect(backOffUntil(budget, now)).toBeNull();
          expect(ask(budget, now + minute).permits.length).toBeGreaterThan(1);
        },
      ),
      { endOnFailure: true },
    );
  });

  test.each<Refused>(['429', '503'])(
    'a state that waits for 41 days after a %s goes on within the hour',
    (refused) => {
      const at = 1_764_000_000_000;
      const saved = () => {
        const budget = createCallBudget(defaultBudget);
        const until = at + 41 * day;
        if (refused === '429') {
          budget.windows.backOffUntil = until;
          budget.throttle = { inRow: 3, since: at - day, at };
        } else {
          const probe = { at: until, waitMs: second };
          budget.circuit = { failures: 9, probe, since: at, heldMs: 0, backOffUntil: until };
        }
        return JSON.parse(JSON.stringify(saveBudget(budget)));
      };
      const resumed = resumeBudget(saved(), at);
      expect(backOffUntil(resumed, at)).toBe(at + hour);
      expect(ask(resumed, at + hour - 10_001).permits).toEqual([]);
      expect(ask(resumed, at + hour).permits).toHaveLength(1);
      // The bound is one instant: it does not move on with whoever asks.
      const later = resumeBudget(saved(), at);
      for (let now = at; now < at + hour - 20_000; now += 7 * minute) ask(later, now);
      expect(backOffUntil(later, at + hour - 1)).toBe(at + hour);
    },
  );

  test('is less where the windows become shorter', () => {
    const budget = createCallBudget(daily);
    ask(budget, 0, outcomeOf('429', 20 * hour), { room: 0 });
    expect(backOffUntil(budget, 0)).toBe(20 * hour);
    ask(budget, minute, {}, { windows: defaultBudget, room: 0 });
    expect(backOffUntil(budget, minute)).toBe(minute + hour);
  });

  test('nothing else is changed by the bound', () => {
    const budget = createCallBudget(defaultBudget);
    ask(budget, 0);
    const before = JSON.stringify(budget);
    boundBackOff(budget, 0);
    expect(JSON.stringify(budget)).toBe(before);
  });
});

describe('503 with Retry-After', () => {
  test('holds all back at once, and one answer lets them go', () => {
    const budget = createCallBudget(defaultBudget);
    ask(budget, 0);
    ask(budget, 500, outcomeOf('503', 5 * minute), { room: 0 });
    const held = ask(budget, 1_000, {}, { process: 'other' });
    expect(held).toMatchObject({ permits: [], heldBy: 'outage', outage: { agoMs: 500, countedMs: 500 } });
    expect(held.nextInMs[0]?.inMs[0]).toBe(5 * minute - 500);
    // One that was under way, and says the same, makes it no outage of its own.
    ask(budget, 1_500, outcomeOf('503', 5 * minute), { room: 0 });
    expect(budget.circuit).toMatchObject({ since: 500 });
    expect(backOffUntil(budget, 1_500)).toBe(1_500 + 5 * minute);
    ask(budget, 2_000, { answered: true }, { room: 0 });
    expect(backOffUntil(budget, 2_000)).toBeNull();
    expect(ask(budget, 2_100).permits).toHaveLength(8);
  });

  test('that asks for less than the growing wait shortens nothing', () => {
    const budget = createCallBudget(defaultBudget);
    for (let k = 0; k < 5; k += 1) ask(budget, 0, { failed: 1 }, { process: `p${k}`, room: 0 });
    const probe = { at: 64 * second, waitMs: 64 * second };
    budget.circuit = { failures: 5, probe, since: 0, heldMs: 0, backOffUntil: null };
    ask(budget, 1_000, outcomeOf('503', 2 * second), { room: 0 });
    expect(budget.circuit.probe?.at).toBe(64 * second);
  });

  test('counts against giveUpAfter, for nobody is answered meanwhile', () => {
    const budget = createCallBudget(defaultBudget);
    ask(budget, 0, outcomeOf('503', hour), { room: 0 });
    expect(ask(budget, 50 * minute).outage).toEqual({ agoMs: 50 * minute, countedMs: 50 * minute });
  });

  test('an API that is away for two hours and says so is asked once in ten minutes', () => {
    const retryAfterMs = 10 * minute;
    const outage = { from: 3 * minute, until: 123 * minute, retryAfterMs };
    const { arrivals, endedAt } = simulate({
      ...calmScenario,
      processes: 4,
      runs: rivalRuns(3, 400),
      outage,
      givesBack: true,
    });
    const failed = arrivals.filter(({ kind, at }) => kind === 'failed' && at > outage.from + 20_000);
    const gaps = failed.slice(1).map(({ at }, k) => at - (failed[k]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(retryAfterMs);
    expect(failed.length).toBeLessThan(13);
    expect(endedAt.size).toBe(3);
  });
});

describe('a wait that a person lifts', () => {
  test.each<Refused>(['429', '503'])(
    'after a %s ends at once, and says until when it would have been',
    (refused) => {
      const budget = createCallBudget(defaultBudget);
      ask(budget, 0);
      ask(budget, second, outcomeOf(refused, 365 * day), { room: 0 });
      const lift = liftBackOff(budget, 'main', minute);
      expect(lift).toMatchObject({
        connection: 'main',
        lifted: true,
        throttledUntil: new Date(second + hour).toISOString(),
      });
      expect(lift.message).toContain('main');
      expect(backOffUntil(budget, minute)).toBeNull();
      const { permits } = ask(budget, minute + 1);
      expect(permits[0]?.at).toBe(minute + 1);
      // In an outage one call has to show first that somebody is there.
      expect(permits).toHaveLength(refused === '429' ? 8 : 1);
    },
  );

  test('takes back what was booked as a stranger’s, and no call of ours', () => {
    const windows = [{ calls: 20, perMs: 10 * minute }];
    const budget = createCallBudget(windows);
    expect(ask(budget, 0, {}, { room: 12 }).permits).toHaveLength(12);
    ask(budget, second, outcomeOf('429', hour), { room: 0 });
    liftBackOff(budget, 'main', 2 * second);
    const asks = [{ run: 'b', calls: 20 }];
    expect(ask(budget, 3 * second, {}, { asks, room: 20 }).permits).toHaveLength(8);
    expect(ask(budget, minute, {}, { asks, process: 'other', room: 20 }).permits).toEqual([]);
  });

  test('where there is none is told of, and changes nothing', () => {
    const budget = createCallBudget(defaultBudget);
    ask(budget, 0);
    const before = JSON.stringify(budget);
    expect(liftBackOff(budget, 'main', 1)).toMatchObject({ lifted: false, throttledUntil: null });
    expect(JSON.stringify(budget)).toBe(before);
  });

  test('a trial that was under way, and is refused after all, begins no new row', () => {
    const budget = createCallBudget(defaultBudget);
    ask(budget, 0);
    ask(budget, second, outcomeOf('429', 20 * second), { room: 0 });
    expect(ask(budget, 22 * second).permits).toHaveLength(1);
    liftBackOff(budget, 'main', 22 * second + 500);
    ask(budget, 22 * second + 550, {
      ...outcomeOf('429', 0, 'answered'),
      throttled: [{ sentAgoMs: 400, retryAfterMs: null }],
    });
    expect(budget.throttle.inRow).toBe(0);
  });

  test('lets never more calls of ours into a window than it may hold, whatever else happens', () => {
    const stranger = fc.record({
      everyMs: fc.integer({ min: 300, max: 5_000 }),
      from: fc.constant(0),
      until: fc.constant(10 * minute),
    });
    const waits = fc.constantFrom(null, 2_000, minute, 3_600_000 * second);
    const scenarios = fc.tuple(hardTimes, stranger, waits, fc.constantFrom(5_000, minute));
    fc.assert(
      fc.property(scenarios, ([scenario, others, retryAfterMs, liftsEveryMs]) => {
        const played = simulate({
          ...scenario,
          stranger: others,
          retryAfterMs,
          liftsEveryMs,
          outage: { from: 30_000, until: minute, retryAfterMs: retryAfterMs ?? 1 },
          until: 3 * minute,
        });
        const ours = played.arrivals.filter(({ run }) => run !== null);
        expect(fullestOf(ours, scenario.windows)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});
