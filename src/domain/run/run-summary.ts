import type { FailedChunk, Warning } from './run-result.ts';

/** The counts of a run, from the manifest. */
export interface RunSummary {
  readonly chunks: {
    readonly total: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly rows: number;
  readonly calls: number;
  /** Of them, those whose answer the warehouse did not take: they were made again. */
  readonly lostCalls: number;
  /** At most `listedAtMost`. */
  readonly failedChunks: readonly FailedChunk[];
  /** At most `listedAtMost`. */
  readonly warnings: readonly Warning[];
}
