import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun, RunRef } from '#activities/contract';
import type { Chunk } from '#domain/chunk/chunk';
import { nextChunks } from './activities.ts';
import { loadChunk } from './load-chunk.ts';
import type { RunState } from './run-state.ts';

/**
 * Works on a limited number of chunks at a time until all are loaded or failed: `done`. Where Temporal suggests continue-as-new
 * before that: `continue`; the slices stop after their calls in flight, and the next execution continues from what is staged.
 */
export async function pullChunks(opened: OpenedRun, state: RunState): Promise<'done' | 'continue'> {
  const queue = new ChunkQueue(opened.run, opened.chunksAtOnce, state);
  const worker = async () => {
    for (let chunk = await queue.take(); chunk; chunk = await queue.take()) {
      await loadChunk(opened, state, chunk);
    }
  };
  const scope = new CancellationScope();
  const workers = Array.from({ length: opened.chunksAtOnce }, () => scope.run(worker));
  const longHistory = scope.run(() => condition(() => workflowInfo().continueAsNewSuggested));
  try {
    return await Promise.race([
      Promise.all(workers).then(() => 'done' as const),
      longHistory.then(() => 'continue' as const),
    ]);
  } finally {
    scope.cancel();
    await Promise.allSettled([...workers, longHistory]);
  }
}

const readAtOnce = 100;

/**
 * The run's unfinished chunks in the period's order, read from the manifest a hundred at a time. The manifest knows how far the
 * run is, so neither a payload nor continue-as-new carries a list of chunks.
 */
class ChunkQueue {
  readonly #run: RunRef;
  readonly #state: RunState;
  readonly #chunksAtOnce: number;
  readonly #taken = new Set<string>();
  #waiting: Chunk[] = [];
  #isRead = false;
  #reading: Promise<void> | undefined;

  constructor(run: RunRef, chunksAtOnce: number, state: RunState) {
    this.#run = run;
    this.#state = state;
    this.#chunksAtOnce = chunksAtOnce;
  }

  /** The next chunk; undefined where none is left. */
  async take(): Promise<Chunk | undefined> {
    if (this.#waiting.length === 0 && !this.#isRead) {
      this.#reading ??= this.#read();
      await this.#reading;
    }
    const chunk = this.#waiting.shift();
    if (chunk) this.#taken.add(chunk.key);
    return chunk;
  }

  async #read(): Promise<void> {
    // The chunks that this run works on are unfinished too: the limit leaves room for them.
    const limit = readAtOnce + this.#chunksAtOnce;
    const summary = 'chunks that are not loaded';
    const request = { run: this.#run, limit };
    const chunks = await this.#state.stored(() => nextChunks.executeWithOptions({ summary }, [request]));
    this.#waiting = chunks.filter((chunk) => !this.#taken.has(chunk.key));
    // All chunks of a run are written before the first of them is pulled, and none becomes unfinished again while it is under way.
    this.#isRead = chunks.length < limit;
    this.#reading = undefined;
  }
}
