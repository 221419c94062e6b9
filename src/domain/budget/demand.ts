/**
 * Who waits for calls: one ledger for all processes of a connection. A call waits in the queue of its process, which
 * asks again when it is told to, and slots that are near are left for it; or, where that would take long, in its run,
 * which sleeps on a timer while its process does not ask for it. Both are counted for `river budget`.
 */
import type { CallBudget, WaitingLedger, WaitingProcess } from './budget-state.ts';
import { countSent, readPosition } from './fair-share.ts';
import type { Granted, Reservation, WaitingCalls } from './reservation.ts';

/** A process that is this late to ask again has ended, or its calls are no longer wanted: no slot is left for it. */
export const lateMs = 1_000;
/** A process that is this late is no longer counted. */
const goneAfterMs = 30_000;
/** A call that must wait for longer waits in its run, not in its process. */
const waitsInProcessMs = 10_000;

/** The calls of a run that wait in a process. */
export interface Demand {
  readonly run: DemandingRun;
  readonly requester: Requester;
  calls: number;
}

/** A process that waits for permits. */
export interface Requester {
  readonly process: string;
  /** Since when it has been given nothing. */
  readonly since: number;
  /** It can't be given a permit for an earlier instant. */
  readonly from: number;
  room: number;
}

/** A run while its calls are planned. */
interface DemandingRun {
  readonly name: string;
  position: number;
  sent: number;
}

/** All demand: of the process that asks, and of those that are to ask again. */
export function readDemand(
  { shares, waiting }: CallBudget,
  { process, asks, room }: Reservation,
  now: number,
): { readonly demands: Demand[]; readonly own: Requester } {
  const runs = new Map<string, DemandingRun>();
  const readRun = (name: string): DemandingRun => {
    const known = runs.get(name);
    const run = known ?? { name, position: readPosition(shares, name), sent: countSent(shares, name) };
    runs.set(name, run);
    return run;
  };
  const own = { process, since: waitsSince(waiting[process]) ?? now, from: now, room };
  const demands: Demand[] = asks.map(({ run, calls }) => ({ run: readRun(run), requester: own, calls }));
  for (const [other, entry] of Object.entries(waiting)) {
    if (other === process || entry.asksAt === null) continue;
    // A process that is late already may not come at all: what can be used now is not left for it.
    const from = entry.asksAt > now ? entry.asksAt : now + lateMs;
    const requester = { process: other, since: entry.since, from, room: entry.room };
    for (const { run, calls } of entry.asks) demands.push({ run: readRun(run), requester, calls });
  }
  return { demands, own };
}

const waitsSince = (entry: WaitingProcess | undefined): number | null =>
  entry === undefined || entry.asksAt === null ? null : entry.since;

/** The processes that are to ask again, in the order in which they began to wait. */
export function listWaiting(ledger: WaitingLedger): string[] {
  return Object.keys(ledger).filter((process) => waitsSince(ledger[process]) !== null);
}

/** Notes what a process was not given, and when it is to ask again. */
export function recordDemand(
  ledger: WaitingLedger,
  request: Reservation,
  granted: Granted,
  now: number,
): void {
  const { process, room } = request;
  const { permits, askAgainMs } = granted;
  const before = ledger[process];
  const since = waitsSince(before);
  // A process that begins to wait goes behind those that wait already.
  if (since === null && askAgainMs !== null) delete ledger[process];
  const asks = subtractPermits(request, granted);
  ledger[process] = {
    asks,
    room: room - permits.length,
    since: permits.length > 0 ? now : (since ?? now),
    asksAt: askAgainMs === null ? null : now + askAgainMs,
    goneAt: now + (askAgainMs ?? 0) + goneAfterMs,
    asleep: { ...stillAsleep(before, request, now), ...findAsleep(asks, granted, now) },
  };
}

