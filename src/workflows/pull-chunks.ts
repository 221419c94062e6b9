import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { ChunkQueue } from './chunk-queue.ts';
import { loadChunk } from './load-chunk.ts';
import type { RunState } from './run-state.ts';

/**
 * Keeps a bounded number of chunks open until all are loaded or failed: `done`; or until the history has grown
 * so long that Temporal suggests to begin a new one: `continue`. Then the slices stop after their call in
 * flight, and the next execution goes on from what is staged.
 */
export async function pullChunks(opened: OpenedRun, state: RunState): Promise<'done' | 'continue'> {
  const queue = new ChunkQueue(opened.run, opened.chunksAtOnce, state);
  const lane = async () => {
    for (let chunk = await queue.take(); chunk; chunk = await queue.take()) {
      await loadChunk(opened, state, chunk);
    }
  };
  const scope = new CancellationScope();
  const lanes = Array.from({ length: opened.chunksAtOnce }, () => scope.run(lane));
  const longHistory = scope.run(() => condition(() => workflowInfo().continueAsNewSuggested));
  try {
    return await Promise.race([
      Promise.all(lanes).then(() => 'done' as const),
      longHistory.then(() => 'continue' as const),
    ]);
  } finally {
    scope.cancel();
    await Promise.allSettled([...lanes, longHistory]);
  }
}
