import { type Chunk, chunkOfKey } from '#domain/chunk/chunk';
import { daysOf } from '#domain/period/date-range';
import type { RetriableChunk, StoredRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';

/** The chunks of a run that are not loaded, in the period's order; `skipped` where a later run has loaded their days since. */
export async function unloadedChunks(tables: Tables, run: StoredRun): Promise<RetriableChunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run: run.runId })
    .whereNot({ state: 'loaded' })
    .orderBy('ordinal')
    .select('chunk');
  const chunks = rows.map(({ chunk }) => chunkOfKey(String(chunk)));
  const isLoaded = await loadedSince(tables, run, chunks);
  return chunks.map((chunk) => ({ ...chunk, state: isLoaded(chunk) ? 'skipped' : 'waiting' }));
}

/** Which of these chunks another run has loaded since this one began: read together, however many there are. */
async function loadedSince(
  tables: Tables,
  run: StoredRun,
  chunks: readonly Chunk[],
): Promise<(chunk: Chunk) => boolean> {
  if (chunks.length === 0) return () => false;
  const later = { river: run.river.name };
  const since = new Date(run.startedAt).toISOString();
  const ofOthers = (table: string) =>
    tables.from(table).where(later).whereNot({ run: run.runId }).where('loaded_at', '>', since);
  const days = chunks.some(({ start }) => start !== null)
    ? await ofOthers('river_days').where({ table: run.river.target.table }).distinct('day')
    : [];
  const wholes = chunks.some(({ start }) => start === null)
    ? await ofOthers('river_chunks').where({ state: 'loaded' }).whereNull('first_day').distinct('chunk')
    : [];
  const loadedDays = new Set(days.map(({ day }) => String(day)));
  const loadedWholes = new Set(wholes.map(({ chunk }) => String(chunk)));
  return (chunk) =>
    chunk.start === null
      ? loadedWholes.has(chunk.key)
      : [...daysOf(chunk)].every((day) => loadedDays.has(day));
}
