import { askAgainMs, pollMs } from './ask-again.ts';
import {
  inTurn,
  type Line,
  linesOf,
  longestWaiting,
  type Order,
  type Place,
  planNext,
  shareOf,
} from './lines.ts';
import { outageSoFar, probePermitted } from './outage.ts';
import { permitMs } from './permit.ts';
import { aheadMsOf, planIn } from './planning.ts';
import type { Granted, NextCalls, Permit, Reservation } from './reservation.ts';
import { nextAt, type RollingWindows, recordCall } from './rolling-windows.ts';
import { raiseLevel, serveRun } from './run-accounts.ts';
import type { SharedBudget } from './shared-budget.ts';
import { shortestMs } from './window.ts';

/** Calls whose time is told ahead, so that a process knows which of its callers wait too long to wait here. */
const toldAhead = 64;
/** A probe that nobody has told about for this long after its time died with its process … */
const probeLastsMs = 6 * 60_000;
/** … or for this much longer than a call may take: what it brought is put away before it is told of. */
const keepsForMs = 60_000;

/**
 * Gives permits for the slots that are near, each to the run whose turn it is. Processes that are to ask again count as
 * well: a slot at which they will be back is theirs if it is their turn, and is left for them. Where it is to be found
 * out whether the API can be called at all, one permit is given, and the next when it is known what came of it.
 */
export function grantCalls(budget: SharedBudget, request: Reservation, now: number): Granted {
  const { outage, windows } = budget;
  const { lines, own } = linesOf(budget, request, now);
  const ownLines = lines.filter(({ place }) => place === own);
  raiseLevel(
    budget.accounts,
    lines.map(({ run }) => run.name),
  );

  const aheadMs = aheadMsOf(budget, now);
  const from = Math.max(now, outage.probe?.at ?? now);
  const order = outage.probe ? longestWaiting : inTurn;
  const isTrial = outage.probe !== null || budget.throttle.inRow > 0;
  const plan = planIn(windows, now);
  const permits: Permit[] = [];
  const leftFor: Place[] = [];
  for (let most = mostPermits(budget, isTrial, now); most > 0; most -= 1) {
    if (own.room <= 0 || !ownLines.some(({ calls }) => calls > 0)) break;
    const isNear = ({ place }: Line, at: number) => place.room > 0 && at <= now + aheadMs && place.from <= at;
    const next = planNext(plan, from, lines, order, isNear);
    if (!next) break;
    const { run, place } = next.line;
    if (place !== own) {
      leftFor.push(place);
      continue;
    }
    permits.push({ run: run.name, at: next.at, afterMs: next.at - now, probe: isTrial });
    if (outage.probe)
      budget.outage = probePermitted(outage, nextAt(windows, outage.probe.at, shareOf(run.sent)), next.at);
    recordCall(windows, next.at);
    serveRun(budget.accounts, run.name, now);
  }
  if (isTrial && permits[0]) {
    const probeMs = Math.max(probeLastsMs, (request.callTimeoutMs ?? 0) + keepsForMs);
    const lastsMs = outage.probe ? probeMs : shortestMs(budget.configured);
    budget.trial = { process: request.process, until: permits[0].at + permitMs + lastsMs };
  }

  const { process } = request;
  const held = heldByOf(budget, now);
  const unmet = ownLines.filter(({ calls }) => calls > 0);
  const asks = unmet.map(({ run, calls }) => ({ run: run.name, calls }));
  const nextFrom = from + pollMs(budget);
  if (asks.length === 0 || own.room <= 0) {
    delete budget.waiting[process];
    const nextInMs = tellAhead(planIn(windows, now), nextFrom, unmet, order, now);
    return { permits, askAgainMs: null, nextInMs, ...held };
  }
  const others = new Set(lines.map(({ place }) => place)).size - 1;
  const share = Math.max(...unmet.map(({ run }) => shareOf(run.sent)));
  const standing = { process, nextAt: nextAt(plan, nextFrom, share), leftFor, aheadMs, others };
  const againMs = askAgainMs(budget, standing, now);
  budget.waiting[process] = {
    asks,
    room: own.room,
    since: permits.length > 0 ? now : own.since,
    asksAt: now + againMs,
  };
  const nextInMs = tellAhead(planIn(windows, now), nextFrom, unmet, order, now);
  return { permits, askAgainMs: againMs, nextInMs, ...held };
}

function mostPermits({ trial }: SharedBudget, isTrial: boolean, now: number): number {
  if (!isTrial) return Number.POSITIVE_INFINITY;
  return trial && trial.until > now ? 0 : 1;
}

/**
 * When calls of a process that were not granted may be sent. Nobody else is counted on to call: who is told to come too
 * late leaves a slot unused, who is told to come too early asks once more.
 */
function tellAhead(
  plan: RollingWindows,
  from: number,
  lines: readonly Line[],
  order: Order,
  now: number,
): NextCalls[] {
  const inMs = new Map<string, number[]>();
  for (let told = 0; told < toldAhead; told += 1) {
    const next = planNext(plan, from, lines, order, () => true);
    if (!next) break;
    const { name } = next.line.run;
    const each = inMs.get(name) ?? [];
    inMs.set(name, each);
    each.push(next.at - now);
  }
  return [...inMs].map(([run, each]) => ({ run, inMs: each }));
}

function heldByOf(
  { outage, throttle, trial, windows }: SharedBudget,
  now: number,
): Pick<Granted, 'heldBy' | 'outage'> {
  if (outage.probe) {
    const isProbing = trial !== null && trial.until > now;
    const soFar = outageSoFar(outage, isProbing ? null : nextAt(windows, outage.probe.at, 1), now);
    return { heldBy: 'outage', ...(soFar && { outage: soFar }) };
  }
  return { heldBy: throttle.inRow > 0 || (windows.pausedUntil ?? 0) > now ? 'throttle' : null };
}
