import type { ChunkState, Warning } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';
import { dayOrNull } from '../tables.ts';

/** A chunk as the manifest has it. */
export interface ManifestChunk {
  readonly state: ChunkState;
  readonly start: string | null;
  readonly end: string | null;
  readonly rows: number;
  readonly calls: number;
  readonly warnings: readonly Warning[];
}

/** Locks it as well: nobody stages into a chunk while it is being loaded. */
export async function readChunk(
  tables: Tables,
  runId: string,
  chunk: string,
): Promise<ManifestChunk | undefined> {
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).forUpdate();
  return (
    row && {
      state: row.state as ChunkState,
      start: dayOrNull(row.first_day),
      end: dayOrNull(row.last_day),
      rows: Number(row.rows),
      calls: Number(row.calls),
      warnings: row.warnings === null ? [] : (JSON.parse(String(row.warnings)) as Warning[]),
    }
  );
}
