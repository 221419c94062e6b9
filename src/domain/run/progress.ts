import type { WindowUse } from '../budget/window.ts';
import type { ChunkState, RunStatus } from './run-result.ts';
import type { RunWait } from './waits.ts';

export interface ChunkProgress {
  readonly chunk: string;
  readonly state: ChunkState;
  readonly rows: number;
  readonly calls: number;
  /** How often it was begun, retries included; a pause, a wait or a continue-as-new adds none. */
  readonly attempts: number;
  readonly slicesPulled: number;
  readonly slices: number;
  readonly error: string | null;
}

/** What a run does and waits for at a moment. */
export type RunNow = Pick<
  RunProgress,
  | 'state'
  | 'sentence'
  | 'pausedSince'
  | 'waits'
  | 'waitingUntil'
  | 'waitingForDataUntil'
  | 'expectedEnd'
  | 'windows'
> & {
  /** Since when no worker has reported, ISO 8601, where none answers; only the command line knows it. */
  readonly noWorkerSince?: string | null;
  /** Steps of the run that have failed and are retried, as Temporal knows them. */
  readonly retried?: readonly RetriedStep[];
} & Beat;

/** What a step's heartbeat says. */
export interface Beat {
  /** Since when a call has been waiting for its answer, ISO 8601, if that is long; only the command line knows it. */
  readonly unansweredSince?: string;
  /** What a commit waits for; only the command line knows it. */
  readonly lock?: TableLock;
  /** The budget's windows as its worker knows them, which its workflow hears when a slice ends. */
  readonly windows?: readonly WindowUse[];
}

/** A lock that another session holds on the table. */
export interface TableLock {
  /** Since when it has been waited for, as far as was seen; ISO 8601. */
  readonly since: string;
  /** The session, as its database names it: `process 4711 (psql)`. */
  readonly holder: string;
}

/** A step that Temporal retries. */
export interface RetriedStep {
  /** The activity. */
  readonly step: string;
  /** Its last failure: kind and message. */
  readonly error: string;
  /** How often it was tried. */
  readonly tries: number;
  /** When the next try begins, ISO 8601; null while a try is under way. */
  readonly nextAt: string | null;
}

/** The progress at an instant: a run that waits long has not updated its expected end, which must not lie in the past. */
export function progressAt(progress: RunProgress, now: number): RunProgress {
  const { expectedEnd } = progress;
  if (expectedEnd === null || Date.parse(expectedEnd) >= now) return progress;
  return { ...progress, expectedEnd: new Date(now).toISOString() };
}

/** What the `progress` query answers. */
export interface RunProgress {
  readonly river: string;
  /** `pausing` while calls in flight end, then `paused` until the run is resumed; `ended` once it is closed. */
  readonly state: 'opening' | 'pulling' | 'pausing' | 'paused' | 'overwriting' | 'closing' | 'ended';
  /** The state and what the run waits for, as sentences. */
  readonly sentence: string;
  /** How it has ended; only once it has. */
  readonly status?: RunStatus;
  /** Since when it is paused, ISO 8601; only while it is. */
  readonly pausedSince?: string;
  readonly chunks: { readonly total: number; readonly loaded: number; readonly failed: number };
  readonly rows: number;
  readonly calls: number;
  /** Data calls of the whole run, one page each; null where campaigns decide or nothing is known yet. */
  readonly plannedCalls: number | null;
  /** What its slices wait for, the worst first. */
  readonly waits: readonly RunWait[];
  /** When the next call may be sent, ISO 8601, where the run waits for quota; else null. */
  readonly waitingUntil: string | null;
  /** Until when it waits at most for complete data, ISO 8601; only while it does. */
  readonly waitingForDataUntil?: string;
  /** When it may end at the earliest, ISO 8601; null where that cannot be known. */
  readonly expectedEnd: string | null;
  readonly windows: readonly WindowUse[];
  /** Open chunks, then the newest finished ones. */
  readonly recent: readonly ChunkProgress[];
}
