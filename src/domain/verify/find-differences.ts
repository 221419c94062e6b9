import { type Day, eachDay } from '../period/date-range.ts';
import type { FindingKind, RequestedDays, RowsOfRun, TargetSnapshot } from './verification.ts';

/** A difference between table and manifest on one day. */
export interface Difference {
  readonly kind: FindingKind;
  readonly day: Day | null;
  readonly loaded: number;
  readonly found: number;
}

/** Where the table's rows, by day and run, differ from those of the manifest. */
export function compareRows({
  loaded,
  found,
  runs,
}: Pick<TargetSnapshot, 'loaded' | 'found' | 'runs'>): Difference[] {
  const inTable = new Map<string, number>();
  // A column that holds times as well gives a day in parts.
  for (const rows of found) inTable.set(toKey(rows), (inTable.get(toKey(rows)) ?? 0) + rows.rows);
  const inManifest = new Set(loaded.map(toKey));
  return [
    ...loaded.flatMap((rows) => compareCounts(rows, inTable.get(toKey(rows)) ?? 0)),
    ...found
      .filter((rows) => !inManifest.has(toKey(rows)))
      .map(({ day, run, rows }): Difference => {
        const kind = runs.has(run) ? 'rows-unrecorded' : 'run-unknown';
        return { kind, day, loaded: 0, found: rows };
      }),
    ...daysTwice(loaded, runs),
  ];
}

function compareCounts({ day, rows: loaded }: RowsOfRun, found: number): Difference[] {
  if (found === loaded) return [];
  return [{ kind: found < loaded ? 'rows-missing' : 'rows-surplus', day, loaded, found }];
}

/** In `append` a day may be there once for each run; the last run that replaced it has to be the first one there. */
function daysTwice(loaded: readonly RowsOfRun[], runs: TargetSnapshot['runs']): Difference[] {
  const before = new Map<Day | null, number>();
  const twice: Difference[] = [];
  for (const { day, run, rows } of loaded) {
    const others = before.get(day);
    if (others !== undefined && runs.get(run)?.load === 'replace')
      twice.push({ kind: 'day-twice', day, loaded: others + rows, found: others + rows });
    before.set(day, (others ?? 0) + rows);
  }
  return twice;
}

const toKey = ({ day, run }: RowsOfRun): string => JSON.stringify([day, run]);

/** A day that is not loaded, and the run that was to load it. */
export interface Gap {
  readonly day: Day;
  readonly run: string;
  /** What became of its chunk: loaded once and gone since, failed, or never begun. */
  readonly chunk: RequestedDays['state'];
}

/**
 * Days that a run had in its period, and that are neither loaded nor forgotten since. A day that no run had is no gap, and a day
 * that a run under way will still load is none either. Of several runs the last one is named.
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
}: TargetSnapshot): Gap[] {
  if (!byPeriod) return [];
  const there = new Set([...loaded, ...found].map(({ day }) => day));
  for (const day of forgotten) there.add(day);
  const isUnderWay = ({ run, state }: RequestedDays) =>
    state === 'open' && runs.get(run)?.status === 'running';
  for (const range of [...retrying, ...asked.filter(isUnderWay)])
    for (const day of eachDay(range)) there.add(day);
  const order = new Map([...runs.keys()].map((run, at) => [run, at]));
  const counting = asked
    .filter((range) => order.has(range.run) && !isUnderWay(range))
    .filter(
      ({ loadedAt }) => loadedAt === null || madeAt === null || Date.parse(loadedAt) >= Date.parse(madeAt),
    )
    .sort((a, b) => Number(order.get(a.run)) - Number(order.get(b.run)));
  const gaps = new Map<Day, Gap>();
  for (const range of counting) {
    const { run, state } = range;
    for (const day of eachDay(range)) if (!there.has(day)) gaps.set(day, { day, run, chunk: state });
  }
  return [...gaps.values()];
}
