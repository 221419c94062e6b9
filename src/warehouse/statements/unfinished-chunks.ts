import type { Chunk } from '#domain/chunk/chunk';
import type { Tables } from '../dialect.ts';
import { dayOrNull } from '../tables.ts';
import { openStates } from './open-states.ts';

/** Chunks that are waiting or pulling, in the period's order. */
export async function unfinishedChunks(tables: Tables, runId: string, limit: number): Promise<Chunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run: runId })
    .whereIn('state', openStates)
    .orderBy('ordinal')
    .limit(limit)
    .select('chunk', 'first_day', 'last_day');
  return rows.map((row) => ({
    key: String(row.chunk),
    first: dayOrNull(row.first_day),
    last: dayOrNull(row.last_day),
  }));
}
