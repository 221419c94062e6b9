import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** Removes the staged pages of a chunk, or of the whole run where it is null: all of them, or those of some slices. */
export async function deletePages(
  tables: Tables,
  runId: string,
  chunk: string | null,
  slices?: readonly string[],
): Promise<void> {
  const pages = tables.from(stagingOf(runId)).where({ chunk: chunk ?? '' });
  if (slices) pages.whereIn('slice', slices);
  await pages.delete();
}
