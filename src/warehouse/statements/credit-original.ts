import type { Tables } from '../dialect.ts';

/** A retry has loaded a chunk of another run: there it is loaded as well, with what both have called for it. */
export async function creditOriginal(
  tables: Tables,
  runId: string,
  chunk: string,
  loaded: { readonly rows: number; readonly calls: number; readonly at: string },
): Promise<void> {
  await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .update({
      state: 'loaded',
      rows: loaded.rows,
      calls: tables.query.raw('calls + ?', [loaded.calls]),
      attempts: tables.query.raw('attempts + 1'),
      error: null,
      loaded_at: loaded.at,
    });
}

/** Another retry was faster: the chunk of this one has nothing left to load. */
export async function skipChunk(tables: Tables, runId: string, chunk: string): Promise<void> {
  await tables.from('river_chunks').where({ run: runId, chunk }).update({ state: 'skipped', error: null });
}
