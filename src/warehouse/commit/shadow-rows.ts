import type { Warning } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';
import type { LoadedRows } from '../manifest/chunks.ts';
import { movePages } from '../manifest/shadow.ts';
import { countStagedByDay } from '../manifest/staging.ts';
import { type ChunkLoad, ownerRunId, TableChanged } from './chunk-load.ts';
import { isReady, planChunk } from './plan-chunk.ts';
import { countByDay } from './replace-rows.ts';

/** In `overwrite`: the chunk's pages, fitted to the table as it is, wait in the shadow for the other chunks of their run. */
export async function shadowRows(
  tables: Tables,
  { run, chunk, request, onStep }: ChunkLoad,
): Promise<LoadedRows & { readonly warnings: readonly Warning[] }> {
  const { target } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  countByDay(request.scope, await countStagedByDay(tables, run.runId, chunk, slices), target.table);
  const layout = await planChunk(tables, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  await movePages(tables, run.runId, ownerRunId(run), chunk, slices);
  await onStep('inserted');
  const rows = request.slices.reduce((sum, slice) => sum + slice.rows, 0);
  return { rows, waits: true, warnings: [] };
}
