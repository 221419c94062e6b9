import type { Warning } from '../../domain/run/run-result.ts';
import type { Tables } from '../dialect.ts';

export async function markLoaded(
  tables: Tables,
  runId: string,
  chunk: string,
  loaded: { readonly rows: number; readonly warnings: readonly Warning[]; readonly at: string },
): Promise<void> {
  await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .update({
      state: 'loaded',
      rows: loaded.rows,
      error: null,
      warnings: loaded.warnings.length === 0 ? null : JSON.stringify(loaded.warnings),
      loaded_at: loaded.at,
    });
}
