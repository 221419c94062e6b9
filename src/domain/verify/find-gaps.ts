import { type Day, daysOf } from '../period/day.ts';
import type { AskedStretch, TargetBooks } from './target-books.ts';

/** A day that is not loaded, and the run whose chunk failed there. */
export interface Gap {
  readonly day: Day;
  readonly failedIn: string | null;
}

/**
 * Days that lie between loaded ones, or belong to a chunk that was loaded or has failed, and are not there. What a
 * run that is under way has still to load is none of them.
 */
export function findGaps({ byPeriod, loaded, found, asked, runs }: TargetBooks): Gap[] {
  if (!byPeriod) return [];
  const there = new Set([...loaded, ...found].map(({ day }) => day));
  const ofLoadedRuns = new Set(loaded.map(({ run }) => run));
  const days = loaded.flatMap(({ day }) => day ?? []).sort();
  const [first, last] = [days[0], days.at(-1)];
  const underWay = daysIn(
    asked.filter(({ run, state }) => state === 'open' && runs.get(run)?.status === 'running'),
  );
  const failed = daysIn(asked.filter(({ state }) => state === 'failed'));
  const wanted = new Set([
    ...(first !== undefined && last !== undefined ? daysOf({ first, last }) : []),
    ...daysIn(asked.filter(({ run, state }) => state === 'loaded' && ofLoadedRuns.has(run))).keys(),
    ...failed.keys(),
  ]);
  return [...wanted]
    .filter((day) => !there.has(day) && !underWay.has(day))
    .map((day) => ({ day, failedIn: failed.get(day) ?? null }));
}

/** Each day, with the last of the runs that asked for it. */
const daysIn = (stretches: readonly AskedStretch[]): Map<Day, string> =>
  new Map(stretches.flatMap((stretch) => [...daysOf(stretch)].map((day) => [day, stretch.run] as const)));
