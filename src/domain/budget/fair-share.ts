import type { FairShare } from './budget-state.ts';

/**
 * How runs share the calls of a connection: of those that wait, the one that was served least is next. A run that comes
 * later, or that did not wait for a while, begins beside the least served of them, and catches nothing up.
 */
export const createFairShare = (): FairShare => ({ level: 0, runs: {} });

/** A run counts as small until it has sent this many calls. */
export const smallRunCalls = 10;

/** The part of each window that large runs may fill; the rest is kept for small ones. */
export const largeRunShare = 0.98;

/** Whether a run that was given so many calls is still small. */
export const isSmallRun = (sent: number): boolean => sent < smallRunCalls;

/** The part of the windows that a run may fill which was given so many calls. */
export const windowShare = (sent: number): number => (isSmallRun(sent) ? 1 : largeRunShare);

/** How many calls a run was given, as far back as is remembered. */
export function countSent({ runs }: FairShare, run: string): number {
  return runs[run]?.sent ?? 0;
}

/** A run's position in the order of sharing: the lowest is served next. */
export function readPosition({ level, runs }: FairShare, run: string): number {
  return Math.max(level, runs[run]?.served ?? level);
}

/** Notes who waits: a run that did not wait meanwhile is not behind for that. */
export function raiseLevel(shares: FairShare, waiting: readonly string[]): void {
  if (waiting.length > 0) shares.level = Math.min(...waiting.map((run) => readPosition(shares, run)));
}

/** A run was given a call. */
export function chargeRun(shares: FairShare, run: string, now: number): void {
  const served = readPosition(shares, run) + 1;
  shares.runs[run] = { sent: countSent(shares, run) + 1, served, at: now };
}

/** A run gave a call back. */
export function refundRun({ runs }: FairShare, run: string): void {
  const share = runs[run];
  if (!share) return;
  share.sent = Math.max(0, share.sent - 1);
  share.served -= 1;
}

/** Forgets runs that were given nothing since `before`. */
export function forgetIdleRuns({ runs }: FairShare, before: number): void {
  for (const run of Object.keys(runs)) if ((runs[run]?.at ?? before) < before) delete runs[run];
}
