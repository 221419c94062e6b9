import type { Tables } from '../dialect.ts';
import { storableText } from '../page-text.ts';
import { openStates } from './open-states.ts';

/** The chunk fails, or every chunk of the run that is still open. One that is loaded stays loaded. */
export async function failChunks(
  tables: Tables,
  chunks: { readonly run: string; readonly chunk?: string },
  error: string,
): Promise<void> {
  await tables
    .from('river_chunks')
    .where({ ...chunks })
    .whereIn('state', openStates)
    .update({ state: 'failed', error: storableText(error) });
}
