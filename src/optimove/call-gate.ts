/** What became of a call that was let through. */
export type CallOutcome =
  | { readonly kind: 'answered' }
  /** `retryAfterMs` is Retry-After where a 503 bore it. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number }
  /** 429; `retryAfterMs` is Retry-After where it was given. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | undefined }
  /** A sign-in that was refused with 429: it waits alone, and says nothing of the calls that have a token. */
  | { readonly kind: 'signInThrottled' }
  /** Called off by us, maybe after it was sent: it counts as a call, and says nothing about the other side. */
  | { readonly kind: 'abandoned' }
  /** Called off before anything was sent. */
  | { readonly kind: 'unsent' };

/** Must be called once, with what came of a call. */
export interface EndCall {
  (outcome: CallOutcome): void;
  /** By when the call must be handed to the socket, on the clock of `performance.now`; later it is not to be sent. Left out: whenever. */
  readonly until?: number;
}

/** Keeps one connection inside its budget. Every request passes it, sign-ins and repeats included. */
export interface CallGate {
  /**
   * Resolves when one call may be handed to the socket; the function it gives must be called with what came of it; only the first time counts.
   * Rejects with BudgetSpentError where that moment is too far off to wait here, and with the signal's reason when aborted.
   * `run` is for whom the call is: runs share a budget evenly. `goesOn` lets the next page of a call go before the calls
   * of its run that have not begun, so that pages follow each other closely.
   */
  enter(signal: AbortSignal, run: string, goesOn?: boolean): Promise<EndCall>;
}
