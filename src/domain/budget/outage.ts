/**
 * When a whole API is down, its calls go out one at a time, after growing waits. Plain data that the functions
 * below replace; instants are milliseconds on the caller's clock.
 */
export interface OutageState {
  /** Calls in a row that have failed. */
  readonly failures: number;
  /** The outage: when the next probe may be sent, and how long that was to wait for; null while calls flow. */
  readonly probe: { readonly at: number; readonly waitMs: number } | null;
  /** Since when nobody was answered, as far as it is known; left out while calls flow, and by earlier versions. */
  readonly since?: number;
  /** How long of that a probe was due and not sent, for want of quota, or for long of somebody to send it. */
  readonly heldMs?: number;
  /** Until when a 503's Retry-After asks for no call; left out where none has. */
  readonly heldUntil?: number;
}

/** An outage as the budget tells of it: how long ago, because clocks differ. */
export interface OutageSoFar {
  /** Since when nobody was answered. */
  readonly agoMs: number;
  /** The same without the time in which nobody could be asked. */
  readonly countedMs: number;
}

/** Calls flow. */
export const noOutage: OutageState = Object.freeze({ failures: 0, probe: null });

const failuresOfOutage = 5;
const firstWaitMs = 1_000;
const longestWaitMs = 120_000;

/**
 * A call has failed, and may be sent again. `retryAfterMs` is what a 503 asked for: with that the API says by itself
 * that it is away, and no more failures are waited for. During an outage only the probe's failure counts: a call that
 * was under way before tells nothing new, but for such a Retry-After.
 */
export function afterFailure(
  state: OutageState,
  now: number,
  wasProbe: boolean,
  retryAfterMs: number | null = null,
): OutageState {
  const failures = state.failures + 1;
  const held = (next: OutageState) => (retryAfterMs === null ? next : heldBack(next, now + retryAfterMs));
  if (state.probe === null) {
    if (failures < failuresOfOutage && retryAfterMs === null) return { failures, probe: null };
    // Before, there may have been hours between two failures in which nobody called.
    return held({ failures, probe: probeAfter(firstWaitMs, now), since: now, heldMs: 0 });
  }
  if (!wasProbe) return held(state);
  const { since = now, heldMs = 0, heldUntil } = state;
  const probe = probeAfter(Math.min(longestWaitMs, state.probe.waitMs * 2), now);
  const next = { failures, probe, since, heldMs };
  return held(heldUntil === undefined || heldUntil <= now ? next : heldBack(next, heldUntil));
}

/** The next probe waits until then. */
function heldBack(state: OutageState, until: number): OutageState {
  const { probe, heldUntil = until } = state;
  if (probe === null) return state;
  return {
    ...state,
    probe: { ...probe, at: Math.max(probe.at, until) },
    heldUntil: Math.max(heldUntil, until),
  };
}

/** The same outage, whose next probe waits until `latest` at most. */
export function probeWithin(state: OutageState, latest: number): OutageState {
  const { probe, heldUntil } = state;
  if (probe === null || Math.max(probe.at, heldUntil ?? probe.at) <= latest) return state;
  const held = heldUntil === undefined ? {} : { heldUntil: Math.min(heldUntil, latest) };
  return { ...state, probe: { ...probe, at: Math.min(probe.at, latest) }, ...held };
}

/** The same outage, whose next probe may be sent now: if it fails, the waits grow anew. */
export function probeAtOnce({ heldUntil: _, ...state }: OutageState, now: number): OutageState {
  if (state.probe === null) return state;
  return { ...state, probe: { at: Math.min(state.probe.at, now), waitMs: firstWaitMs } };
}

/** The probe was given a permit at `at`; `freeAt` is when there was quota for it. */
export function probePermitted(state: OutageState, freeAt: number, at: number): OutageState {
  const { probe, since, heldMs = 0 } = state;
  if (probe === null || since === undefined || at <= probe.at) return state;
  const waitedMs = at - probe.at;
  return { ...state, probe: { ...probe, at }, heldMs: heldMs + waitedMs - countedAfter(freeAt, at) };
}

/**
 * Undefined where there is none, or where an earlier version has not told since when. `freeAt` is when there is quota
 * for the probe; null while it is under way.
 */
export function outageSoFar(
  { probe, since, heldMs = 0 }: OutageState,
  freeAt: number | null,
  now: number,
): OutageSoFar | undefined {
  if (probe === null || since === undefined) return undefined;
  const until = freeAt === null ? now : Math.min(now, probe.at) + countedAfter(freeAt, now);
  return { agoMs: Math.max(0, now - since), countedMs: Math.max(0, until - since - heldMs) };
}

/** Who is to send a probe may itself wait before it tries again; for longer nobody is there. */
function countedAfter(freeAt: number, at: number): number {
  return Math.min(longestWaitMs, Math.max(0, at - freeAt));
}

function probeAfter(waitMs: number, now: number): { at: number; waitMs: number } {
  return { at: now + waitMs, waitMs };
}
