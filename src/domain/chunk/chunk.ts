import type { Day, Stretch } from '../period/day.ts';

/** An interval of the period that is loaded as one unit, in one transaction. */
export interface Chunk {
  /** `first/last`, or `-` for the one chunk of a report without a period. Unique within a run. */
  readonly key: string;
  readonly first: Day | null;
  readonly last: Day | null;
}

/** The chunk of a report without a period. */
export const chunkWithoutDays: Chunk = Object.freeze({ key: '-', first: null, last: null });

/** A chunk of a report with a period. */
export type ChunkOfDays = Chunk & Stretch;

/** The chunk from its first day to its last. */
export function chunkOfDays(first: Day, last: Day): ChunkOfDays {
  return { key: `${first}/${last}`, first, last };
}

/** The chunk that a key names. */
export function chunkOfKey(key: string): Chunk {
  if (key === chunkWithoutDays.key) return chunkWithoutDays;
  const [first, last, ...rest] = key.split('/');
  if (!first || !last || rest.length > 0) throw new RangeError(`not a chunk's key: ${key}`);
  return chunkOfDays(first, last);
}
