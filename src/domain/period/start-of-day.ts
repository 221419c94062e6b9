import type { Day } from './day.ts';
import { resolveDay } from './resolve-day.ts';
import type { Zone } from './zone.ts';

/** No place's clock is further from UTC. */
const furthestMs = 15 * 3_600_000;

/** When a day begins in a zone, in milliseconds since 1970; to the second. Not always at midnight: clocks change there as well. */
export function startOfDay(day: Day, zone: Zone): number {
  let before = Date.parse(`${day}T00:00:00Z`) - furthestMs;
  let after = before + 2 * furthestMs;
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (resolveDay(new Date(middle), zone) < day) before = middle;
    else after = middle;
  }
  return after;
}
