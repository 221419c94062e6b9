import type { WindowUse } from '../budget/window.ts';
import type { ChunkState } from './run-result.ts';
import type { WaitOnWarehouse } from './warehouse-trouble.ts';

export interface ChunkProgress {
  readonly chunk: string;
  readonly state: ChunkState;
  readonly rows: number;
  readonly calls: number;
  /** How often it was begun, through retries and continue-as-new. */
  readonly attempts: number;
  readonly slicesPulled: number;
  readonly slices: number;
  readonly error: string | null;
}

/** What a run does and waits for at a moment. */
export type RunNow = Pick<
  RunProgress,
  'state' | 'waitingUntil' | 'waitingForDataUntil' | 'expectedEnd' | 'windows'
>;

/** What the `progress` query answers. */
export interface RunProgress {
  readonly river: string;
  /** `pausing` while calls in flight end, then `paused` until the run is resumed. */
  readonly state: 'opening' | 'pulling' | 'pausing' | 'paused' | 'closing';
  readonly chunks: { readonly total: number; readonly loaded: number; readonly failed: number };
  readonly rows: number;
  readonly calls: number;
  /** Data calls of the whole run, one page each; null where campaigns decide or nothing is known yet. */
  readonly plannedCalls: number | null;
  /** When the next call may be sent, ISO 8601, where the run waits for quota; else null. */
  readonly waitingUntil: string | null;
  /** How long it waits at most for its last day to be complete, ISO 8601; only while it does. */
  readonly waitingForDataUntil?: string;
  /** The warehouse that takes nothing, and why; only while it does. */
  readonly heldBy?: WaitOnWarehouse;
  /** When it may be done at the earliest, ISO 8601; null where it cannot be known. */
  readonly expectedEnd: string | null;
  readonly windows: readonly WindowUse[];
  /** Open chunks, then the newest finished ones. */
  readonly recent: readonly ChunkProgress[];
}
