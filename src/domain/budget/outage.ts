/**
 * When a whole API is down, its calls go out one at a time, after growing waits. Plain data that the functions
 * below replace; instants are milliseconds on the caller's clock.
 */
export interface OutageState {
  /** Calls in a row that have failed. */
  readonly failures: number;
  /** The outage: when the next probe may be sent, and how long that was to wait for; null while calls flow. */
  readonly probe: { readonly at: number; readonly waitMs: number } | null;
}

/** Calls flow. */
export const noOutage: OutageState = Object.freeze({ failures: 0, probe: null });

const failuresOfOutage = 5;
const firstWaitMs = 1_000;
const longestWaitMs = 120_000;

/**
 * A call has failed, and may be sent again. During an outage only the probe's failure counts: a call that was
 * under way before tells nothing new.
 */
export function afterFailure(state: OutageState, now: number, wasProbe: boolean): OutageState {
  const failures = state.failures + 1;
  if (state.probe === null) {
    return failures < failuresOfOutage
      ? { failures, probe: null }
      : { failures, probe: probeAfter(firstWaitMs, now) };
  }
  return wasProbe
    ? { failures, probe: probeAfter(Math.min(longestWaitMs, state.probe.waitMs * 2), now) }
    : state;
}

function probeAfter(waitMs: number, now: number): { at: number; waitMs: number } {
  return { at: now + waitMs, waitMs };
}
