import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createSharedLimiter,
  type LimiterAnswer,
  type LimiterRequest,
  type SharedLimiter,
  type SharedLimiterOptions,
} from '#budget/limiter';
import type { CallOutcome } from '#budget/outcome-buffer';
import { createCallBudget, reserve } from '#domain/budget/call-budget';
import type { Granted } from '#domain/budget/reservation';
import type { BudgetWindow } from '#domain/budget/window';
import { BudgetSpentError } from '#domain/errors';
import { aReservation } from '../helpers/a-reservation.ts';

const answered: CallOutcome = { kind: 'answered' };
const failed: CallOutcome = { kind: 'failed' };
const unsent: CallOutcome = { kind: 'unsent' };
const throttled = (retryAfterMs?: number): CallOutcome => ({ kind: 'throttled', retryAfterMs });

const never = new AbortController().signal;
const wide: BudgetWindow[] = [{ calls: 1000, perMs: 1000 }];
/** Kept for 510 ms. */
const narrow: BudgetWindow[] = [{ calls: 4, perMs: 248 }];
/** One call, and then none for as long as any test takes. */
const spentByOne: BudgetWindow[] = [{ calls: 1, perMs: 60_000 }];

/** Time goes on from timer to timer, however busy the machine is: a process stands still only where a test says so. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.setTimerTickMode('nextTimerAsync');
  stalledMs = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the budget', () => {
  test('lets a burst through and the next calls when the window has passed, whatever number of limiters share it', async () => {
    const { open, requests } = aBudget(narrow);
    const limiters = [open(), open(), open()];
    const sent = await Promise.all(
      limiters.flatMap((limiter, run) => Array.from({ length: 4 }, () => call(limiter, `run ${run}`))),
    );
    expect(mostIn(248, sent)).toBeLessThanOrEqual(4);
    // Three windows of four calls each: the last begins when two have passed.
    const tookMs = Math.max(...sent) - Math.min(...sent);
    expect(tookMs).toBeGreaterThanOrEqual(2 * 510 - 10);
    expect(tookMs).toBeLessThan(2 * 510 + 250 + 400);
    expect(requests.length).toBeGreaterThan(3);
  });

  test('is asked once for all who come together', async () => {
    const { open, requests } = aBudget(wide);
    const limiter = open();
    await Promise.all([call(limiter, 'a'), call(limiter, 'b'), call(limiter, 'a')]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      asks: [
        { run: 'a', calls: 2 },
        { run: 'b', calls: 1 },
      ],
      room: 8,
    });
  });

  test('is asked for who comes while a request is under way, though all were told to wait', async () => {
    const { open, requests } = aBudget(spentByOne, { roundTripMs: 60 });
    const limiter = open({ maxWaitMs: 70_000 });
    await call(limiter, 'large');
    enter(limiter, 'large');
    await until(() => requests.length === 2);
    enter(limiter, 'other');
    // The answer to the second request says to ask again half a minute later.
    await until(() => requests.length === 3);
    expect(requests[2]?.asks.map(({ run }) => run)).toContain('other');
    await limiter.close();
  });

  test('is left time for others where many processes ask it', async () => {
    const { open, askedAt } = aBudget(wide, { roundTripMs: 100, processes: 20 });
    const limiter = open();
    for (let k = 0; k < 4; k += 1) await call(limiter, 'a');
    const gaps = askedAt.slice(1).map((at, k) => at - (askedAt[k] ?? 0));
    // The answer's way, and three times as long at rest, half of it more or less.
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(100 + 150);
  });

  test('that begins with the next page of a call lets it go before calls that have not begun', async () => {
    const { open } = aBudget(wide);
    const limiter = open({ maxConcurrentCalls: 1 });
    const order: string[] = [];
    const end = await limiter.acquire(never, 'a');
    const waiting = ['first', 'second'].map((name) => call(limiter, 'a').then(() => order.push(name)));
    const page = limiter.acquire(never, 'a', true).then((endPage) => {
      order.push('next page');
      endPage(answered);
    });
    end(answered);
    await Promise.all([...waiting, page]);
    expect(order).toEqual(['next page', 'first', 'second']);
  });
});

describe('calls in flight', () => {
  test('are no more than may be, and one that ends lets the next go', async () => {
    const { open } = aBudget(wide);
    const limiter = open({ maxConcurrentCalls: 2 });
    const calls = [enter(limiter), enter(limiter), enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 2);
    await sleep(50);
    expect(inFlight(calls)).toBe(2);
    calls.find((each) => each.end)?.finish(answered);
    await until(() => calls.filter((each) => each.end).length === 3);
    expect(inFlight(calls)).toBe(2);
  });

  test('that have ended twice count once', async () => {
    const { open } = aBudget(wide);
    const limiter = open({ maxConcurrentCalls: 1 });
    const first = enter(limiter);
    const end = await first.entered;
    end?.(answered);
    end?.(answered);
    const calls = [enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 1);
    await sleep(50);
    expect(inFlight(calls)).toBe(1);
  });

  test('are fewer from when fewer may be: permits that are held by then go back', async () => {
    const { open, requests, grants } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const calls = Array.from({ length: 3 }, () => enter(limiter));
    await until(() => grants.at(-1)?.permits.length === 3);
    limiter.setMaxConcurrentCalls(1);
    await until(() => inFlight(calls) === 1);
    await until(() => requests.some(({ returned }) => returned.length > 0));
    expect(inFlight(calls)).toBe(1);
  });

  test('are more as soon as more may be', async () => {
    const { open } = aBudget(wide);
    const limiter = open({ maxConcurrentCalls: 1 });
    const calls = [enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 1);
    limiter.setMaxConcurrentCalls(2);
    await until(() => inFlight(calls) === 2);
  });
});

describe('a permit', () => {
  test('whose answer came too late is given back and never used', async () => {
    const { open, requests, grants, slowBy } = aBudget(wide);
    const limiter = open();
    slowBy(300);
    const waiting = enter(limiter);
    await until(() => requests.length === 2);
    expect(grants[0]?.permits).toHaveLength(1);
    expect(waiting.end).toBeUndefined();
    expect(requests[1]?.returned).toEqual([{ run: 'run', at: grants[0]?.permits[0]?.at }]);
    slowBy(0);
    await waiting.entered;
    const returned = requests.flatMap((request) => request.returned.map(({ at }) => at));
    expect(new Set(returned).size).toBe(returned.length);
  });

  test('is used although its answer was slow, once a quick one has told how the clocks stand', async () => {
    const { open, requests, slowBy } = aBudget(narrow);
    const limiter = open();
    const sent = [await call(limiter, 'a')];
    slowBy(400);
    for (let k = 0; k < 5; k += 1) sent.push(await call(limiter, 'a'));
    expect(mostIn(248, sent)).toBeLessThanOrEqual(4);
    // Two slow answers show how far ahead a permit must lie; those that come after them are of use.
    expect(requests.flatMap(({ returned }) => returned)).toHaveLength(2);
    expect(requests.filter(({ leadMs = 0 }) => leadMs > 0).length).toBeGreaterThanOrEqual(4);
  });

  test('that a stalled process has slept past is given back and never used', async () => {
    const { open, requests, grants } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const waiting = enter(limiter, 'a');
    await until(() => grants.at(-1)?.permits.length === 1);
    const held = grants.at(-1)?.permits[0];
    const told = requests.length;
    stall((held?.at ?? 0) - (now() + aheadMs) + 300);
    const endOfStall = now();
    await waiting.entered;
    expect(requests[told]?.returned).toEqual([{ run: 'a', at: held?.at }]);
    expect(waiting.at).toBeGreaterThan(endOfStall);
  });

  test('is not used before its time by a timer that counted from before a stall', async () => {
    vi.useRealTimers();
    let at = Number.POSITIVE_INFINITY;
    const limiter = createSharedLimiter({
      maxConcurrentCalls: 1,
      async reserve() {
        const endOfStall = performance.now() + 100;
        while (performance.now() < endOfStall);
        at = performance.now() + 120;
        return answerOf({ permits: [{ run: 'run', at, probe: false }] }, performance.now());
      },
    });
    expect(await call(limiter, 'run')).toBeGreaterThanOrEqual(at);
  });

  test('goes to another run where nobody of its own waits any more', async () => {
    const { open, grants } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const abort = new AbortController();
    const gone = enter(limiter, 'a', abort.signal);
    await until(() => grants.at(-1)?.permits.length === 1);
    abort.abort(new Error('stopped'));
    const other = enter(limiter, 'b');
    await other.entered;
    expect(gone.refusal).toEqual(new Error('stopped'));
    expect(gone.end).toBeUndefined();
  });

  test('is given back where nobody waits at all', async () => {
    const { open, requests, grants } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const abort = new AbortController();
    enter(limiter, 'a', abort.signal);
    await until(() => grants.at(-1)?.permits.length === 1);
    const at = grants.at(-1)?.permits[0]?.at;
    abort.abort(new Error('stopped'));
    await until(() => requests.at(-1)?.returned.length === 1);
    expect(requests.at(-1)?.returned).toEqual([{ run: 'a', at }]);
  });

  test('of a call that was not sent is given back, and serves another', async () => {
    const { open, requests } = aBudget(spentByOne);
    const limiter = open();
    (await limiter.acquire(never, 'a'))(unsent);
    await call(limiter, 'b');
    expect(requests.flatMap(({ returned }) => returned.map(({ run }) => run))).toEqual(['a']);
  });
});

describe('a caller', () => {
  test('who would wait for too long is sent away, and hears for how long', async () => {
    const { open } = aBudget(spentByOne);
    const limiter = open();
    await call(limiter, 'a');
    const waiting = enter(limiter, 'a');
    await waiting.gone;
    expect(waiting.refusal).toBeInstanceOf(BudgetSpentError);
    const { waitMs, message } = waiting.refusal as BudgetSpentError;
    expect(waitMs).toBeGreaterThan(60_000);
    expect(waitMs).toBeLessThan(64_000);
    expect(message).toMatch(/^The call budget is used up; the next call may be sent in 6\d s\.$/);
  });

  test('who would not wait for too long stays, though others of the run are sent away', async () => {
    const { open } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4, maxWaitMs: 700 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const calls = Array.from({ length: 12 }, () => enter(limiter, 'a'));
    await until(() => calls.filter(({ refusal }) => refusal).length >= 8);
    await Promise.all(calls.slice(0, 4).map(({ entered }) => entered));
    expect(calls.map(({ refusal }) => refusal !== undefined)).toEqual([
      ...Array(4).fill(false),
      ...Array(8).fill(true),
    ]);
  });

  test('of a small run stays where it has a permit, however many of a large one came before it', async () => {
    const windows = [
      { calls: 100, perMs: 60_000 },
      { calls: 50, perMs: 300 },
    ];
    const { open, grants } = aBudget(windows, { spentBy: 'large', spent: 98 });
    const limiter = open({ maxConcurrentCalls: 4 });
    const large = Array.from({ length: 30 }, () => enter(limiter, 'large'));
    const small = enter(limiter, 'small');
    await small.entered;
    expect(small.refusal).toBeUndefined();
    await Promise.all(large.map(({ gone }) => gone));
    expect(grants.flatMap(({ permits }) => permits.map(({ run }) => run))).toEqual(['small']);
  });

  test('of a small run who comes while a large one is asked for is not sent away with it', async () => {
    const windows = [{ calls: 100, perMs: 60_000 }];
    const { open, requests } = aBudget(windows, { spentBy: 'large', spent: 98, roundTripMs: 100 });
    const limiter = open();
    const large = enter(limiter, 'large');
    await until(() => requests.length === 1);
    const small = enter(limiter, 'small');
    await large.gone;
    expect(small.refusal).toBeUndefined();
    await small.entered;
    expect(small.refusal).toBeUndefined();
  });

  test('who has been stopped does not wait', async () => {
    const { open, requests } = aBudget(wide);
    const abort = new AbortController();
    abort.abort(new Error('stopped'));
    await expect(open().acquire(abort.signal, 'a')).rejects.toThrow('stopped');
    expect(requests).toEqual([]);
  });
});

describe('a 429', () => {
  test('is told at once, with how long ago its call was sent, and holds the others back as long as it asks', async () => {
    const { open, requests } = aBudget(wide);
    const limiter = open();
    const end = await limiter.acquire(never, 'a');
    await sleep(50);
    const toldAt = now();
    end(throttled(400));
    await until(() => requests.length === 2);
    const [told] = requests[1]?.outcomes.throttled ?? [];
    expect(told?.retryAfterMs).toBe(400);
    expect(told?.sentAgoMs).toBe(50);
    expect((await call(limiter, 'a')) - toldAt).toBeGreaterThanOrEqual(400);
  });

  test('takes back what was permitted before it, held or on its way: nothing of that is sent', async () => {
    const { open, grants, requests, slowBy } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 5 });
    const end = await limiter.acquire(never, 'a');
    await Promise.all(Array.from({ length: 3 }, () => call(limiter, 'a')));
    const waiting = [enter(limiter, 'a'), enter(limiter, 'a')];
    await until(() => grants.at(-1)?.permits.length === 2);
    const held = grants.at(-1)?.permits ?? [];
    slowBy(100);
    const asked = requests.length;
    waiting.push(enter(limiter, 'a'));
    await until(() => requests.length > asked);
    end(throttled(500));
    const saidAt = now();
    await Promise.all(waiting.map(({ entered }) => entered));
    for (const { at = 0 } of waiting) expect(at).toBeGreaterThanOrEqual(saidAt + 500);
    const returned = requests.flatMap((request) => request.returned.map(({ at }) => at));
    expect(returned).toEqual(expect.arrayContaining(held.map(({ at }) => at)));
  });

  test('that comes while a request is under way is told as soon as that is answered', async () => {
    const { open, requests } = aBudget(wide, { roundTripMs: 100 });
    const limiter = open();
    const end = await limiter.acquire(never, 'a');
    const next = enter(limiter, 'a');
    await until(() => requests.length === 2);
    end(throttled(100));
    (await next.entered)?.(answered);
    await until(() => requests.some(({ outcomes }) => outcomes.throttled.length === 1));
  });

  test('that asks for a long wait sends callers away, who hear why', async () => {
    const { open } = aBudget(wide);
    const limiter = open();
    (await limiter.acquire(never, 'a'))(throttled(30_000));
    const waiting = enter(limiter, 'a');
    await waiting.gone;
    expect(waiting.refusal).toBeInstanceOf(BudgetSpentError);
    expect((waiting.refusal as Error).message).toMatch(/429.* in (29|30|31) s/);
  });
});

test('a budget that is to be asked again in months is not asked before', async () => {
  const { open, requests } = aBudget(wide);
  const months = 100 * 86_400_000;
  const limiter = open({
    maxWaitMs: 2 * months,
    async reserve(request) {
      requests.push(request);
      return answerOf({ askAgainMs: months, nextInMs: [{ run: 'a', inMs: [months] }] }, 0);
    },
  });
  const waiting = enter(limiter, 'a');
  await until(() => requests.length === 1);
  vi.setTimerTickMode('manual');
  await vi.advanceTimersByTimeAsync(86_400_000);
  vi.setTimerTickMode('nextTimerAsync');
  expect(requests).toHaveLength(1);
  expect(waiting.end).toBeUndefined();
  await limiter.close();
});

describe('an outage', () => {
  test('lets one call through at a time, and one answer ends it', async () => {
    const { open } = aBudget(wide);
    const limiter = open();
    await startOutage(limiter);
    const calls = [enter(limiter), enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 1);
    await sleep(100);
    expect(inFlight(calls)).toBe(1);
    calls.find((each) => each.end)?.finish(answered);
    await until(() => calls.every((each) => each.end));
  });

  test('is known while it lasts, and when it was once it is over', async () => {
    const { open } = aBudget(wide);
    const limiter = open();
    const startedAt = Date.now();
    await startOutage(limiter);
    const probe = enter(limiter);
    await probe.entered;
    const { open: lasts } = limiter.outages;
    expect(lasts?.from).toBeGreaterThanOrEqual(startedAt - 50);
    expect(limiter.outages.past).toEqual([]);
    probe.finish(answered);
    expect(limiter.outages.open).toBeNull();
    expect(limiter.outages.past).toHaveLength(1);
    await call(limiter, 'run');
    expect(limiter.outages.open).toBeNull();
  });

  test('goes on where the probe was not sent: another caller is let through', async () => {
    const { open } = aBudget(wide);
    const limiter = open();
    await startOutage(limiter);
    const calls = [enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 1);
    calls.find((each) => each.end)?.finish(unsent);
    await until(() => inFlight(calls) === 1);
  });

  test('that a 503 tells of, with Retry-After, holds every call back until then, or until an answer', async () => {
    const { open } = aBudget(wide);
    const limiter = open();
    const other = await limiter.acquire(never, 'b');
    (await limiter.acquire(never, 'a'))({ kind: 'failed', retryAfterMs: 30_000 });
    const waiting = enter(limiter, 'a');
    await waiting.gone;
    expect((waiting.refusal as Error).message).toMatch(/not answered.* in (29|30|31) s/);
    other(answered);
    await call(limiter, 'a');
  });

  test('sends callers away when the next probe is far off, who hear why', async () => {
    const { open } = aBudget(wide);
    const limiter = open({ maxWaitMs: 1500 });
    await startOutage(limiter);
    const calls = [enter(limiter), enter(limiter)];
    await until(() => inFlight(calls) === 1);
    calls.find((each) => each.end)?.finish(failed);
    await until(() => calls.some((each) => each.refusal));
    const refusal = calls.find((each) => each.refusal)?.refusal;
    expect(refusal).toBeInstanceOf(BudgetSpentError);
    expect((refusal as Error).message).toMatch(/^Optimove has not answered for a while.* in 2 s\.$/);
  });
});

describe('a budget that cannot be reached', () => {
  test('is asked again; outcomes are told then, and permits are not given back twice', async () => {
    const { open, requests, breakDown } = aBudget(wide);
    const limiter = open();
    const ends = await Promise.all([limiter.acquire(never, 'a'), limiter.acquire(never, 'a')]);
    breakDown(1);
    ends[0]?.(unsent);
    ends[1]?.(failed);
    const sent = call(limiter, 'a');
    await until(() => requests.length === 2);
    expect(requests[1]).toMatchObject({ returned: [{ run: 'a' }], outcomes: { failed: 1 } });
    await sent;
    expect(requests[2]).toMatchObject({ returned: [], outcomes: { failed: 1 } });
  });

  test('in time for as long as a caller may wait sends all away as well', async () => {
    const { open, slowBy, requests } = aBudget(wide);
    const limiter = open({ maxWaitMs: 900 });
    slowBy(500);
    const waiting = enter(limiter);
    await waiting.gone;
    expect((waiting.refusal as Error).message).toMatch(/^The call budget does not answer/);
    expect(requests.length).toBeGreaterThan(1);
  });

  test('for as long as a caller may wait sends all away: their places are for other work', async () => {
    const { open, breakDown } = aBudget(wide);
    const limiter = open({ maxWaitMs: 900 });
    breakDown(2);
    const calls = [enter(limiter), enter(limiter)];
    await Promise.all(calls.map(({ gone }) => gone));
    for (const { refusal } of calls) {
      expect(refusal).toBeInstanceOf(BudgetSpentError);
      expect((refusal as Error).message).toMatch(/^The call budget does not answer/);
    }
    await call(limiter, 'a');
  });

  test('is left in peace where nobody waits', async () => {
    const { open, requests, breakDown } = aBudget(wide);
    const limiter = open();
    const end = await limiter.acquire(never, 'a');
    breakDown(9);
    const before = timers();
    end(failed);
    await until(() => requests.length === 2);
    await until(() => timers() <= before);
  });
});

describe('a limiter that is closed', () => {
  test('gives back what it holds and leaves no timer behind', async () => {
    const before = timers();
    const { open, requests, grants } = aBudget(narrow);
    const limiter = open({ maxConcurrentCalls: 4 });
    await Promise.all(Array.from({ length: 4 }, () => call(limiter, 'a')));
    const abort = new AbortController();
    enter(limiter, 'a', abort.signal);
    enter(limiter, 'b', abort.signal);
    await until(() => grants.at(-1)?.permits.length === 2);
    const held = grants.at(-1)?.permits.map(({ run, at }) => ({ run, at }));
    abort.abort(new Error('the worker drains'));
    await limiter.close();
    expect(requests.at(-1)?.returned).toEqual(held);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('gives back what is granted to it while it closes', async () => {
    const { open, requests, grants } = aBudget(wide, { roundTripMs: 50 });
    const limiter = open();
    const abort = new AbortController();
    enter(limiter, 'a', abort.signal);
    await until(() => requests.length === 1);
    abort.abort(new Error('the worker drains'));
    await limiter.close();
    expect(requests[1]?.returned).toEqual([{ run: 'a', at: grants[0]?.permits[0]?.at }]);
  });

  test('does not wait for a budget that nobody answers for', async () => {
    vi.useRealTimers();
    const silent = createSharedLimiter({ maxConcurrentCalls: 1, reserve: () => new Promise(() => {}) });
    const abort = new AbortController();
    enter(silent, 'a', abort.signal);
    await sleep(20);
    abort.abort(new Error('the worker drains'));
    await silent.close();
  });
});

interface BudgetOptions {
  /** How long a request and its answer are on their way. */
  readonly roundTripMs?: number;
  /** Calls that a run has sent before, and which. */
  readonly spentBy?: string;
  readonly spent?: number;
  /** How many processes it says that there are. */
  readonly processes?: number;
}

