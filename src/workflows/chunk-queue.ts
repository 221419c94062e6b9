import type { RunRef } from '#activities/contract';
import type { Chunk } from '#domain/chunk/chunk';
import { nextChunks } from './activities.ts';
import type { RunState } from './run-state.ts';

const readAtOnce = 100;

/**
 * The run's unfinished chunks in the period's order, read from the manifest a hundred at a time: there is
 * where the run's place is kept, so neither a payload nor continue-as-new carries it.
 */
export class ChunkQueue {
  readonly #run: RunRef;
  readonly #state: RunState;
  readonly #chunksAtOnce: number;
  readonly #taken = new Set<string>();
  #waiting: Chunk[] = [];
  #reading: Promise<void> | undefined;

  constructor(run: RunRef, chunksAtOnce: number, state: RunState) {
    this.#run = run;
    this.#state = state;
    this.#chunksAtOnce = chunksAtOnce;
  }

  /** The next chunk, or undefined where there is none left. */
  async take(): Promise<Chunk | undefined> {
    if (this.#waiting.length === 0) {
      this.#reading ??= this.#read();
      await this.#reading;
    }
    const chunk = this.#waiting.shift();
    if (chunk) this.#taken.add(chunk.key);
    return chunk;
  }

  async #read(): Promise<void> {
    // Chunks that are open here are unfinished as well: room for them, so that what remains is new.
    const limit = readAtOnce + this.#chunksAtOnce;
    const summary = 'chunks that are not loaded';
    const request = { run: this.#run, limit };
    const chunks = await this.#state.stored(() => nextChunks.executeWithOptions({ summary }, [request]));
    this.#waiting = chunks.filter((chunk) => !this.#taken.has(chunk.key));
    this.#reading = undefined;
  }
}
