import type { Report } from '../catalogue/report.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { Day } from '../period/day.ts';
import type { RiverSetting } from '../river/river.ts';
import type { Discovered } from './read-discovered.ts';
import type { Selection } from './selection.ts';

/** What the calls of a slice are planned from: small lists, never their product. */
export interface DataPlan {
  /** With the river's overrides applied (`effectiveReport`). */
  readonly report: Report;
  readonly river: Pick<RiverSetting, 'filters' | 'includeControlGroup' | 'overrides'>;
  readonly selection: Selection;
  readonly chunk: Chunk;
  /** A data slice of the report. */
  readonly slice: string;
  /** What the chunk's list slices have found; empty for a report without any. */
  readonly discovered: readonly Discovered[];
  readonly runDay: Day;
}
