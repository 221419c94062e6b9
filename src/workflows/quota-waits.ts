/** The slices of a run that wait for quota, while others may still be under way. */
export class QuotaWaits {
  #pulling = 0;
  readonly #until = new Set<{ readonly at: number }>();

  /** When the first of them goes on, in milliseconds since 1970; null where none waits, or the run still pulls. */
  get until(): number | null {
    return this.#pulling > 0 || this.#until.size === 0
      ? null
      : Math.min(...[...this.#until].map(({ at }) => at));
  }

  /** A slice is under way. */
  async pulling<T>(work: () => Promise<T>): Promise<T> {
    this.#pulling += 1;
    try {
      return await work();
    } finally {
      this.#pulling -= 1;
    }
  }

  /** A slice waits, as long as `sleep` does. */
  async waiting(until: number, sleep: () => Promise<void>): Promise<void> {
    const wait = { at: until };
    this.#until.add(wait);
    try {
      await sleep();
    } finally {
      this.#until.delete(wait);
    }
  }
}
