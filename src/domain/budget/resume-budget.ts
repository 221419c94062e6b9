import { boundBackOff } from './back-off.ts';
import { type RollingWindows, underOtherWindows, type WindowState } from './rolling-windows.ts';
import { readInstants, type SavedInstants, saveInstants } from './saved-instants.ts';
import { createSharedBudget, keptWindows, type SharedBudget } from './shared-budget.ts';

/** What a budget has left behind: of this version, or of an earlier one, which knew less or wrote it otherwise. */
export type SavedBudget = Pick<SharedBudget, 'configured'> &
  Partial<Omit<SharedBudget, 'windows'>> & { readonly windows: SavedWindows };

type SavedWindows = Omit<RollingWindows, 'windows'> & { readonly windows: readonly SavedWindow[] };
type SavedWindow = Omit<WindowState, 'instants'> & { readonly instants: SavedInstants };

/** All that a budget remembers, small enough to travel, whatever its windows hold. */
export function saveBudget(budget: SharedBudget): SavedBudget {
  const { windows, pausedUntil } = budget.windows;
  const saved = windows.map((window) => ({ ...window, instants: saveInstants(window.instants) }));
  return { ...budget, windows: { windows: saved, pausedUntil } };
}

/**
 * Goes on from what was saved. What has been sent is taken over in any case; of the rest, what this version understands:
 * without it runs share anew, and an outage is found out anew. A wait that the API has asked for goes on, as long as any
 * is kept to.
 */
export function resumeBudget(saved: SavedBudget, now: number): SharedBudget {
  const { configured } = saved;
  const fresh = createSharedBudget(configured);
  const settling = Array.isArray(saved.settling) ? saved.settling : fresh.settling;
  const budget = {
    configured,
    settling,
    windows: underOtherWindows(windowsOf(saved.windows), keptWindows({ configured, settling })),
    accounts: saved.accounts?.runs ? saved.accounts : fresh.accounts,
    waiting: saved.waiting ?? fresh.waiting,
    heard: saved.heard ?? fresh.heard,
    throttle: { ...fresh.throttle, ...saved.throttle },
    outage: saved.outage ?? fresh.outage,
    trial: saved.trial ?? fresh.trial,
  };
  boundBackOff(budget, now);
  return budget;
}

function windowsOf({ windows, pausedUntil }: SavedWindows): RollingWindows {
  return { windows: windows.map(windowOf), pausedUntil: pausedUntil ?? null };
}

function windowOf({ calls, perMs, instants, strangers }: SavedWindow): WindowState {
  return { calls, perMs, instants: readInstants(instants), strangers: strangers ?? null };
}
