import type { ChunkState } from '../../domain/run/run-result.ts';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';

/** waiting → pulling, one attempt more. Says the state it is in now. */
export async function beginChunk(tables: Tables, runId: string, chunk: string): Promise<ChunkState> {
  const begun = await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts: tables.query.raw('attempts + 1') });
  if (begun > 0) return 'pulling';
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).select('state');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return row.state as ChunkState;
}
