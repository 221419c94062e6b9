import type { Both } from '../dialect.ts';
import { countStagedByDay } from '../manifest/staging.ts';
import { type ChunkLoad, TableChanged } from './chunk-load.ts';
import { isReady, planChunk } from './plan-chunk.ts';
import { countByDay, type Replaced } from './replace-rows.ts';

/** In `overwrite`: the chunk's pages, fitted to the table as it is, wait in the shadow for the other chunks of their run. */
export async function shadowRows(both: Both, { run, chunk, request }: ChunkLoad): Promise<Replaced> {
  const { target } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  countByDay(request.scope, await countStagedByDay(both.books, run.runId, chunk, slices), target.table);
  const layout = await planChunk(both, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  const rows = request.slices.reduce((sum, slice) => sum + slice.rows, 0);
  return { written: { rows, waits: true }, warnings: [], removed: [], days: [], gone: [] };
}
