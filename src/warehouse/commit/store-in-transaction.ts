import { RefusedError } from '#domain/errors';
import type { CommitOutcome } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Databases } from '../databases.ts';
import type { Books } from '../dialect.ts';
import { isOpenState, type ManifestChunk, markSkipped, readChunk } from '../manifest/chunks.ts';
import { readRun } from '../manifest/runs.ts';
import { countStaged, deletePages } from '../manifest/staging.ts';
import { changeTarget } from './change-target.ts';
import { type ChunkLoad, findDifferingSlices, SlicesDiffer } from './chunk-load.ts';
import type { ChunkChange } from './mark-change.ts';
import { mergeRows } from './merge-rows.ts';
import { replaceRows } from './replace-rows.ts';
import { shadowRows } from './shadow-rows.ts';

/** The commit of a chunk: everything in it happens, or nothing. */
export async function storeInTransaction(databases: Databases, load: ChunkLoad): Promise<CommitOutcome> {
  const { run, chunk, request, onStep } = load;
  const { name: river, target } = run.river;
  let found: CommitOutcome | undefined;
  const change = await changeTarget(
    databases,
    target.table,
    async (both): Promise<ChunkChange | undefined> => {
      const { books } = both;
      const before = await readOpenChunk(books, load);
      await onStep('locked');
      if (before.state === 'loaded') {
        found = loaded(before);
        return undefined;
      }
      if (await isLoadedByAnother(books, run, chunk)) {
        await markSkipped(books, run.runId, chunk);
        await deletePages(books, run.runId, chunk);
        found = loaded({ rows: 0, calls: before.calls, warnings: [] });
        return undefined;
      }
      const staged = await countStaged(books, run.runId, chunk);
      const slices = findDifferingSlices(request.slices, staged, request.listSlices);
      if (slices.length > 0) throw new SlicesDiffer(slices);
      await onStep('compared');
      const at = new Date().toISOString();
      const { warnings, ...done } = await writers[target.load](both, load, before, at);
      const { runId, retryOf, ownFilters } = run;
      const { scope } = request;
      return {
        kind: 'chunk',
        ...{ river, table: target.table, runId, chunk, at, ownFilters, calls: before.calls },
        retryOf: retryOf?.runId ?? null,
        warnings: [...request.warnings, ...load.warnings, ...warnings],
        slices: request.slices.map(({ slice }) => slice),
        scope: scope && { start: scope.start, end: scope.end },
        completeUpTo: request.completeUpTo ?? null,
        ...done,
      };
    },
    onStep,
  );
  if (change) return loaded({ ...change, rows: change.written.rows });
  if (found) return found;
  throw new Error(`the commit of the chunk ${chunk} has come to nothing`);
}

/** What becomes of a chunk's rows. */
const writers = { replace: replaceRows, append: replaceRows, merge: mergeRows, overwrite: shadowRows };

/** Of two retries of one run the first loads a chunk. */
async function isLoadedByAnother(books: Books, { retryOf }: StoredRun, chunk: string): Promise<boolean> {
  return retryOf !== null && (await readChunk(books, retryOf.runId, chunk))?.state === 'loaded';
}

function loaded(chunk: Pick<ManifestChunk, 'rows' | 'calls' | 'warnings'>): CommitOutcome {
  return { outcome: 'loaded', rows: chunk.rows, calls: chunk.calls, warnings: chunk.warnings };
}

/** The chunk, where it is loaded already or may be loaded now. */
async function readOpenChunk(
  books: Books,
  { run: { runId, river }, chunk, request }: ChunkLoad,
): Promise<ManifestChunk> {
  const found = await readChunk(books, runId, chunk);
  if (!found) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  if (found.state === 'loaded') return found;
  const run = await readRun(books, runId);
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
