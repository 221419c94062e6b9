import { backOffUntil } from './back-off.ts';
import { reportUse } from './call-budget.ts';
import { listWaitingCalls, type WaitingRun } from './demand.ts';
import { resumeBudget, type SavedBudget } from './save-budget.ts';
import type { BudgetWindow, WindowUse } from './window.ts';

/** How many of a window's calls are free at an instant. */
export interface FreeAt {
  /** Milliseconds from now; negative: before. */
  readonly inMs: number;
  readonly free: number;
}

/** A window's calls as they are used up, and as they come back where none is sent any more. */
export interface BurnDown extends WindowUse {
  /** From the window's length ago to its length ahead, in order; the free calls stay so until the next point. */
  readonly points: readonly FreeAt[];
}

/** A connection's budget as a picture shows it: by what it remembered when it was last changed, and what has left its windows since. */
export interface BudgetView {
  readonly windows: readonly BurnDown[];
  /** Calls that wait for a permit, by run. */
  readonly waiting: readonly WaitingRun[];
  /** Until when the API takes no calls, as it has said; ISO 8601, or null. */
  readonly throttledUntil: string | null;
  /** Since when no call is answered; ISO 8601, or null. */
  readonly outageSince: string | null;
}

/** `now`: milliseconds since 1970. */
export function viewBudget(saved: SavedBudget, now: number): BudgetView {
  const budget = resumeBudget(saved, now);
  const until = backOffUntil(budget, now);
  const { circuit, windows, configured, waiting } = budget;
  return {
    windows: reportUse(budget, now).map((use, index) => {
      const instants = windows.windows[index]?.instants ?? [];
      return { ...use, points: burnDown({ ...use, perMs: configured[index]?.perMs ?? 0 }, instants, now) };
    }),
    waiting: listWaitingCalls(waiting, now),
    throttledUntil: until === null ? null : new Date(until).toISOString(),
    outageSince: circuit.probe === null ? null : new Date(circuit.since).toISOString(),
  };
}

/** The view of a budget of which nothing was used: no call of the connection was ever asked for. */
export const viewUnusedBudget = (windows: readonly BudgetWindow[]): BudgetView => ({
  windows: windows.map(({ calls, perMs }) => ({
    calls,
    perSeconds: perMs / 1000,
    used: 0,
    free: calls,
    points: [
      { inMs: -perMs, free: calls },
      { inMs: perMs, free: calls },
    ],
  })),
  waiting: [],
  throttledUntil: null,
  outageSince: null,
});

/** A picture needs no more points than it has room for. */
const stepsAtMost = 60;

function burnDown(
  { calls, used, perMs }: WindowUse & { readonly perMs: number },
  instants: readonly number[],
  now: number,
): FreeAt[] {
  const counted = instants.filter((at) => at > now - perMs);
  // What is used beyond our own calls is booked for others.
  const others = Math.max(0, used - counted.length);
  const stepMs = (2 * perMs) / stepsAtMost;
  const points: FreeAt[] = [];
  for (let step = 0; step <= stepsAtMost; step += 1) {
    const inMs = Math.round(step * stepMs - perMs);
    const at = now + inMs;
    const own = counted.filter((sent) => (inMs <= 0 ? sent <= at : sent > at - perMs)).length;
    points.push({ inMs, free: Math.max(0, calls - others - own) });
  }
  return points;
}
