import type { ChunkState, ChunkStatus } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';
import { dayOrNull } from '../tables.ts';

/** Every chunk of a run, in the period's order. */
export async function chunkStatuses(tables: Tables, runId: string): Promise<ChunkStatus[]> {
  const rows = await tables.from('river_chunks').where({ run: runId }).orderBy('ordinal');
  return rows.map((row) => ({
    start: dayOrNull(row.first_day),
    end: dayOrNull(row.last_day),
    state: row.state as ChunkState,
    rows: Number(row.rows),
    calls: Number(row.calls),
    attempts: Number(row.attempts),
    error: row.error === null ? null : String(row.error),
  }));
}
