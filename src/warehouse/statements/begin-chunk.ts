import type { BegunChunk, ChunkState } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';
import { reopenRun } from './reopen-run.ts';

/**
 * waiting → pulling, one attempt more; in a run that was closed as well: it goes on after a Reset. A chunk that is pulled already goes
 * on after a pause, or in a new history: that is no attempt, but where it is begun `anew`. Says what it is now.
 */
export async function beginChunk(
  tables: Tables,
  runId: string,
  chunk: string,
  anew = false,
): Promise<BegunChunk> {
  const attempts = tables.query.raw(`attempts + case when state = 'waiting' or ? then 1 else 0 end`, [anew]);
  const begun = await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .whereIn('state', openStates)
    .update({ state: 'pulling', attempts });
  if (begun > 0) await reopenRun(tables, runId);
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).select('state', 'attempts');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return { state: row.state as ChunkState, attempts: Number(row.attempts) };
}
