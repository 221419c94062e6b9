import type { Selection } from '#domain/call/selection';
import type { Warning } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

export async function saveSelection(
  tables: Tables,
  runId: string,
  selection: Selection,
  warnings: readonly Warning[] = [],
): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run: runId })
    .update({
      selection: JSON.stringify(selection),
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
    });
}