/** The real arithmetic, on a clock of its own, its answers on their way back for `roundTripMs`. */
function aBudget(
  windows: readonly BudgetWindow[],
  { roundTripMs = 0, spentBy, spent = 0, processes = 1 }: BudgetOptions = {},
) {
  const budget = createCallBudget(windows);
  const clock = () => now() + aheadMs;
  for (let sent = 0; sent < spent; sent += 1) {
    const asks = [{ run: spentBy ?? '', calls: 1 }];
    const now = clock() - 30_000 + sent * 100;
    reserve(budget, aReservation({ process: 'before', windows, asks, room: 1 }), now);
  }
  const requests: LimiterRequest[] = [];
  const grants: Granted[] = [];
  const askedAt: number[] = [];
  let way = roundTripMs;
  let broken = 0;
  let opened = 0;
  return {
    requests,
    grants,
    askedAt,
    slowBy(ms: number) {
      way = ms;
    },
    /** So many requests fail. */
    breakDown(times: number) {
      broken = times;
    },
    open: (options: Partial<SharedLimiterOptions> = {}) => {
      opened += 1;
      const process = `process ${opened}`;
      return createSharedLimiter({
        maxConcurrentCalls: 8,
        now,
        async reserve(request) {
          requests.push(request);
          askedAt.push(now());
          if (broken > 0) {
            broken -= 1;
            throw new Error('nobody answers');
          }
          const answeredAt = clock();
          const asked = { process, windows, callTimeoutMs: 60_000, ...request };
          const granted = reserve(budget, asked, answeredAt + request.leadMs);
          if (way > 0) await sleep(way);
          grants.push(granted);
          return { ...answerOf(granted, answeredAt), processes };
        },
        ...options,
      });
    },
  };
}

