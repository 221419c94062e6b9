import type { CallBudget, RollingWindows } from './budget-state.ts';
import {
  isHalfOpen,
  measureOutage,
  needsTrial,
  recordProbePermit,
  startTrial,
  trialPollMs,
} from './circuit-breaker.ts';
import { type Demand, lateMs, listWaiting, type Requester, readDemand } from './demand.ts';
import { copyForPlanning, permitHorizonMs } from './external-usage.ts';
import { chargeRun, isSmallRun, raiseLevel, windowShare } from './fair-share.ts';
import type { Granted, NextCalls, Permit, Reservation } from './reservation.ts';
import { nextAt, planCall, recordCall } from './rolling-windows.ts';

/** Calls whose time is told ahead, so that a process knows which of its calls wait too long to wait there. */
const toldAhead = 64;
/** Processes that wait ask this far apart from each other, so that they don't overload the budget. */
const paceMs = 150;

/**
 * Gives permits for the slots that are near, each to the run whose turn it is. Processes that are to ask again count as
 * well: a slot at which they will be back is theirs if it is their turn, and is left for them. Where it is to be found
 * out whether the API can be called at all, one permit is given, and the next when the outcome of its call is known.
 */
export function grantCalls(budget: CallBudget, request: Reservation, now: number): Granted {
  const { circuit, windows } = budget;
  const { demands, own } = readDemand(budget, request, now);
  const ownDemands = demands.filter(({ requester }) => requester === own);
  raiseLevel(
    budget.shares,
    demands.map(({ run }) => run.name),
  );

  const aheadMs = permitHorizonMs(budget, now);
  const from = Math.max(now, circuit.probe?.at ?? now);
  const order = circuit.probe ? longestWaiting : leastServed;
  const isTrial = needsTrial(budget);
  const plan = copyForPlanning(windows, now);
  const permits: Permit[] = [];
  const leftFor: Requester[] = [];
  for (let most = limitPermits(budget, now); most > 0; most -= 1) {
    if (own.room <= 0 || !ownDemands.some(({ calls }) => calls > 0)) break;
    const isNear = ({ requester }: Demand, at: number) =>
      requester.room > 0 && at <= now + aheadMs && requester.from <= at;
    const next = planNext(plan, from, demands, order, isNear);
    if (!next) break;
    const { run, requester } = next.demand;
    if (requester !== own) {
      leftFor.push(requester);
      continue;
    }
    permits.push({ run: run.name, at: next.at, probe: isTrial });
    if (circuit.probe) {
      const freeAt = nextAt(windows, circuit.probe.at, windowShare(run.sent));
      budget.circuit = recordProbePermit(circuit, freeAt, next.at);
    }
    recordCall(windows, next.at);
    chargeRun(budget.shares, run.name, now);
  }
  if (isTrial && permits[0]) startTrial(budget, request.process, permits[0].at, request.callTimeoutMs);

  const held = readHeldBy(budget, now);
  const unmet = ownDemands.filter(({ calls }) => calls > 0);
  const nextFrom = from + trialPollMs(budget);
  let againMs: number | null = null;
  if (unmet.length > 0 && own.room > 0) {
    const share = Math.max(...unmet.map(({ run }) => windowShare(run.sent)));
    const others = new Set(demands.map(({ requester }) => requester)).size - 1;
    const standing = { own, nextAt: nextAt(plan, nextFrom, share), leftFor, aheadMs, others };
    againMs = askAgainMs(budget, standing, now);
  }
  // Last, for it uses up what is unmet.
  const nextInMs = tellAhead(copyForPlanning(windows, now), nextFrom, unmet, order, now);
  return { permits, askAgainMs: againMs, nextInMs, ...held };
}

/** How many permits may be given at once. */
function limitPermits(budget: CallBudget, now: number): number {
  if (!needsTrial(budget)) return Number.POSITIVE_INFINITY;
  return isHalfOpen(budget, now) ? 0 : 1;
}

/** Which of two demands is served first. */
type Order = (a: Demand, b: Demand) => boolean;

