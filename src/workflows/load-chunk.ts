import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ChunkOutcome, OpenedRun } from '#activities/contract';
import { type Chunk, chunkText } from '#domain/chunk/chunk';
import type { SliceCount } from '#domain/run/staged-page';
import { baseUrlProbe } from '#domain/run/staged-page';
import { beginChunk, commitChunk, failChunk } from './activities.ts';
import {
  allOrNone,
  cancelledDuringRetry,
  failureText,
  readFailure,
  stopsTheRun,
  throwIfCancelled,
} from './failure.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';
import { summaryText } from './visibility.ts';

/** How often a chunk is begun again while what is staged differs from what its slices have reported. */
const roundsAtMost = 5;

/**
 * Pulls a chunk's slices and loads the chunk. A refused call fails this chunk alone; what stops the whole run, and a
 * cancellation, is thrown.
 */
export async function loadChunk(opened: OpenedRun, state: RunState, { key }: Chunk): Promise<void> {
  const { run } = opened;
  try {
    await pullAndCommit(opened, state, key);
  } catch (error) {
    if (cancelledDuringRetry(error)) await throwIfCancelled();
    const failure = readFailure(error);
    if (isCancellation(error) || !failure || stopsTheRun(failure)) throw error;
    const text = failureText(failure);
    await state.stored(() =>
      CancellationScope.nonCancellable(() =>
        failChunk.executeWithOptions({ summary: summaryText(`${chunkText(key)}: ${text}`) }, [
          { run, chunk: key, error: text },
        ]),
      ),
    );
    state.chunkFailed(key, text);
  }
}

async function pullAndCommit(opened: OpenedRun, state: RunState, chunk: string): Promise<void> {
  for (let round = 1; round <= roundsAtMost; round += 1) {
    const request = { run: opened.run, chunk, ...(round > 1 && { anew: true }) };
    const begun = await state.stored(() =>
      beginChunk.executeWithOptions({ summary: chunkText(chunk) }, [request]),
    );
    state.chunkBegun(chunk, begun.attempts);
    // A chunk that was finished before a Reset is not pulled again; the commit answers how it ended.
    const counts = begun.state === 'pulling' ? await pullSlices(opened, state, chunk) : [];
    const outcome = counts && (await commit(opened, state, chunk, counts));
    if (outcome?.outcome === 'loaded') return state.chunkLoaded(chunk, outcome);
  }
  throw ApplicationFailure.nonRetryable(
    `What is staged of ${chunk} is not what its slices report, ${roundsAtMost} times in a row.`,
    'SlicesDiffer',
  );
}

/** What the slices have staged; undefined where the chunk was closed meanwhile, by the end of a run that was reset. */
async function pullSlices(
  { run, slices }: OpenedRun,
  state: RunState,
  chunk: string,
): Promise<readonly SliceCount[] | undefined> {
  const counts: (SliceCount | undefined)[] = [];
  // Each list plans the calls of the next one, and the last list those of the data.
  for (const stage of [...slices.list.map((list) => [list]), slices.data]) {
    counts.push(...(await allOrNone(stage, (slice) => pullToEnd(run, state, chunk, slice))));
  }
  const known = counts.filter((count) => count !== undefined);
  return known.length === counts.length ? known : undefined;
}

/** Loads the chunk. Where only 404 was answered so far, one more call first finds out whether the base URL is right. */
async function commit(
  { run, slices }: OpenedRun,
  state: RunState,
  chunk: string,
  counts: readonly SliceCount[],
): Promise<ChunkOutcome> {
  // A commit under way is not cancelled: it would be unknown whether the database has committed.
  const request = { run, chunk, slices, counts };
  const load = (proven: boolean) =>
    state.stored(
      () =>
        CancellationScope.nonCancellable(() =>
          commitChunk.executeWithOptions({ summary: `${chunkText(chunk)} into the table` }, [
            { ...request, proven },
          ]),
        ),
      chunk,
    );
  const outcome = await load(false);
  if (outcome.outcome !== 'unproven') return outcome;
  await state.probeBaseUrlOnce(() => pullToEnd(run, state, null, baseUrlProbe));
  return load(true);
}
