import { type Day, eachDay } from '../period/date-range.ts';
import type { AskedStretch, TargetBooks } from './target-books.ts';

/** A day that is not loaded, and the run that was to load it. */
export interface Gap {
  readonly day: Day;
  readonly run: string;
  /** What became of its chunk: loaded once and gone since, failed, or never begun. */
  readonly chunk: AskedStretch['state'];
}

/**
 * Days that a run had in its period and that are neither loaded nor forgotten since. What no run had is none, whatever
 * lies around it, nor is what a run under way has still to load. Of several runs the last one is told.
 */
export function findGaps({
  byPeriod,
  loaded,
  found,
  asked,
  retrying,
  runs,
  forgotten,
  madeAt,
}: TargetBooks): Gap[] {
  if (!byPeriod) return [];
  const there = new Set([...loaded, ...found].map(({ day }) => day));
  for (const day of forgotten) there.add(day);
  const isUnderWay = ({ run, state }: AskedStretch) =>
    state === 'open' && runs.get(run)?.status === 'running';
  for (const stretch of [...retrying, ...asked.filter(isUnderWay)])
    for (const day of eachDay(stretch)) there.add(day);
  const order = new Map([...runs.keys()].map((run, at) => [run, at]));
  const counting = asked
    .filter((stretch) => order.has(stretch.run) && !isUnderWay(stretch))
    .filter(
      ({ loadedAt }) => loadedAt === null || madeAt === null || Date.parse(loadedAt) >= Date.parse(madeAt),
    )
    .sort((a, b) => Number(order.get(a.run)) - Number(order.get(b.run)));
  const gaps = new Map<Day, Gap>();
  for (const stretch of counting) {
    const { run, state } = stretch;
    for (const day of eachDay(stretch)) if (!there.has(day)) gaps.set(day, { day, run, chunk: state });
  }
  return [...gaps.values()];
}
