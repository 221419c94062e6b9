/** What a slice waits for that is not under way. Instants are ISO 8601, UTC. */
export type WaitOn =
  /** The windows of the budget are full. */
  | { readonly on: 'quota' }
  /** The API has answered 429: it holds the whole connection back. */
  | { readonly on: 'throttle' }
  /** The API has answered a sign-in with 429. */
  | { readonly on: 'sign-in' }
  /** The workflow that keeps the budget does not answer. */
  | { readonly on: 'budget' }
  /** The worker works through as many slices of the connection as it may. */
  | { readonly on: 'slot' }
  /** Nothing can be stored there, so nothing is called. */
  | { readonly on: 'warehouse'; readonly warehouse: string; readonly reason: string; readonly since: string }
  | {
      readonly on: 'connection';
      /** What the last request came to: `connection reset`, `answered 503`. */
      readonly reason: string;
      readonly since: string;
      /** Requests of the run that have failed since then. */
      readonly tries: number;
      readonly nextAt: string;
      /** Whether the connection answers nobody; else it is one call that only fails. */
      readonly isOutage?: boolean;
    };

/** What some slices of a run wait for, as `progress` tells it. */
export type RunWait = WaitOn & {
  /** How many of them; one that is trying just now counts. */
  readonly slices: number;
  /** When the first of them goes on, ISO 8601. */
  readonly until: string;
  /** Whether one of them finds out just now if the others may go on. */
  readonly isTried: boolean;
};

/**
 * Slices that wait for the same thing to come back, of which one is enough to find out. Undefined where each goes on when
 * its own time has come.
 */
export function sharedTrouble(on: WaitOn): string | undefined {
  if (on.on === 'warehouse') return `warehouse ${on.warehouse}`;
  return on.on === 'connection' && on.isOutage ? 'connection' : undefined;
}

/** Whether it passes at a known time, without that anything has to come back. */
export const isForQuota = ({ on }: WaitOn): boolean =>
  on === 'quota' || on === 'throttle' || on === 'sign-in';
