import type { Selection } from '../domain/call/selection.ts';
import type { Column, ColumnType, Value } from '../domain/column/column.ts';
import type { Day, Stretch } from '../domain/period/day.ts';
import type { River } from '../domain/river/river.ts';
import type { FailedChunk, RunStatus, Warning } from '../domain/run/run-result.ts';

/*
 * What a warehouse is given and what it gives back. The activities say in their ports what they need of it;
 * these fit those shapes without either room importing the other, and a test holds them together.
 */

export interface NewRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly river: River;
  readonly period: Stretch | null;
  readonly day: Day;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export interface StoredRun extends NewRun {
  readonly status: RunStatus;
  readonly finishedAt: string | null;
  readonly selection: Selection | null;
}

export interface TableShape {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly dayColumn: string | null;
}

export interface StagedPage {
  readonly slice: string;
  readonly call: string;
  readonly page: number;
  readonly last: boolean;
  readonly status: number;
  readonly fingerprint: string;
  readonly received: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  readonly types: Readonly<Record<string, ColumnType>>;
}

export interface StagedCall {
  readonly call: string;
  readonly status: number;
  readonly pages: number;
  readonly received: number;
  readonly rows: number;
  readonly finished: boolean;
  readonly lastFingerprint: string;
}

export interface SliceCount {
  readonly slice: string;
  readonly calls: number;
  readonly rows: number;
}

export interface CommitRequest {
  readonly slices: readonly SliceCount[];
  readonly listSlices: readonly string[];
  readonly warnings: readonly Warning[];
  readonly scope: { readonly column: string; readonly first: Day; readonly last: Day } | null;
  readonly dayColumn: string | null;
}

export type CommitOutcome =
  | {
      readonly outcome: 'loaded';
      readonly rows: number;
      readonly calls: number;
      readonly warnings: readonly Warning[];
    }
  | { readonly outcome: 'differs'; readonly slices: readonly string[] };

export interface RunSummary {
  readonly chunks: {
    readonly total: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly rows: number;
  readonly calls: number;
  readonly failedChunks: readonly FailedChunk[];
  readonly warnings: readonly Warning[];
}
