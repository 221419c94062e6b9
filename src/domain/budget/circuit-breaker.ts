/**
 * When the whole API is down, calls would all fail. So after some failures in a row the circuit opens: one call at a
 * time is sent as a probe, after waits that grow, until one call is answered.
 *
 *   closed ── 5 failures in a row, or a 503 with Retry-After ──► open (`probe` says when the next probe may be sent)
 *   open ── the wait is over, a process asks ──► half-open (`trial` says which process has the only permit)
 *   half-open ── the probe fails ──► open, the wait twice as long
 *   open or half-open ── any call is answered ──► closed
 *
 * Half-open exists after a 429 as well: there the one permit is called a trial, and the waits are those of
 * `external-usage.ts`.
 */
import type { CallBudget, CircuitBreaker, OpenCircuit } from './budget-state.ts';
import { type OutageSoFar, permitMs } from './reservation.ts';
import { shortestMs } from './window.ts';

/** Calls flow. */
export const closedCircuit: CircuitBreaker = Object.freeze({ failures: 0, probe: null });

const failuresToOpen = 5;
const firstWaitMs = 1_000;
const longestWaitMs = 120_000;
/** A probe without an outcome for this long after its time ended with its process … */
const probeLastsMs = 6 * 60_000;
/** … or for this much longer than a call may take: its answer is stored before its outcome is told. */
const storesWithinMs = 60_000;
/** While a probe is under way, others ask again after half its wait, but at least and at most after this. */
const [shortPollMs, longPollMs] = [1_000, 30_000];

/**
 * A call has failed, and may be sent again. `retryAfterMs` is what a 503 asked for, already bounded by `limitRetryAfter`: with it the API says by itself
 * that it is away, and the circuit opens at once. While it is open only the probe's failure counts: a call that
 * was under way before tells nothing new, but for such a Retry-After.
 */
export function recordFailure(
  circuit: CircuitBreaker,
  now: number,
  wasProbe: boolean,
  retryAfterMs: number | null = null,
): CircuitBreaker {
  const failures = circuit.failures + 1;
  const obeyRetryAfter = (open: OpenCircuit) =>
    retryAfterMs === null ? open : delayProbe(open, now + retryAfterMs);
  if (circuit.probe === null) {
    if (failures < failuresToOpen && retryAfterMs === null) return { failures, probe: null };
    // Not since the first of the failures: there may have been hours between two of them in which nothing was called.
    const probe = probeAfter(firstWaitMs, now);
    return obeyRetryAfter({ failures, probe, since: now, heldMs: 0, backOffUntil: null });
  }
  if (!wasProbe) return obeyRetryAfter(circuit);
  const { since, heldMs, backOffUntil } = circuit;
  const probe = probeAfter(Math.min(longestWaitMs, circuit.probe.waitMs * 2), now);
  const next = { failures, probe, since, heldMs, backOffUntil: null };
  return obeyRetryAfter(backOffUntil === null || backOffUntil <= now ? next : delayProbe(next, backOffUntil));
}

/** The next probe waits until then at least. */
function delayProbe(circuit: OpenCircuit, until: number): OpenCircuit {
  const { probe, backOffUntil } = circuit;
  return {
    ...circuit,
    probe: { ...probe, at: Math.max(probe.at, until) },
    backOffUntil: Math.max(backOffUntil ?? until, until),
  };
}

/** The next probe waits until `latest` at most. */
export function limitProbeDelay(circuit: CircuitBreaker, latest: number): CircuitBreaker {
  if (circuit.probe === null) return circuit;
  const { probe, backOffUntil } = circuit;
  if (Math.max(probe.at, backOffUntil ?? probe.at) <= latest) return circuit;
  return {
    ...circuit,
    probe: { ...probe, at: Math.min(probe.at, latest) },
    backOffUntil: backOffUntil === null ? null : Math.min(backOffUntil, latest),
  };
}

/** The next probe may be sent now: if it fails, the waits grow anew. */
export function probeNow(circuit: CircuitBreaker, now: number): CircuitBreaker {
  if (circuit.probe === null) return circuit;
  const probe = { at: Math.min(circuit.probe.at, now), waitMs: firstWaitMs };
  return { ...circuit, probe, backOffUntil: null };
}

/** The probe was given a permit at `at`; `freeAt` is when there was quota for it. */
export function recordProbePermit(circuit: CircuitBreaker, freeAt: number, at: number): CircuitBreaker {
  if (circuit.probe === null || at <= circuit.probe.at) return circuit;
  const { probe, heldMs } = circuit;
  const waitedMs = at - probe.at;
  return { ...circuit, probe: { ...probe, at }, heldMs: heldMs + waitedMs - countedAfter(freeAt, at) };
}

/** How long the outage has lasted. `freeAt` is when there is quota for the probe; null while it is under way. */
export function measureOutage(
  { probe, since, heldMs }: OpenCircuit,
  freeAt: number | null,
  now: number,
): OutageSoFar {
  const until = freeAt === null ? now : Math.min(now, probe.at) + countedAfter(freeAt, now);
  return { agoMs: Math.max(0, now - since), countedMs: Math.max(0, until - since - heldMs) };
}

/** A process that is to send the probe may itself wait before it asks again; after that time there is no process. */
function countedAfter(freeAt: number, at: number): number {
  return Math.min(longestWaitMs, Math.max(0, at - freeAt));
}

function probeAfter(waitMs: number, now: number): { at: number; waitMs: number } {
  return { at: now + waitMs, waitMs };
}

/** Whether calls go out one at a time, until one is answered other than by 429. */
export const needsTrial = ({ circuit, throttle }: CallBudget): boolean =>
  circuit.probe !== null || throttle.inRow > 0;

/** Whether such a call is under way. */
export const isHalfOpen = ({ trial }: CallBudget, now: number): boolean =>
  trial !== null && trial.until > now;

/** The only permit was given, for `at`: its outcome is waited for as long as its call can take. */
export function startTrial(budget: CallBudget, process: string, at: number, callTimeoutMs: number): void {
  const probeMs = Math.max(probeLastsMs, callTimeoutMs + storesWithinMs);
  const lastsMs = budget.circuit.probe ? probeMs : shortestMs(budget.configured);
  budget.trial = { process, until: at + permitMs + lastsMs };
}

/** How long it takes at least until more is known, while a trial is under way. */
export function trialPollMs({ circuit, trial }: CallBudget): number {
  if (!trial) return 0;
  return circuit.probe ? Math.min(longPollMs, Math.max(shortPollMs, circuit.probe.waitMs / 2)) : shortPollMs;
}
