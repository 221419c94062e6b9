import { useOfWindows } from './rolling-windows.ts';
import { createSharedBudget, type SharedBudget } from './shared-budget.ts';
import type { BudgetWindow } from './window.ts';
import type { WindowUse } from './window-use.ts';

/** What `river budget` shows of a connection. */
export interface BudgetReport {
  readonly connection: string;
  readonly windows: readonly WindowUse[];
  /** Calls that wait for a permit. */
  readonly waiting: number;
  /** ISO 8601; null where the API holds nothing back. */
  readonly throttledUntil: string | null;
}

/** Each window as configured: that it is kept for a little longer is the budget's own caution. */
export function useOfBudget(budget: SharedBudget, now: number): WindowUse[] {
  const kept = useOfWindows(budget.windows, now);
  return budget.configured.map(({ calls, perMs }, index) => {
    const used = Math.min(calls, kept[index]?.used ?? 0);
    return { calls, perSeconds: perMs / 1000, used, free: calls - used };
  });
}

/** How long ago each booked call was sent, in milliseconds, as far back as the budget remembers; negative: it is booked ahead. */
export function sentAgoMs({ windows }: SharedBudget, now: number): number[] {
  const [longest] = windows.windows.toSorted((a, b) => b.perMs - a.perMs);
  return (longest?.instants ?? []).map((at) => now - at);
}

/** Until when no call may be sent because the API has said so, with 429 or a 503's Retry-After; null where one may. */
export function throttledUntil({ windows, outage }: SharedBudget, now: number): number | null {
  const until = Math.max(windows.pausedUntil ?? now, (outage.probe && outage.heldUntil) ?? now);
  return until > now ? until : null;
}

/** A budget of which nothing is known: whatever could have been sent was sent just now. */
export function createFullBudget(windows: readonly BudgetWindow[], now: number): SharedBudget {
  const budget = createSharedBudget(windows);
  for (const { calls, instants } of budget.windows.windows) instants.push(...Array<number>(calls).fill(now));
  return budget;
}