function subtractPermits({ asks }: Reservation, { permits }: Granted): WaitingCalls[] {
  const given = new Map<string, number>();
  for (const { run } of permits) given.set(run, (given.get(run) ?? 0) + 1);
  return asks
    .map(({ run, calls }) => {
      const granted = Math.min(calls, given.get(run) ?? 0);
      given.set(run, (given.get(run) ?? 0) - granted);
      return { run, calls: calls - granted };
    })
    .filter(({ calls }) => calls > 0);
}

type Asleep = WaitingProcess['asleep'];

/** Runs that went to sleep earlier, and for which the process does not ask. */
function stillAsleep(before: WaitingProcess | undefined, { asks }: Reservation, now: number): Asleep {
  const asked = new Set(asks.map(({ run }) => run));
  return Object.fromEntries(
    Object.entries(before?.asleep ?? {}).filter(([run, { until }]) => until > now && !asked.has(run)),
  );
}

/** Runs whose calls are told such a long wait that they go to sleep. */
function findAsleep(asks: readonly WaitingCalls[], { nextInMs }: Granted, now: number): Asleep {
  const waits = asks.map(({ run, calls }) => {
    const inMs = Math.max(0, ...(nextInMs.find((next) => next.run === run)?.inMs ?? []));
    return { run, calls, inMs };
  });
  const long = waits.filter(({ inMs }) => inMs > waitsInProcessMs);
  return Object.fromEntries(long.map(({ run, calls, inMs }) => [run, { calls, until: now + inMs }]));
}

/** Leaves no more slots for processes that are late, and forgets those that are gone when their runs are awake. */
export function forgetLateProcesses(ledger: WaitingLedger, now: number): void {
  for (const [process, entry] of Object.entries(ledger)) {
    const isAsleep = Object.values(entry.asleep).some(({ until }) => until >= now);
    if (entry.goneAt < now && !isAsleep) delete ledger[process];
    else if (entry.asksAt !== null && entry.asksAt + lateMs < now)
      ledger[process] = { ...entry, asksAt: null };
  }
}

/** Runs that sleep are woken: they ask again at once, and are counted when they do. */
export function wakeRuns(ledger: WaitingLedger, now: number): void {
  for (const [process, entry] of Object.entries(ledger)) {
    const awake = Object.entries(entry.asleep).map(([run, { calls }]) => [run, { calls, until: now }]);
    ledger[process] = { ...entry, asleep: Object.fromEntries(awake) };
  }
}

/** Calls of a run that wait for a permit. */
export interface WaitingRun extends WaitingCalls {
  /** Until when its run sleeps, in milliseconds since 1970; null where it waits in a process. */
  readonly until: number | null;
}

/** The calls that wait for a permit, in processes and in runs that sleep; each run once, in the order in which they wait. */
export function listWaitingCalls(ledger: WaitingLedger, now: number): WaitingRun[] {
  const inProcess = ({ asks, goneAt, asleep }: WaitingProcess): WaitingRun[] =>
    goneAt < now
      ? []
      : asks
          .filter(({ run }) => asleep[run] === undefined)
          .map(({ run, calls }) => ({ run, calls, until: null }));
  const inRuns = ({ asleep }: WaitingProcess): WaitingRun[] =>
    Object.entries(asleep)
      .filter(([, { until }]) => until > now)
      .map(([run, { calls, until }]) => ({ run, calls, until }));
  const all = Object.values(ledger).flatMap((entry) => [...inProcess(entry), ...inRuns(entry)]);
  return [...Map.groupBy(all, ({ run }) => run)].map(([run, waits]) => ({
    run,
    calls: waits.reduce((sum, { calls }) => sum + calls, 0),
    until: waits.some(({ until }) => until === null)
      ? null
      : Math.min(...waits.map(({ until }) => until ?? 0)),
  }));
}

/** How many calls wait for a permit. */
export const countWaitingCalls = (ledger: WaitingLedger, now: number): number =>
  listWaitingCalls(ledger, now).reduce((all, { calls }) => all + calls, 0);

/** How many processes have asked lately, waiting or not. */
export function countProcesses(ledger: WaitingLedger, now: number): number {
  return Object.values(ledger).filter(({ goneAt }) => goneAt >= now).length;
}
