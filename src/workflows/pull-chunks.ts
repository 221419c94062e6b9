import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun } from '../activities/contract.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { loadChunk } from './load-chunk.ts';
import type { RunState } from './run-state.ts';

/**
 * Keeps a bounded number of chunks open until all are loaded or failed: `done`; or until the history has grown
 * so long that Temporal suggests to begin a new one: `continue`. Then the slices stop after their call in
 * flight, and the next execution goes on from what is staged.
 */
export async function pullChunks(opened: OpenedRun, state: RunState): Promise<'done' | 'continue'> {
  const queue = new ChunkQueue(opened.run, opened.chunksAtOnce);
  const scope = new CancellationScope();
  let leaving = false;

  const lane = async () => {
    for (let chunk = await queue.take(); chunk && !leaving; chunk = await queue.take()) {
      await loadChunk(opened, state, chunk);
      if (!leaving && workflowInfo().continueAsNewSuggested) {
        leaving = true;
        scope.cancel();
      }
    }
  };
  const lanes = Array.from({ length: opened.chunksAtOnce }, () => scope.run(lane));
  try {
    await Promise.all(lanes);
  } catch (error) {
    scope.cancel();
    await Promise.allSettled(lanes);
    if (!(leaving && isCancellation(error))) throw error;
  }
  return leaving ? 'continue' : 'done';
}
