import { addDays, type Day, type Stretch } from './day.ts';
import { resolveDay } from './resolve-day.ts';
import type { Zone } from './zone.ts';

const farthestMs = 24 * 3_600_000;

/** When days begin and are over, in milliseconds since 1970, at an offset or in a time zone: with summer time a day has 23 or 25 hours. */
export function edgesOf(
  { first, last }: Stretch,
  zone: Zone,
): { readonly from: number; readonly until: number } {
  return { from: beginningOf(first, zone), until: beginningOf(addDays(last, 1), zone) };
}

/** The first instant of which the zone says that day: looked for, because only the other way is known. */
function beginningOf(day: Day, zone: Zone): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let [before, at] = [midnight - farthestMs, midnight + farthestMs];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (resolveDay(new Date(middle), zone) >= day) at = middle;
    else before = middle;
  }
  return at;
}
