/** A time in which a run was paused. ISO 8601, UTC. */
export interface Pause {
  readonly from: string;
  readonly until: string;
}

/** What `pause` and `resume` answer. */
export interface PauseAnswer {
  /** How the run is now. */
  readonly paused: boolean;
  /** Whether that is new: pausing what is paused changes nothing. */
  readonly changed: boolean;
  readonly message: string;
}

/** The memo that says of a run that it is paused; it can be read while no worker is there. */
export const pausedMemo = 'paused';

/** Milliseconds from an instant to `now`, without those in which the run was paused. */
export function unpausedMs(since: string, now: number, pauses: readonly Pause[]): number {
  const from = Date.parse(since);
  return pauses.reduce((left, pause) => {
    const paused = Math.min(now, Date.parse(pause.until)) - Math.max(from, Date.parse(pause.from));
    return left - Math.max(0, paused);
  }, now - from);
}
