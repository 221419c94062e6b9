import type { BegunChunk, ChunkState } from '../../domain/run/run-result.ts';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';

/** waiting → pulling, one attempt more. Says what it is now. */
export async function beginChunk(tables: Tables, runId: string, chunk: string): Promise<BegunChunk> {
  await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts: tables.query.raw('attempts + 1') });
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).select('state', 'attempts');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return { state: row.state as ChunkState, attempts: Number(row.attempts) };
}
