import { addDays, type Day } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { compareRows, findGaps, type Gap } from './find-differences.ts';
import { retryCommand, runCommand } from './repair-command.ts';
import type { Finding, FindingKind, RowsOfRun, TargetSnapshot, Verification } from './verification.ts';

/** Consecutive days with the same difference. */
interface DifferenceRange {
  readonly kind: FindingKind;
  start: Day | null;
  end: Day | null;
  loaded: number;
  found: number;
  /** Of a gap: the run that was to load it, and what became of its chunk. */
  readonly gap: Omit<Gap, 'day'> | null;
}

/**
 * Compares a river's rows in a table with the manifest. `river`: the configured river, if it still fills this table; only
 * then a command can repair a difference.
 */
export function verifyTarget(
  snapshot: TargetSnapshot,
  warehouse: string,
  river: River | undefined,
): Verification {
  const days = [...new Set(snapshot.loaded.flatMap(({ day }) => day ?? []))].sort();
  const [start, end] = [days[0], days.at(-1)];
  const findings = listDifferences(snapshot, river !== undefined, start ?? null, end ?? null).map((off) =>
    toFinding(off, snapshot, river),
  );
  return {
    river: snapshot.river,
    warehouse,
    table: snapshot.table,
    ok: findings.length === 0,
    period: start !== undefined && end !== undefined ? { start, end } : null,
    days: days.length,
    loaded: sum(snapshot.loaded),
    found: sum(snapshot.found),
    findings,
  };
}

function listDifferences(
  snapshot: TargetSnapshot,
  isConfigured: boolean,
  start: Day | null,
  end: Day | null,
): DifferenceRange[] {
  const whole = { start, end, loaded: sum(snapshot.loaded), found: 0, gap: null };
  if (snapshot.lacking === null) {
    // A table that no river fills any more may go.
    return snapshot.loaded.length > 0 && isConfigured ? [{ kind: 'table-gone', ...whole }] : [];
  }
  if (snapshot.lacking.length > 0)
    return snapshot.loaded.length > 0 ? [{ kind: 'column-gone', ...whole }] : [];
  const gaps = findGaps(snapshot).map(({ day, ...gap }) => ({
    kind: 'gap' as const,
    day,
    loaded: 0,
    found: 0,
    gap,
  }));
  return joinDays([...compareRows(snapshot).map((off) => ({ ...off, gap: null })), ...gaps]);
}

/** Joins consecutive days with the same difference. */
function joinDays(
  days: readonly (Omit<DifferenceRange, 'start' | 'end'> & { readonly day: Day | null })[],
): DifferenceRange[] {
  const toReason = ({ kind, gap }: Pick<DifferenceRange, 'kind' | 'gap'>) =>
    [kind, gap?.run ?? '', gap?.chunk ?? ''].join('\u0000');
  const order = (off: (typeof days)[number]) => `${toReason(off)}\u0000${off.day ?? ''}`;
  const ranges: DifferenceRange[] = [];
  for (const { day, ...off } of [...days].sort((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const open = ranges.at(-1);
    const goesOn =
      open !== undefined &&
      toReason(open) === toReason(off) &&
      (open.end === day || (open.end !== null && day !== null && addDays(open.end, 1) === day));
    if (open && goesOn) {
      open.end = day;
      open.loaded += off.loaded;
      open.found += off.found;
    } else ranges.push({ ...off, start: day, end: day });
  }
  return ranges.sort((a, b) => (a.start ?? '').localeCompare(b.start ?? ''));
}

function toFinding(off: DifferenceRange, snapshot: TargetSnapshot, river: River | undefined): Finding {
  const { kind, start, end, loaded, found } = off;
  const message = describe(off, snapshot);
  return { kind, start, end, loaded, found, message, repair: findRepair(off, snapshot, river) };
}

function findRepair(
  off: DifferenceRange,
  { byPeriod, runs }: TargetSnapshot,
  river: River | undefined,
): string | null {
  if (!river || off.kind === 'column-gone') return null;
  const failed = off.gap && off.gap.chunk !== 'loaded' ? runs.get(off.gap.run) : undefined;
  if (failed && failed.status !== 'running') return retryCommand(failed.workflowId);
  const { load } = river.target;
  // A run of some days would be all that the table then has.
  const days = byPeriod && load !== 'overwrite' ? off : { start: null, end: null };
  // What lacks is added by a merge as well; what is too much only goes where the days are replaced.
  const adds = ['gap', 'table-gone', ...(load === 'merge' ? ['rows-missing'] : [])].includes(off.kind);
  return runCommand(river.name, days, ['append', 'merge'].includes(load) && !adds);
}

function describe(
  { kind, start, end, loaded, found, gap }: DifferenceRange,
  snapshot: TargetSnapshot,
): string {
  const { table } = snapshot;
  const where = start === null ? table : `${table}, ${start === end ? start : `${start} to ${end}`}`;
  switch (kind) {
    case 'table-gone':
      return `The table ${table} is gone; ${countRows(loaded)} had been loaded into it.`;
    case 'column-gone':
      return `The table ${table} has no column ${(snapshot.lacking ?? []).join(', ')} any more, so its rows cannot be told apart: add the column, or drop the table and load it again.`;
    case 'rows-missing':
      return `${where}: ${countRows(loaded)} loaded, ${found} found: ${loaded - found} missing.`;
    case 'rows-surplus':
      return `${where}: ${countRows(loaded)} loaded, ${found} found: ${found - loaded} too many.`;
    case 'rows-unrecorded':
      return `${where}: ${countRows(found)} found without a record in the manifest.`;
    case 'run-unknown':
      return `${where}: ${countRows(found)} found from a run that is not in the manifest.`;
    case 'day-twice':
      return `${where}: loaded by several runs, ${countRows(loaded)} together, although the last of them replaces.`;
    case 'gap': {
      const run = gap && snapshot.runs.get(gap.run);
      return `${where}: missing, ${gapWords[gap?.chunk ?? 'loaded']} ${run?.workflowId}.`;
    }
  }
}

const gapWords: Readonly<Record<Gap['chunk'], string>> = {
  loaded: 'although it was loaded by the run',
  failed: 'because its chunk failed in the run',
  open: 'because its chunk was not loaded by the run',
};

const countRows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;

const sum = (rows: readonly RowsOfRun[]): number => rows.reduce((total, row) => total + row.rows, 0);
