import type { Interval } from './interval.ts';

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

/** Pauses in milliseconds since 1970. */
export const intervalsOf = (pauses: readonly Pause[]): Interval[] =>
  pauses.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
