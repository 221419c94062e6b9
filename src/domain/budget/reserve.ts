import { learn } from './learn.ts';
import { permitsAheadMs, shareOfLargeRuns } from './permit.ts';
import type { Granted, Permit, Reservation } from './reservation.ts';
import { nextAt, nextTimes, recordCall, withdrawCall } from './rolling-windows.ts';
import { forgetRuns, hasSentLittle, servedOf, serveRun } from './run-accounts.ts';
import { configure, type SharedBudget } from './shared-budget.ts';
import { shortestMs } from './window.ts';

/** Calls whose time is told ahead, so that a process knows which of its callers wait too long to wait here. */
const toldAhead = 64;
/** A probe that nobody has told about for this long after its time died with its process. */
const probeLastsMs = 6 * 60_000;

/**
 * Answers a process at once: with permits for those of its calls whose time is near, and with when to ask again for
 * the others. Takes in first what it has learned and gives back.
 */
export function reserve(budget: SharedBudget, request: Reservation, now: number): Granted {
  configure(budget, request.windows, now);
  for (const { run, at } of request.returned) {
    withdrawCall(budget.windows, at);
    serveRun(budget.accounts, run, now, -1);
  }
  learn(budget, request.news, now);
  forgetRuns(budget.accounts, now - Math.max(...budget.windows.windows.map(({ perMs }) => perMs)));
  return budget.outage.probe ? grantProbe(budget, request, now) : grantCalls(budget, request, now);
}

function grantCalls(budget: SharedBudget, request: Reservation, now: number): Granted {
  const aheadMs = Math.min(permitsAheadMs, shortestMs(budget.configured));
  const asks = new Map(request.asks.map(({ run, calls }) => [run, calls]));
  const permits: Permit[] = [];
  while (permits.length < request.room) {
    const run = nextRun(budget, asks, now);
    if (run === undefined) break;
    const at = nextAt(budget.windows, now, shareOf(budget, run));
    if (at - now > aheadMs) break;
    permits.push(grant(budget, run, at, now, false));
    asks.set(run, (asks.get(run) ?? 0) - 1);
  }
  const unmet = nextRun(budget, asks, now);
  if (unmet === undefined) return { permits, askAgainMs: null, nextInMs: [], heldBy: null };
  const nextInMs = nextTimes(budget.windows, now, toldAhead, shareOf(budget, unmet)).map((at) => at - now);
  return {
    permits,
    // A process without room asks when it has some.
    askAgainMs:
      permits.length < request.room ? Math.max(aheadMs / 10, (nextInMs[0] ?? 0) - aheadMs / 2) : null,
    nextInMs,
    heldBy: (budget.windows.pausedUntil ?? 0) > now || budget.throttle.inRow > 0 ? 'throttle' : null,
  };
}

/** While the whole API is away: one call at a time, after growing waits, for whoever asks then. */
function grantProbe(budget: SharedBudget, { asks, room }: Reservation, now: number): Granted {
  const { at: probeAt } = budget.outage.probe ?? { at: now };
  const [longest] = asks;
  const isFree = budget.probingUntil === null || budget.probingUntil <= now;
  const at = nextAt(budget.windows, Math.max(now, probeAt));
  const waitMs = at - now;
  if (longest && room > 0 && isFree && waitMs <= Math.min(permitsAheadMs, shortestMs(budget.configured))) {
    budget.probingUntil = at + probeLastsMs;
    const probe = grant(budget, longest.run, at, now, true);
    return { permits: [probe], askAgainMs: waitMs + 1_000, nextInMs: [waitMs + 1_000], heldBy: 'outage' };
  }
  const againMs = Math.max(1_000, waitMs);
  return { permits: [], askAgainMs: asks.length > 0 ? againMs : null, nextInMs: [againMs], heldBy: 'outage' };
}

function grant(budget: SharedBudget, run: string, at: number, now: number, probe: boolean): Permit {
  recordCall(budget.windows, at);
  serveRun(budget.accounts, run, now);
  return { run, at, afterMs: at - now, probe };
}

/** Of those that ask: runs that have sent little before the others, then the one that has been served least. */
function nextRun(budget: SharedBudget, asks: ReadonlyMap<string, number>, now: number): string | undefined {
  const waiting = [...asks].flatMap(([run, calls]) => (calls > 0 ? [run] : []));
  const order = (run: string) => (hasSentLittle(budget.accounts, run) ? -1 : 0);
  return waiting.sort(
    (a, b) => order(a) - order(b) || servedOf(budget.accounts, a, now) - servedOf(budget.accounts, b, now),
  )[0];
}

const shareOf = (budget: SharedBudget, run: string): number =>
  hasSentLittle(budget.accounts, run) ? 1 : shareOfLargeRuns;
