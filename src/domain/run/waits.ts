/** What a slice waits for. Instants are ISO 8601, UTC. */
export type WaitOn =
  /** The windows of the budget are full. */
  | { readonly on: 'quota' }
  /** The API has answered 429: all calls of the connection wait. */
  | { readonly on: 'throttle' }
  /** The API has answered a sign-in with 429. */
  | { readonly on: 'sign-in' }
  /** The workflow that keeps the budget does not answer. */
  | { readonly on: 'budget' }
  /** The worker has no free slot for a slice of this connection. */
  | { readonly on: 'slot' }
  /** The warehouse cannot be written to, so no calls are made. */
  | { readonly on: 'warehouse'; readonly warehouse: string; readonly reason: string; readonly since: string }
  | {
      readonly on: 'connection';
      /** How the last request failed: `connection reset`, `answered 503`. */
      readonly reason: string;
      readonly since: string;
      /** How many requests of the run have failed since then. */
      readonly tries: number;
      readonly nextAt: string;
      /** Whether no call of the connection is answered; else it is one call that keeps failing. */
      readonly isOutage?: boolean;
    };

/** What some slices of a run wait for, as `progress` shows it. */
export type RunWait = WaitOn & {
  /** How many slices, including one that is trying now. */
  readonly slices: number;
  /** When the first of them continues, ISO 8601. */
  readonly until: string;
  /** Whether one of them is trying now, for all of them. */
  readonly isTried: boolean;
};

/**
 * A key for the outage that several slices wait for, so that one of them can probe it for all. Undefined where each slice
 * continues at its own time.
 */
export function sharedOutage(on: WaitOn): string | undefined {
  if (on.on === 'warehouse') return `warehouse ${on.warehouse}`;
  return on.on === 'connection' && on.isOutage ? 'connection' : undefined;
}

/** Whether the wait ends at a known time, and no outage has to end first. */
export const isForQuota = ({ on }: WaitOn): boolean =>
  on === 'quota' || on === 'throttle' || on === 'sign-in';
