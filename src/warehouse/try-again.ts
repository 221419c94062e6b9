import { setTimeout as pause } from 'node:timers/promises';

const firstPauseMs = 5;
const longestPauseMs = 250;
/** As long as work waits for its connection: a page was paid for with a call. */
const patienceMs = 600_000;
const conflictsAtMost = 5;

/** Which failures another attempt may cure. */
export interface Curable {
  /** Another process is writing: tried again for ten minutes from when that was first said. */
  isBusy(error: unknown): boolean;
  /** The database has chosen one of two transactions that stood in each other's way: tried again a few times. */
  isConflict(error: unknown): boolean;
}

/** Runs `work` until it succeeds or fails for good. Waits on the event loop, each time longer, never in step with others. */
export async function tryAgain<T>(
  work: () => Promise<T>,
  { isBusy, isConflict }: Curable,
  busyAtMostMs = patienceMs,
): Promise<T> {
  let busyUntil: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isBusyNow = isBusy(error);
      if (isBusyNow) busyUntil ??= performance.now() + busyAtMostMs;
      const again = isBusyNow
        ? performance.now() < Number(busyUntil)
        : isConflict(error) && attempt <= conflictsAtMost;
      if (!again) throw error;
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10)) * Math.random());
    }
  }
}
