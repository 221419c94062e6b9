import { setTimeout as sleep } from 'node:timers/promises';

/** An answer that is not staged by then may never be: its warehouse hangs. */
const stagedWithinMs = 5_000;
const lookEveryMs = 250;
/** Meanwhile one call is made this often, to see whether its answer can be staged. */
const probeEveryMs = 60_000;

/** Knows which warehouses leave answers waiting to be staged: calls whose answers could not be are not made. */
export interface StagingWatch {
  /** Stages an answer. */
  keep(warehouse: string, stage: () => Promise<void>): Promise<void>;
  /** Waits until answers can be staged there, as far as is known; or until the signal is aborted. */
  untilStaging(warehouse: string, signal: AbortSignal): Promise<void>;
}

export function createStagingWatch(now = () => performance.now()): StagingWatch {
  const begun = new Map<string, Set<number>>();
  const stagedAt = new Map<string, number>();
  const probedAt = new Map<string, number>();

  const hangs = (warehouse: string): boolean => {
    const last = stagedAt.get(warehouse) ?? Number.NEGATIVE_INFINITY;
    const overdue = now() - stagedWithinMs;
    return [...(begun.get(warehouse) ?? [])].some((at) => at >= last && at < overdue);
  };
  const isProbe = (warehouse: string): boolean => {
    const before = probedAt.get(warehouse) ?? stagedAt.get(warehouse) ?? 0;
    if (now() - before < probeEveryMs) return false;
    probedAt.set(warehouse, now());
    return true;
  };

  return {
    async keep(warehouse, stage) {
      const waiting = begun.get(warehouse) ?? new Set();
      begun.set(warehouse, waiting);
      let at = now();
      while (waiting.has(at)) at += 0.001;
      waiting.add(at);
      try {
        await stage();
        stagedAt.set(warehouse, now());
      } finally {
        waiting.delete(at);
      }
    },
    async untilStaging(warehouse, signal) {
      while (hangs(warehouse) && !isProbe(warehouse)) await sleep(lookEveryMs, undefined, { signal });
    },
  };
}
