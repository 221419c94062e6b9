import type { WindowUse } from './window-use.ts';

/**
 * In how many seconds the last of `calls` calls may be sent, for a person to read: what a window has free goes now,
 * the rest in bursts of the whole window, one each time it has passed.
 */
export function expectedSeconds(calls: number, windows: readonly WindowUse[]): number {
  const waits = windows.map(
    ({ calls: size, perSeconds, free }) => Math.ceil(Math.max(0, calls - free) / size) * perSeconds,
  );
  return Math.max(0, ...waits);
}