/** The run that was served least; of two, the small one; in it, the process that has waited longest. */
const leastServed: Order = (a, b) => {
  if (a.run.position !== b.run.position) return a.run.position < b.run.position;
  if (isSmallRun(a.run.sent) !== isSmallRun(b.run.sent)) return isSmallRun(a.run.sent);
  return a.requester.since < b.requester.since;
};

const longestWaiting: Order = (a, b) => a.requester.since < b.requester.since;

/**
 * Plans the next call: from an instant on, of the demands whose slot fits, the first in order. It is booked in the plan,
 * and its run has had its turn. Undefined where none fits.
 */
function planNext(
  plan: RollingWindows,
  from: number,
  demands: readonly Demand[],
  isBefore: Order,
  fits: (demand: Demand, at: number) => boolean,
): { readonly demand: Demand; readonly at: number } | undefined {
  const slots = new Map<number, number>();
  const findSlot = ({ run }: Demand): number => {
    const share = windowShare(run.sent);
    const slot = slots.get(share) ?? nextAt(plan, from, share);
    slots.set(share, slot);
    return slot;
  };
  let first: Demand | undefined;
  for (const demand of demands) {
    if (demand.calls <= 0 || (first && !isBefore(demand, first))) continue;
    if (fits(demand, findSlot(demand))) first = demand;
  }
  if (!first) return undefined;
  const at = findSlot(first);
  planCall(plan, at);
  first.calls -= 1;
  first.requester.room -= 1;
  first.run.position += 1;
  first.run.sent += 1;
  return { demand: first, at };
}

/**
 * When calls of a process that were not granted may be sent. No other process is counted on to call: one that is told to
 * come too late leaves a slot unused, one that is told to come too early asks once more.
 */
function tellAhead(
  plan: RollingWindows,
  from: number,
  demands: readonly Demand[],
  order: Order,
  now: number,
): NextCalls[] {
  const inMs = new Map<string, number[]>();
  for (let told = 0; told < toldAhead; told += 1) {
    const next = planNext(plan, from, demands, order, () => true);
    if (!next) break;
    const { name } = next.demand.run;
    const each = inMs.get(name) ?? [];
    inMs.set(name, each);
    each.push(next.at - now);
  }
  return [...inMs].map(([run, each]) => ({ run, inMs: each }));
}

/** The standing of a process that was not given all. */
interface Standing {
  readonly own: Requester;
  /** When its next call may be sent, behind those for whom slots are left. */
  readonly nextAt: number;
  /** Those for whom slots are left. */
  readonly leftFor: readonly Requester[];
  readonly aheadMs: number;
  /** How many other processes wait. */
  readonly others: number;
}

/** In how many milliseconds to ask again: before its turn, or in the place of the first that does not come. */
function askAgainMs(budget: CallBudget, standing: Standing, now: number): number {
  const { own, leftFor, aheadMs, others } = standing;
  const turnInMs = standing.nextAt - now - spreadLeadMs(budget, own.process, aheadMs);
  const insteadInMs = Math.min(...leftFor.map(({ from }) => from + lateMs - now));
  return Math.max(trialPollMs(budget), paceMs * (others + 1), Math.min(turnInMs, insteadInMs));
}

/** How long before its slot a process is to ask; not all at the same time. */
function spreadLeadMs({ waiting }: CallBudget, process: string, aheadMs: number): number {
  const processes = listWaiting(waiting);
  const place = processes.includes(process) ? processes.indexOf(process) : processes.length;
  return aheadMs * (1 / 4 + (1 / 2) * ((place + 1) / (processes.length + 2)));
}

/** Why calls wait, where it is not the windows alone. */
function readHeldBy(budget: CallBudget, now: number): Pick<Granted, 'heldBy' | 'outage'> {
  const { circuit, throttle, windows } = budget;
  if (circuit.probe) {
    const freeAt = isHalfOpen(budget, now) ? null : nextAt(windows, circuit.probe.at, 1);
    return { heldBy: 'outage', outage: measureOutage(circuit, freeAt, now) };
  }
  return { heldBy: throttle.inRow > 0 || (windows.backOffUntil ?? 0) > now ? 'throttle' : null };
}
