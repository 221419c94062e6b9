import type { TableShape } from '#domain/column/river-table';
import type { Target } from '#domain/river/target';
import type { RunBooks, RunStore } from '#domain/run/run-store';
import type { TargetSnapshot } from '#domain/verify/verification';
import type { DaysToForget } from './forget-days.ts';

/** A warehouse that is open: target, manifest and staging. Every method may be repeated. */
export interface OpenWarehouse extends RunStore, RunBooks {
  /** A few rows of a table, to show. */
  firstRows(table: string, limit: number): Promise<Record<string, unknown>[]>;
  /** What a person is to know of a river's table before it is filled: columns that would be added, and what would not fit. */
  previewTarget(target: Pick<Target, 'table' | 'drift'>, shape: TableShape): Promise<string[]>;
  /** What manifest and tables say of every river, or of one, at one instant. */
  readBooks(river?: string): Promise<TargetSnapshot[]>;
  /** Deletes a river's rows of these days and marks the days forgotten; says how many rows. */
  forgetDays(days: DaysToForget): Promise<number>;
  /**
   * What answers there, for a person. Writes something and takes it back. Throws where River could not do its work, these targets
   * included.
   */
  check(targets?: readonly string[]): Promise<string>;
  /** Gives its connections back. */
  close(): Promise<void>;
}
