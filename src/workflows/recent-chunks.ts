import type { ChunkProgress } from '#domain/run/progress';
import type { SliceCount } from '#domain/run/staged-page';

/** How many finished chunks are shown. */
const finishedAtMost = 20;

/** The chunks of a run that `progress` and the Web UI show: those under way, and the newest finished ones. */
export class RecentChunks {
  readonly #chunks = new Map<string, ChunkProgress>();

  get all(): readonly ChunkProgress[] {
    return [...this.#chunks.values()];
  }

  /** Counts of the chunks under way; `RunState` counts the finished ones. */
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
    for (const { chunk: old } of finished.slice(0, -finishedAtMost)) this.#chunks.delete(old);
  }

  /** The run has ended: chunks under way get this state. */
  closed(how: Partial<ChunkProgress>): void {
    for (const { chunk, state } of this.all) if (state === 'pulling') this.#change(chunk, () => how);
  }

  #change(chunk: string, change: (before: ChunkProgress) => Partial<ChunkProgress>): void {
    const before = this.#chunks.get(chunk);
    if (before) this.#chunks.set(chunk, { ...before, ...change(before) });
  }
}
