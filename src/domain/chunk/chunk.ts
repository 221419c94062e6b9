import type { DateRange, Day } from '../period/date-range.ts';

/** A date range of the period that is loaded as one unit, in one transaction. */
export interface ChunkOfDays extends DateRange {
  /** `start/end`. Unique within a run. */
  readonly key: string;
}

/** The one chunk of a report without a period. */
interface ChunkWithoutDays {
  readonly key: '-';
  readonly start: null;
  readonly end: null;
}

/** A unit of a run that is loaded in one transaction. */
export type Chunk = ChunkOfDays | ChunkWithoutDays;

export const chunkWithoutDays: ChunkWithoutDays = Object.freeze({ key: '-', start: null, end: null });

/** The chunk from its first day to its last. */
export function createChunk(start: Day, end: Day): ChunkOfDays {
  return { key: `${start}/${end}`, start, end };
}

/** The chunk that a key names. */
export function parseChunkKey(key: string): Chunk {
  if (key === chunkWithoutDays.key) return chunkWithoutDays;
  const [start, end, ...rest] = key.split('/');
  if (!start || !end || rest.length > 0) throw new RangeError(`not a chunk's key: ${key}`);
  return createChunk(start, end);
}

/** A chunk as people read it: `2026-01-01 to 2026-01-03`, or its one day. The Web UI's font makes a fraction of `10/2026`. */
export function chunkText(key: string): string {
  const { start, end } = parseChunkKey(key);
  if (start === null) return 'the report';
  return start === end ? start : `${start} to ${end}`;
}