const answerOf = (granted: Partial<Granted>, answeredAt: number): LimiterAnswer => ({
  permits: [],
  askAgainMs: null,
  nextInMs: [],
  heldBy: null,
  answeredAt,
  processes: 1,
  ...granted,
});

/** The budget's clock is ahead of ours. */
const aheadMs = 300_000;

/** A call that is answered as soon as it is sent; when that was. */
async function call(limiter: SharedLimiter, run: string): Promise<number> {
  const end = await limiter.acquire(never, run);
  const sentAt = now();
  end(answered);
  return sentAt;
}

interface Entered {
  /** Ends the call, once it was let through. */
  end: ((outcome: CallOutcome) => void) | undefined;
  at: number | undefined;
  isOver: boolean;
  refusal: unknown;
  readonly entered: Promise<((outcome: CallOutcome) => void) | undefined>;
  /** When it was sent away. */
  readonly gone: Promise<void>;
  finish(outcome: CallOutcome): void;
}

function enter(limiter: SharedLimiter, run = 'run', signal = never): Entered {
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  const entered = limiter.acquire(signal, run).then(
    (end) => {
      made.end = end;
      made.at = now();
      return end;
    },
    (reason: unknown) => {
      made.refusal = reason;
      leave();
      return undefined;
    },
  );
  const made: Entered = {
    end: undefined,
    at: undefined,
    isOver: false,
    refusal: undefined,
    entered,
    gone,
    finish(outcome) {
      made.isOver = true;
      made.end?.(outcome);
    },
  };
  return made;
}

const inFlight = (calls: readonly Entered[]): number =>
  calls.filter(({ end, isOver }) => end !== undefined && !isOver).length;

/** Five calls fail. */
async function startOutage(limiter: SharedLimiter): Promise<void> {
  const ends = await Promise.all(Array.from({ length: 5 }, () => limiter.acquire(never, 'run')));
  for (const end of ends) end(failed);
}

/** The most calls in any interval of that length. */
const mostIn = (perMs: number, sent: readonly number[]): number =>
  Math.max(...sent.map((end) => sent.filter((at) => at > end - perMs && at <= end).length));

/** The process stands still: no timer of it comes meanwhile. */
function stall(ms: number): void {
  stalledMs += ms;
}

let stalledMs = 0;

function now(): number {
  return performance.now() + stalledMs;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => boolean): Promise<void> {
  const deadline = now() + 10_000;
  while (!isSo()) {
    if (now() > deadline) throw new Error(`not so within 10 s: ${isSo}`);
    await sleep(5);
  }
}

const timers = (): number => vi.getTimerCount();
