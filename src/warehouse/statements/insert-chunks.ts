import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';

/** SQLite takes no longer statement than 500 rows. */
const rowsAtATime = 400;

/** Writes the chunks that are not there yet; those that failed in a run that is opened again wait once more. */
export async function insertChunks(
  tables: Tables,
  run: NewRun,
  chunks: readonly RetriableChunk[],
): Promise<void> {
  for (let from = 0; from < chunks.length; from += rowsAtATime) {
    const rows = chunks.slice(from, from + rowsAtATime).map((chunk, at) => ({
      run: run.runId,
      river: run.river.name,
      chunk: chunk.key,
      ordinal: from + at,
      first_day: chunk.start,
      last_day: chunk.end,
      state: chunk.state ?? 'waiting',
      attempts: 0,
      rows: 0,
      calls: 0,
    }));
    await tables.from('river_chunks').insert(rows).onConflict(['run', 'chunk']).ignore();
  }
  await tables.from('river_chunks').where({ run: run.runId, state: 'failed' }).update({ state: 'waiting' });
}
