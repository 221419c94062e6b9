import type { ChunkProgress } from '#domain/run/progress';
import type { SliceCount } from '#domain/run/staging';

/** Finished chunks that stay in view. */
const finishedInView = 20;

/** The chunks of a run that a person sees: those under way, and the newest that are finished. */
export class ChunksInView {
  readonly #chunks = new Map<string, ChunkProgress>();

  get all(): readonly ChunkProgress[] {
    return [...this.#chunks.values()];
  }

  /** Of chunks under way alone: what is finished is counted elsewhere. */
  get underWay(): { readonly rows: number; readonly calls: number } {
    const pulling = this.all.filter(({ state }) => state === 'pulling');
    const sum = (what: 'rows' | 'calls') => pulling.reduce((total, chunk) => total + chunk[what], 0);
    return { rows: sum('rows'), calls: sum('calls') };
  }

  begun(chunk: string, attempts: number, slices: number): void {
    const none = { rows: 0, calls: 0, slicesPulled: 0, error: null };
    this.#chunks.set(chunk, { chunk, state: 'pulling', attempts, slices, ...none });
  }

  slicePulled(chunk: string, count: SliceCount): void {
    this.#change(chunk, ({ rows, calls, slicesPulled }) => ({
      rows: rows + count.rows,
      calls: calls + count.calls,
      slicesPulled: slicesPulled + 1,
    }));
  }

  finished(chunk: string, how: Partial<ChunkProgress>): void {
    this.#change(chunk, () => how);
    const finished = this.all.filter(({ state }) => state !== 'pulling');
    for (const { chunk: old } of finished.slice(0, -finishedInView)) this.#chunks.delete(old);
  }

  /** Nothing is pulled any more: what was under way is that now. */
  closed(how: Partial<ChunkProgress>): void {
    for (const { chunk, state } of this.all) if (state === 'pulling') this.#change(chunk, () => how);
  }

  #change(chunk: string, change: (before: ChunkProgress) => Partial<ChunkProgress>): void {
    const before = this.#chunks.get(chunk);
    if (before) this.#chunks.set(chunk, { ...before, ...change(before) });
  }
}
