import type { Day } from '../period/date-range.ts';
import type { FindingKind } from './finding.ts';
import type { RowsOfRun, TargetBooks } from './target-books.ts';

/** Something that is off on one day. */
export interface Off {
  readonly kind: FindingKind;
  readonly day: Day | null;
  readonly loaded: number;
  readonly found: number;
}

/** Where the table's rows, by day and run, are not those that the manifest has. */
export function compareRows({ loaded, found, runs }: Pick<TargetBooks, 'loaded' | 'found' | 'runs'>): Off[] {
  const inTable = new Map(found.map((rows) => [keyOf(rows), rows.rows]));
  const inManifest = new Set(loaded.map(keyOf));
  return [
    ...loaded.flatMap((rows) => compareCounts(rows, inTable.get(keyOf(rows)) ?? 0)),
    ...found
      .filter((rows) => !inManifest.has(keyOf(rows)))
      .map(({ day, run, rows }): Off => {
        const kind = runs.has(run) ? 'rows-unrecorded' : 'run-unknown';
        return { kind, day, loaded: 0, found: rows };
      }),
    ...daysTwice(loaded, runs),
  ];
}

function compareCounts({ day, rows: loaded }: RowsOfRun, found: number): Off[] {
  if (found === loaded) return [];
  return [{ kind: found < loaded ? 'rows-missing' : 'rows-surplus', day, loaded, found }];
}

/** In `append` a day may be there once for each run; the last run that replaced it has to be the first one there. */
function daysTwice(loaded: readonly RowsOfRun[], runs: TargetBooks['runs']): Off[] {
  const before = new Map<Day | null, number>();
  const twice: Off[] = [];
  for (const { day, run, rows } of loaded) {
    const others = before.get(day);
    if (others !== undefined && runs.get(run)?.load === 'replace')
      twice.push({ kind: 'day-twice', day, loaded: others + rows, found: others + rows });
    before.set(day, (others ?? 0) + rows);
  }
  return twice;
}

const keyOf = ({ day, run }: RowsOfRun): string => JSON.stringify([day, run]);
