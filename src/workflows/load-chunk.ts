import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ChunkOutcome, OpenedRun } from '#activities/contract';
import type { Chunk } from '#domain/chunk/chunk';
import type { SliceCount } from '#domain/run/staging';
import { baseUrlProbe } from '#domain/run/staging';
import { beginChunk, commitChunk, failChunk } from './activities.ts';
import { allOrNone } from './all-or-none.ts';
import { failureOf, stopsTheRun, textOf } from './failure.ts';
import { gaveWay } from './gave-way.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';

/** How often a chunk is begun in a row, where what is staged keeps differing from what its slices report. */
const roundsAtMost = 5;

/**
 * Pulls a chunk's slices and loads it. A refusal fails this chunk and lets the others go on; what stops the
 * whole run, and a cancellation, is thrown.
 */
export async function loadChunk(opened: OpenedRun, state: RunState, { key }: Chunk): Promise<void> {
  const { run } = opened;
  try {
    await pullAndCommit(opened, state, key);
  } catch (error) {
    if (gaveWay(error)) await throwIfCancelled();
    const failure = failureOf(error);
    if (isCancellation(error) || !failure || stopsTheRun(failure)) throw error;
    const text = textOf(failure);
    await state.stored(() =>
      CancellationScope.nonCancellable(() =>
        failChunk.executeWithOptions({ summary: key }, [{ run, chunk: key, error: text }]),
      ),
    );
    state.chunkFailed(key, text);
  }
}

async function pullAndCommit(opened: OpenedRun, state: RunState, chunk: string): Promise<void> {
  for (let round = 1; round <= roundsAtMost; round += 1) {
    const request = { run: opened.run, chunk, ...(round > 1 && { anew: true }) };
    const begun = await state.stored(() => beginChunk.executeWithOptions({ summary: chunk }, [request]));
    state.chunkBegun(chunk, begun.attempts);
    // What was finished before a Reset is not pulled again; the commit says how it ended.
    const counts = begun.state === 'pulling' ? await pullSlices(opened, state, chunk) : [];
    const outcome = counts && (await commit(opened, state, chunk, counts));
    if (outcome?.outcome === 'loaded') return state.chunkLoaded(chunk, outcome);
  }
  throw ApplicationFailure.nonRetryable(
    `What is staged of ${chunk} is not what its slices report, ${roundsAtMost} times in a row.`,
    'SlicesDiffer',
  );
}

/** What the slices have staged; undefined where the chunk was closed meanwhile, by the end of a run that is reset. */
async function pullSlices(
  { run, slices }: OpenedRun,
  state: RunState,
  chunk: string,
): Promise<readonly SliceCount[] | undefined> {
  const counts: (SliceCount | undefined)[] = [];
  // Each list plans the next one's calls; all of them plan the data's.
  for (const stage of [...slices.list.map((list) => [list]), slices.data]) {
    counts.push(...(await allOrNone(stage, (slice) => pullToEnd(run, state, chunk, slice))));
  }
  const known = counts.filter((count) => count !== undefined);
  return known.length === counts.length ? known : undefined;
}

/** Loads the chunk, after one call more where nothing has shown yet that the base URL is right. */
async function commit(
  { run, slices }: OpenedRun,
  state: RunState,
  chunk: string,
  counts: readonly SliceCount[],
): Promise<ChunkOutcome> {
  // Begun, a commit is waited for: cancelling it would only leave in doubt what the database did.
  const request = { run, chunk, slices, counts };
  const load = (proven: boolean) =>
    state.stored(
      () =>
        CancellationScope.nonCancellable(() =>
          commitChunk.executeWithOptions({ summary: chunk }, [{ ...request, proven }]),
        ),
      chunk,
    );
  const outcome = await load(false);
  if (outcome.outcome !== 'unproven') return outcome;
  await state.proveOnce(() => pullToEnd(run, state, null, baseUrlProbe));
  return load(true);
}
