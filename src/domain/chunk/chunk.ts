import type { Day } from '../period/day.ts';

/** An interval of the period that is loaded as one unit, in one transaction. */
export interface Chunk {
  /** `first/last`, or `-` for the one chunk of a report without a period. Unique within a run. */
  readonly key: string;
  readonly first: Day | null;
  readonly last: Day | null;
}

/** The chunk of a report without a period. */
export const chunkWithoutDays: Chunk = Object.freeze({ key: '-', first: null, last: null });
