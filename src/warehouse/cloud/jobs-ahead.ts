import type { WarehouseSetting } from '#domain/river/configuration';
import type { LoadMode } from '#domain/river/target';

/** What a run takes in a warehouse that is paid for by use: a script is one query, and runs its statements as queries of their own. */
export interface JobsAhead {
  readonly queries: number;
  readonly loads: number;
}

/** For each chunk; tests count them. */
const ofChunk: Readonly<Record<LoadMode, JobsAhead>> = {
  replace: { queries: 3, loads: 1 },
  append: { queries: 2, loads: 1 },
  merge: { queries: 6, loads: 1 },
  overwrite: { queries: 1, loads: 0 },
};

/** When the whole run is loaded. */
const atTheEnd: Partial<Record<LoadMode, JobsAhead>> = { overwrite: { queries: 4, loads: 1 } };

const whenItOpens = 3;

export const isPaidByUse = (client: WarehouseSetting['client'] | undefined): boolean =>
  client === 'bigquery' || client === 'snowflake';

/** Undefined where nothing is paid for by use. What is tried again, and a new column, come on top. */
export function countJobsAhead(
  client: WarehouseSetting['client'] | undefined,
  load: LoadMode,
  chunks: number,
): JobsAhead | undefined {
  if (!isPaidByUse(client)) return undefined;
  const end = atTheEnd[load];
  return {
    queries: whenItOpens + chunks * ofChunk[load].queries + (end?.queries ?? 0),
    loads: chunks * ofChunk[load].loads + (end?.loads ?? 0),
  };
}
