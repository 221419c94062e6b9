import { permitsAheadMs } from './permit.ts';
import { copyOfWindows, type RollingWindows } from './rolling-windows.ts';
import type { SharedBudget } from './shared-budget.ts';
import { shortestMs } from './window.ts';

/** How far ahead a permit may lie while strangers call as well. */
const carefulAheadMs = 2_000;

/** How far ahead a permit may lie. */
export function aheadMsOf({ windows, configured }: SharedBudget, now: number): number {
  const aheadMs = areStrangersAbout(windows, now) ? carefulAheadMs : permitsAheadMs;
  return Math.min(aheadMs, shortestMs(configured));
}

/**
 * The windows, to plan calls in. While strangers are about, a window may be full where we think that it is not, and all
 * calls that are under way by then are refused: so calls don't go out all at once.
 */
export function planIn(windows: RollingWindows, now: number): RollingWindows {
  const plan = copyOfWindows(windows);
  const [shortest] = plan.windows.toSorted((a, b) => a.perMs - b.perMs);
  if (!shortest || !areStrangersAbout(windows, now)) return plan;
  const pace = {
    calls: Math.ceil(shortest.calls / 10),
    perMs: shortest.perMs / 10,
    instants: shortest.instants.slice(),
    strangers: null,
  };
  return { ...plan, windows: [...plan.windows, pace] };
}

/** For the length of a window after what was left to strangers is ours again, they may still be there. */
const areStrangersAbout = ({ windows }: RollingWindows, now: number): boolean =>
  windows.some(({ strangers, perMs }) => strangers !== null && strangers.until + perMs > now);
