/** How often in a row Optimove has answered 429. Plain data that the functions below replace. */
export interface ThrottleState {
  readonly inRow: number;
  /** When the last of them came, in milliseconds on the caller's clock; null where none has. */
  readonly at: number | null;
}

/** Nothing is throttled. */
export const noThrottle: ThrottleState = Object.freeze({ inRow: 0, at: null });

const longestWaitMs = 120_000;

/** A call that was sent at `sentAt` has been answered 429 now: how long to send nothing. */
export interface Throttled {
  readonly sentAt: number;
  readonly now: number;
  /** Retry-After, where it was given. */
  readonly retryAfterMs: number | undefined;
  /** After this the shortest window can have passed. */
  readonly shortestWindowMs: number;
}

/** As long as Retry-After asks, else until the shortest window can have passed, twice as long each time in a row. */
export function afterThrottle(
  state: ThrottleState,
  { sentAt, now, retryAfterMs, shortestWindowMs }: Throttled,
): { readonly state: ThrottleState; readonly waitMs: number } {
  const next = isNews(state, sentAt) ? { inRow: state.inRow + 1, at: now } : state;
  const growingMs = Math.min(longestWaitMs, shortestWindowMs * 2 ** (next.inRow - 1));
  // A Retry-After of 0 asks for nothing, and would be asked for again at once.
  return { state: next, waitMs: retryAfterMs !== undefined && retryAfterMs > 0 ? retryAfterMs : growingMs };
}

/** A call that was sent at `sentAt` has been answered with something else. */
export function afterAnswer(state: ThrottleState, sentAt: number): ThrottleState {
  return isNews(state, sentAt) ? noThrottle : state;
}

/** What was under way when the last 429 came belongs to that one. */
function isNews({ at }: ThrottleState, sentAt: number): boolean {
  return at === null || sentAt > at;
}
