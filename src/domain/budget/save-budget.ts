/** What a budget leaves behind when its history becomes long, or when a person terminates it, and how it goes on from that. */
import { boundBackOff } from './back-off.ts';
import type { CallBudget, RollingWindows, WindowState } from './budget-state.ts';
import { keptWindows, replaceWindows } from './rolling-windows.ts';

/** All that a budget remembers, as JSON of a few ten thousand bytes. */
export type SavedBudget = Omit<CallBudget, 'windows'> & { readonly windows: SavedWindows };

type SavedWindows = Omit<RollingWindows, 'windows'> & { readonly windows: readonly SavedWindow[] };
type SavedWindow = Omit<WindowState, 'instants'> & { readonly instants: SavedInstants };

/** Ascending instants as they are saved: one, or one with how many calls stand there. */
type SavedInstants = readonly (number | Group)[];
type Group = readonly [at: number, calls: number];

/** What could be learned of the budget that was kept under the same workflow id before. */
export type RecalledBudget =
  | { readonly found: 'nothing' }
  | { readonly found: 'budget'; readonly budget: SavedBudget }
  /** There was one, and what it remembered cannot be read: all that could have been sent counts as sent. */
  | { readonly found: 'unreadable' };

/** All that a budget remembers, small enough to travel, however many calls its windows hold. */
export function saveBudget(budget: CallBudget): SavedBudget {
  const { windows, backOffUntil } = budget.windows;
  const saved = windows.map((window) => ({ ...window, instants: saveInstants(window.instants) }));
  return { ...budget, windows: { windows: saved, backOffUntil } };
}

/** Goes on from what was saved. A wait that the API has asked for goes on, no longer than the longest that is obeyed. */
export function resumeBudget(saved: SavedBudget, now: number): CallBudget {
  const { windows, backOffUntil } = saved.windows;
  const read = windows.map((window) => ({ ...window, instants: readInstants(window.instants) }));
  const budget = { ...saved, windows: replaceWindows({ windows: read, backOffUntil }, keptWindows(saved)) };
  boundBackOff(budget, now);
  return budget;
}

/** The newest are saved as they are: all that count in the default windows, and any that may still be given back. */
const exactAtMost = 2_000;
/** Older ones, in about so many groups. */
const groupsAtMost = 1_000;

/**
 * A few ten thousand bytes, however many calls a window holds: what is saved travels as one payload, and those have a
 * limit. Each group of older calls is taken as sent when its last one was, so a window never lets more through for it.
 */
export function saveInstants(instants: readonly number[]): SavedInstants {
  if (instants.length <= exactAtMost + groupsAtMost) return instants;
  const older = instants.slice(0, -exactAtMost);
  return [...groupInstants(older), ...instants.slice(-exactAtMost)];
}

export function readInstants(saved: SavedInstants): number[] {
  const instants = saved.flatMap((entry) =>
    typeof entry === 'number' ? [entry] : Array<number>(entry[1]).fill(entry[0]),
  );
  return instants.sort((a, b) => a - b);
}

/** Calls of one instant stay together, and join others only below the size of a group: saved again and again, they hardly move. */
function groupInstants(instants: readonly number[]): Group[] {
  const atOnce: Group[] = [];
  for (const at of instants) {
    const last = atOnce.at(-1);
    if (last?.[0] === at) atOnce[atOnce.length - 1] = [at, last[1] + 1];
    else atOnce.push([at, 1]);
  }
  if (atOnce.length <= groupsAtMost) return atOnce;
  const size = Math.ceil((2 * instants.length) / groupsAtMost);
  const groups: Group[] = [];
  for (const [at, calls] of atOnce) {
    const last = groups.at(-1);
    if (last && last[1] + calls <= size) groups[groups.length - 1] = [at, last[1] + calls];
    else groups.push([at, calls]);
  }
  return groups;
}
