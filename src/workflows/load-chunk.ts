import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { OpenedRun } from '../activities/contract.ts';
import type { Chunk } from '../domain/chunk/chunk.ts';
import { proofOfConnection } from '../domain/run/run-slices.ts';
import type { SliceCount } from '../domain/run/staged-page.ts';
import { beginChunk, commitChunk, failChunk } from './activities.ts';
import { failureOf, stopsTheRun, textOf } from './failure.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';

/**
 * Pulls a chunk's slices and loads it. A refusal fails this chunk and lets the others go on; what stops the
 * whole run, and a cancellation, is thrown.
 */
export async function loadChunk(opened: OpenedRun, state: RunState, chunk: Chunk): Promise<void> {
  const { run } = opened;
  try {
    const { attempts } = await beginChunk.executeWithOptions({ summary: chunk.key }, [
      { run, chunk: chunk.key },
    ]);
    state.chunkBegun(chunk.key, attempts);
    await pullAndCommit(opened, state, chunk.key);
  } catch (error) {
    const failure = failureOf(error);
    if (isCancellation(error) || !failure || stopsTheRun(failure)) throw error;
    const text = textOf(failure);
    await CancellationScope.nonCancellable(() =>
      failChunk.executeWithOptions({ summary: chunk.key }, [{ run, chunk: chunk.key, error: text }]),
    );
    state.chunkFailed(chunk.key, text);
  }
}

async function pullAndCommit(opened: OpenedRun, state: RunState, chunk: string): Promise<void> {
  const { run, slices } = opened;
  for (let proven = false; ; ) {
    const counts: SliceCount[] = [];
    // Each list plans the next one's calls; all of them plan the data's.
    for (const stage of [...slices.list.map((list) => [list]), slices.data]) {
      counts.push(...(await allOrNone(stage, (slice) => pullToEnd(run, state, chunk, slice))));
    }
    // Begun, a commit is waited for: cancelling it would only leave in doubt what the database did.
    const outcome = await CancellationScope.nonCancellable(() =>
      commitChunk.executeWithOptions({ summary: chunk }, [{ run, chunk, slices, counts, proven }]),
    );
    if (outcome.outcome === 'loaded') return state.chunkLoaded(chunk, outcome);
    if (outcome.outcome === 'unproven') {
      await state.proveOnce(() => pullToEnd(run, state, null, proofOfConnection));
      proven = true;
    }
  }
}

/** All slices at once; when one fails the others are stopped, and waited for, before its failure is passed on. */
async function allOrNone<T>(slices: readonly string[], pull: (slice: string) => Promise<T>): Promise<T[]> {
  const scope = new CancellationScope();
  return scope.run(async () => {
    const pulls = slices.map(pull);
    try {
      return await Promise.all(pulls);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(pulls);
      throw error;
    }
  });
}
