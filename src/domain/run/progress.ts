import type { WindowUse } from '../budget/window.ts';
import type { ChunkState, RunStatus } from './run-result.ts';
import type { RunWait } from './waits.ts';

export interface ChunkProgress {
  readonly chunk: string;
  readonly state: ChunkState;
  readonly rows: number;
  readonly calls: number;
  /** How often it was begun, through retries; going on after a pause, a wait or a continue-as-new is none. */
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
  /** Since when no worker has reported, ISO 8601, where none answers for the run; only the command line can tell. */
  readonly noWorkerSince?: string | null;
  /** Steps of the run that fail and are tried again, as Temporal knows them. */
  readonly retried?: readonly RetriedStep[];
} & Beat;

/** What a step tells while it is under way. */
export interface Beat {
  /** Since when a call has been under way without an answer, ISO 8601, where that is long; only the command line can tell. */
  readonly unansweredSince?: string;
}

/** A step that Temporal tries again. */
export interface RetriedStep {
  /** The activity. */
  readonly step: string;
  /** What it failed with last: kind and sentence. */
  readonly error: string;
  /** How often it was tried. */
  readonly tries: number;
  /** When it is tried again, ISO 8601; null where that is under way. */
  readonly nextAt: string | null;
}

/** The progress as it is read at an instant: a run that hears of nothing for long still tells what it expected then. */
export function progressAt(progress: RunProgress, now: number): RunProgress {
  const { expectedEnd } = progress;
  if (expectedEnd === null || Date.parse(expectedEnd) >= now) return progress;
  return { ...progress, expectedEnd: new Date(now).toISOString() };
}

/** What the `progress` query answers. */
export interface RunProgress {
  readonly river: string;
  /** `pausing` while calls in flight end, then `paused` until the run is resumed; `ended` once it is closed. */
  readonly state: 'opening' | 'pulling' | 'pausing' | 'paused' | 'closing' | 'ended';
  /** The same, and all that is told beside it, in words. */
  readonly sentence: string;
  /** How it has ended; only once it has. */
  readonly status?: RunStatus;
  /** Since when somebody has paused it, ISO 8601; only while it is. */
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
  /** How long it waits at most for its last day to be complete, ISO 8601; only while it does. */
  readonly waitingForDataUntil?: string;
  /** When it may be done at the earliest, ISO 8601; null where it cannot be known. */
  readonly expectedEnd: string | null;
  readonly windows: readonly WindowUse[];
  /** Open chunks, then the newest finished ones. */
  readonly recent: readonly ChunkProgress[];
}
