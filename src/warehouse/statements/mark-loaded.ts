import type { Warning } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

import { storableText } from '../page-text.ts';

export async function markLoaded(
  tables: Tables,
  runId: string,
  chunk: string,
  loaded: { readonly rows: number; readonly warnings: readonly Warning[]; readonly at: string },
): Promise<void> {
  const warnings = loaded.warnings.map((warning) => ({ ...warning, message: storableText(warning.message) }));
  await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .update({
      state: 'loaded',
      rows: loaded.rows,
      error: null,
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      loaded_at: loaded.at,
    });
}
