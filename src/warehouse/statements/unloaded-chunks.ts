import type { Chunk } from '../../domain/chunk/chunk.ts';
import { dayCount } from '../../domain/period/day.ts';
import type { RetriableChunk, StoredRun } from '../../domain/run/stored-run.ts';
import type { Tables } from '../dialect.ts';
import { dayOrNull } from '../tables.ts';

/** The chunks of a run that are not loaded, in the period's order; `skipped` where a later run has loaded their days since. */
export async function unloadedChunks(tables: Tables, run: StoredRun): Promise<RetriableChunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run: run.runId })
    .whereNot({ state: 'loaded' })
    .orderBy('ordinal')
    .select('chunk', 'first_day', 'last_day');
  const chunks: RetriableChunk[] = [];
  for (const row of rows) {
    const chunk = { key: String(row.chunk), first: dayOrNull(row.first_day), last: dayOrNull(row.last_day) };
    chunks.push({ ...chunk, state: (await isLoadedSince(tables, run, chunk)) ? 'skipped' : 'waiting' });
  }
  return chunks;
}

async function isLoadedSince(tables: Tables, run: StoredRun, { key, first, last }: Chunk): Promise<boolean> {
  const later = { river: run.river.name };
  const since = new Date(run.startedAt).toISOString();
  if (first === null || last === null) {
    const [loaded] = await tables
      .from('river_chunks')
      .where({ ...later, chunk: key, state: 'loaded' })
      .whereNot({ run: run.runId })
      .where('loaded_at', '>', since)
      .limit(1)
      .select('run');
    return loaded !== undefined;
  }
  const [counted] = await tables
    .from('river_days')
    .where({ ...later, table: run.river.target.table })
    .whereNot({ run: run.runId })
    .where('loaded_at', '>', since)
    .whereBetween('day', [first, last])
    .countDistinct({ days: 'day' });
  return Number(counted?.days) === dayCount({ first, last });
}
