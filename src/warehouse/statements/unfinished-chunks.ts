import { type Chunk, chunkOfKey } from '#domain/chunk/chunk';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';

/** Chunks that are waiting or pulling, in the period's order. */
export async function unfinishedChunks(tables: Tables, runId: string, limit: number): Promise<Chunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run: runId })
    .whereIn('state', openStates)
    .orderBy('ordinal')
    .limit(limit)
    .select('chunk');
  return rows.map(({ chunk }) => chunkOfKey(String(chunk)));
}
