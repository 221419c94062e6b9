import type { Selection } from '../../domain/call/selection.ts';
import type { Tables } from '../dialect.ts';

export async function saveSelection(tables: Tables, runId: string, selection: Selection): Promise<void> {
  await tables
    .from('river_runs')
    .where({ run: runId })
    .update({ selection: JSON.stringify(selection) });
}
