import { shareOfLargeRuns } from './permit.ts';
import type { Reservation } from './reservation.ts';
import { nextAt, planCall, type RollingWindows } from './rolling-windows.ts';
import { isLittle, sentBy, standOf } from './run-accounts.ts';
import type { SharedBudget } from './shared-budget.ts';
import { lateMs } from './waiting-processes.ts';

/** The calls of a run that wait in a process. */
export interface Line {
  readonly run: RunInTurn;
  readonly place: Place;
  calls: number;
}

/** A process that waits for permits. */
export interface Place {
  readonly process: string;
  /** Since when it has been given nothing. */
  readonly since: number;
  /** It can't be given a permit for an earlier instant. */
  readonly from: number;
  room: number;
}

/** A run while its calls are planned. */
interface RunInTurn {
  readonly name: string;
  stand: number;
  sent: number;
}

/** All that wait: in the process that asks, and in those that are to ask again. */
export function linesOf(
  { accounts, waiting }: SharedBudget,
  { process, asks, room }: Reservation,
  now: number,
): { readonly lines: Line[]; readonly own: Place } {
  const runs = new Map<string, RunInTurn>();
  const turnOf = (name: string): RunInTurn => {
    const turn = runs.get(name) ?? { name, stand: standOf(accounts, name), sent: sentBy(accounts, name) };
    runs.set(name, turn);
    return turn;
  };
  const own = { process, since: waiting[process]?.since ?? now, from: now, room };
  const lines: Line[] = asks.map(({ run, calls }) => ({ run: turnOf(run), place: own, calls }));
  for (const [other, { since, asksAt, room: roomThere, asks: asksThere }] of Object.entries(waiting)) {
    if (other === process) continue;
    // One that is late already may not come at all: what can be used now is not left for it.
    const from = asksAt > now ? asksAt : now + lateMs;
    const place = { process: other, since, from, room: roomThere };
    for (const { run, calls } of asksThere) lines.push({ run: turnOf(run), place, calls });
  }
  return { lines, own };
}

/** Which of two lines is served first. */
export type Order = (a: Line, b: Line) => boolean;

/** The run that has been served least; of two, the one that has sent little; in it, the process that has waited longest. */
export const inTurn: Order = (a, b) => {
  if (a.run.stand !== b.run.stand) return a.run.stand < b.run.stand;
  if (isLittle(a.run.sent) !== isLittle(b.run.sent)) return isLittle(a.run.sent);
  return a.place.since < b.place.since;
};

export const longestWaiting: Order = (a, b) => a.place.since < b.place.since;

/** The part of the windows that a run may fill which was given so many calls. */
export const shareOf = (sent: number): number => (isLittle(sent) ? 1 : shareOfLargeRuns);

/** A call at its slot. */
export interface Planned {
  readonly line: Line;
  readonly at: number;
}

/**
 * Plans the next call: from an instant on, of the lines whose slot fits, the first in order. It is booked in the plan,
 * and its run has had its turn. Undefined where none fits.
 */
export function planNext(
  plan: RollingWindows,
  from: number,
  lines: readonly Line[],
  isBefore: Order,
  fits: (line: Line, at: number) => boolean,
): Planned | undefined {
  const slots = new Map<number, number>();
  const slotOf = ({ run }: Line): number => {
    const share = shareOf(run.sent);
    const slot = slots.get(share) ?? nextAt(plan, from, share);
    slots.set(share, slot);
    return slot;
  };
  let first: Line | undefined;
  for (const line of lines) {
    if (line.calls <= 0 || (first && !isBefore(line, first))) continue;
    if (fits(line, slotOf(line))) first = line;
  }
  if (!first) return undefined;
  const at = slotOf(first);
  planCall(plan, at);
  first.calls -= 1;
  first.place.room -= 1;
  first.run.stand += 1;
  first.run.sent += 1;
  return { line: first, at };
}
