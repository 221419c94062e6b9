import type { BegunChunk, ChunkState } from '../../domain/run/run-result.ts';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';
import { reopenRun } from './reopen-run.ts';

/** waiting → pulling, one attempt more; in a run that was closed as well: it goes on after a Reset. Says what it is now. */
export async function beginChunk(tables: Tables, runId: string, chunk: string): Promise<BegunChunk> {
  const begun = await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts: tables.query.raw('attempts + 1') });
  if (begun > 0) await reopenRun(tables, runId);
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).select('state', 'attempts');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return { state: row.state as ChunkState, attempts: Number(row.attempts) };
}
