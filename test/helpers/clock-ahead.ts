import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where Debian's package `libfaketime` puts the library that shifts the clock below everything in a process. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** What shifts a process's clock: that library, where it is installed, or this module, which works everywhere. */
export type ClockShifter = 'libfaketime' | 'a shifted Date';
export const bestClockShifter: ClockShifter = existsSync(library) ? 'libfaketime' : 'a shifted Date';

/**
 * The environment in which a process of Node sees a wall clock that is so far ahead of ours; behind, where it is
 * negative. Its monotonic clock is left alone: nobody sets that one.
 */
export function clockAhead(ms: number, by: ClockShifter = 'a shifted Date'): NodeJS.ProcessEnv {
  if (ms === 0) return {};
  if (by === 'libfaketime') {
    const offset = `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}s`;
    return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  }
  return { NODE_OPTIONS: `--import=${fileURLToPath(import.meta.url)}`, TEST_CLOCK_AHEAD_MS: String(ms) };
}

const aheadMs = Number(process.env.TEST_CLOCK_AHEAD_MS ?? 0);
if (aheadMs !== 0) {
  globalThis.Date = new Proxy(Date, {
    construct: (date, given, made): Date =>
      Reflect.construct(date, given.length > 0 ? given : [date.now() + aheadMs], made),
    get: (date, key) => (key === 'now' ? () => date.now() + aheadMs : Reflect.get(date, key)),
  });
}
