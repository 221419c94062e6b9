import { RefusedError } from '#domain/errors';
import type { CommitOutcome } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';
import {
  isOpenState,
  type ManifestChunk,
  markLoaded,
  markOriginalLoaded,
  markSkipped,
  readChunk,
} from '../manifest/chunks.ts';
import { readRun } from '../manifest/runs.ts';
import { countStaged, deletePages } from '../manifest/staging.ts';
import { lockTarget } from '../manifest/targets.ts';
import { type ChunkLoad, findDifferingSlices, SlicesDiffer } from './chunk-load.ts';
import { mergeRows } from './merge-rows.ts';
import { replaceRows } from './replace-rows.ts';
import { shadowRows } from './shadow-rows.ts';

/** The commit of a chunk, one transaction: everything in it happens, or nothing. */
export async function storeInTransaction(tables: Tables, load: ChunkLoad): Promise<CommitOutcome> {
  const { run, chunk, request, onStep } = load;
  await lockTarget(tables, run.river.target.table);
  const before = await readOpenChunk(tables, load);
  await onStep('locked');
  if (before.state === 'loaded') return loaded(before);
  if (await isLoadedByAnother(tables, run, chunk)) {
    await markSkipped(tables, run.runId, chunk);
    await deletePages(tables, run.runId, chunk);
    return loaded({ rows: 0, calls: before.calls, warnings: [] });
  }
  const staged = await countStaged(tables, run.runId, chunk);
  const slices = findDifferingSlices(request.slices, staged, request.listSlices);
  if (slices.length > 0) throw new SlicesDiffer(slices);
  await onStep('compared');
  const at = new Date().toISOString();
  const { warnings: found, ...written } = await writers[run.river.target.load](tables, load, before, at);
  const { rows } = written;
  const warnings = [...request.warnings, ...load.warnings, ...found];
  await markLoaded(tables, run.runId, chunk, { ...written, warnings, at });
  if (run.retryOf)
    await markOriginalLoaded(tables, run.retryOf.runId, chunk, { ...written, calls: before.calls, at });
  await onStep('marked');
  await deletePages(tables, run.runId, chunk);
  await onStep('unstaged');
  return loaded({ calls: before.calls, rows, warnings });
}

/** What becomes of a chunk's rows. */
const writers = { replace: replaceRows, append: replaceRows, merge: mergeRows, overwrite: shadowRows };

/** Of two retries of one run the first loads a chunk. */
async function isLoadedByAnother(tables: Tables, { retryOf }: StoredRun, chunk: string): Promise<boolean> {
  return retryOf !== null && (await readChunk(tables, retryOf.runId, chunk))?.state === 'loaded';
}

function loaded(chunk: Pick<ManifestChunk, 'rows' | 'calls' | 'warnings'>): CommitOutcome {
  return { outcome: 'loaded', rows: chunk.rows, calls: chunk.calls, warnings: chunk.warnings };
}

/** The chunk, where it is loaded already or may be loaded now. */
async function readOpenChunk(
  tables: Tables,
  { run: { runId, river }, chunk, request }: ChunkLoad,
): Promise<ManifestChunk> {
  const found = await readChunk(tables, runId, chunk);
  if (!found) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  if (found.state === 'loaded') return found;
  const run = await readRun(tables, runId);
  if (isOpenState(found.state)) {
    if (run?.status === 'running') return found;
    // It was closed, and a Reset goes on from after its slices: what they had staged is gone.
    throw new SlicesDiffer(request.slices.map(({ slice }) => slice));
  }
  throw new RefusedError(
    `The chunk ${chunk} of ${river.name} is ${found.state} in a run that is ${run?.status}: it is not loaded any more.`,
    { facts: { river: river.name, run: runId, chunk, state: found.state, runState: run?.status } },
  );
}
