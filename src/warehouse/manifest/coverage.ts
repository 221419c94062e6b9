/**
 * Which days of rivers stand in their tables, which are forgotten, failed, missing or emptied, read across `river_days`,
 * `river_forgotten_days` and `river_chunks`, for many rivers at a time. Nothing is written here. Calendars read it.
 */

import { clipRanges, type DateRange, type Day } from '#domain/period/date-range';
import type { CoverageFacts, EmptiedRange, RequestedRange, StandingDay } from '#domain/run/coverage';
import type { Warning } from '#domain/run/run-result';
import { sameName } from '../column-name.ts';
import type { Books, Row } from '../dialect.ts';
import { readJson } from '../stored-values.ts';
import { runsOfWarehouse } from './run-row.ts';
import { toTargetOfDays } from './targets.ts';

/** A river, and the table whose days are asked for. */
export interface RiverInTable {
  readonly river: string;
  readonly table: string;
}

/** What is known of the days of these rivers between two days, by river. */
export async function readCoverage(
  books: Books,
  rivers: readonly RiverInTable[],
  between: DateRange,
): Promise<ReadonlyMap<string, CoverageFacts>> {
  const names = rivers.map(({ river }) => river);
  const [standing, forgotten, chunks] = [
    await readStandingDays(books, names, between),
    await readForgotten(books, names, between),
    await readChunkRanges(books, names, between),
  ];
  const inTable = ({ river, table }: RiverInTable) => {
    const same = (row: Row) =>
      row.river === river &&
      sameName(books.targetDialect, String(row.target)) ===
        sameName(books.targetDialect, toTargetOfDays(books, table));
    return {
      standing: (standing.get(river) ?? []).filter(same).map(toStandingDay),
      forgotten: (forgotten.get(river) ?? []).filter(same).map(({ day }) => String(day)),
    };
  };
  const known = rivers.map((each) => ({ ...each, ...inTable(each) }));
  const open = known.flatMap(({ river, standing, forgotten }) =>
    uncovered(chunks.get(river) ?? [], new Set([...standing.map(({ day }) => day), ...forgotten]), between),
  );
  const runs = await readRunsOfChunks(
    books,
    open.map(({ run_id }) => String(run_id)),
  );
  const openOf = Map.groupBy(open, ({ river }) => String(river));
  return new Map(
    known.map(({ river, table, standing, forgotten }) => {
      const requested = (openOf.get(river) ?? [])
        .flatMap((chunk) => {
          const run = runs.get(String(chunk.run_id));
          const isThere =
            run && sameName(books.targetDialect, run.table) === sameName(books.targetDialect, table);
          return isThere ? [{ chunk, run }] : [];
        })
        .sort((one, other) => one.run.startedAt.localeCompare(other.run.startedAt))
        .map(({ chunk, run }) => toRequested(chunk, run));
      const emptied = (chunks.get(river) ?? []).flatMap(toEmptied);
      return [river, { standing, forgotten, requested, emptied }];
    }),
  );
}

const byRiver = (rows: readonly Row[]) => Map.groupBy(rows, ({ river }) => String(river));

const daysOf = (books: Books, table: string, rivers: readonly string[], { start, end }: DateRange) =>
  books.from(table).whereIn('river', rivers).whereBetween('day', [start, end]);

/** In `append` a day is there once for each run. */
async function readStandingDays(books: Books, rivers: readonly string[], between: DateRange) {
  const rows: Row[] = await daysOf(books, 'river_days', rivers, between)
    .groupBy('river', 'target', 'day')
    .select('river', 'target', 'day')
    .sum({ rows: 'rows' })
    .max({ loaded_at: 'loaded_at', run_id: 'run_id' })
    .select(books.query.raw('max(case when provisional then 1 else 0 end) as provisional'));
  return byRiver(rows);
}

const toStandingDay = (row: Row): StandingDay => ({
  day: String(row.day),
  rows: Number(row.rows),
  provisional: Number(row.provisional) === 1,
  runId: String(row.run_id),
  loadedAt: String(row.loaded_at),
});

async function readForgotten(books: Books, rivers: readonly string[], between: DateRange) {
  return byRiver(
    await daysOf(books, 'river_forgotten_days', rivers, between).select('river', 'target', 'day'),
  );
}

/** The days that runs have asked for: of loaded chunks each range once, of the others, and of those with warnings, each chunk. */
async function readChunkRanges(books: Books, rivers: readonly string[], between: DateRange) {
  const within = () =>
    books
      .from('river_chunks')
      .whereIn('river', rivers)
      .where('last_day', '>=', between.start)
      .where('first_day', '<=', between.end);
  const loaded: Row[] = await within()
    .where({ state: 'loaded' })
    .groupBy('river', 'first_day', 'last_day')
    .select('river', 'first_day', 'last_day')
    .max({ run_id: 'run_id' });
  const told: Row[] = await within()
    .whereNot({ state: 'skipped' })
    .where((one) => one.whereNot({ state: 'loaded' }).orWhereNotNull('warnings').orWhereNull('loaded_at'))
    .select('run_id', 'river', 'first_day', 'last_day', 'state', 'error', 'warnings', 'loaded_at');
  return byRiver([...loaded, ...told]);
}

/** Of these chunks those with a day that is neither loaded nor forgotten. */
function uncovered(chunks: readonly Row[], covered: ReadonlySet<Day>, between: DateRange): Row[] {
  const bounds = { from: between.start, to: between.end };
  return chunks.filter(({ first_day, last_day }) => {
    const [range] = clipRanges([{ start: String(first_day), end: String(last_day) }], bounds);
    for (let day = range?.start; range && day && day <= range.end; day = dayAfter(day))
      if (!covered.has(day)) return true;
    return false;
  });
}

/** Without the calendar's checks: tens of thousands of days are looked at. */
const dayAfter = (day: Day): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

interface RunOfChunks {
  readonly workflowId: string;
  readonly table: string;
  readonly startedAt: string;
  readonly isRunning: boolean;
}

/** SQLite takes no more values in a statement than some ten thousand. */
const runsAtATime = 1_000;

async function readRunsOfChunks(books: Books, ids: readonly string[]): Promise<Map<string, RunOfChunks>> {
  const runs = new Map<string, RunOfChunks>();
  const distinct = [...new Set(ids)];
  for (let from = 0; from < distinct.length; from += runsAtATime) {
    const rows = await runsOfWarehouse(books)
      .whereIn('run_id', distinct.slice(from, from + runsAtATime))
      .select('run_id', 'workflow_id', 'settings', 'started_at', 'state');
    for (const row of rows) {
      const settings = readJson<{ readonly target?: { readonly table?: string } }>(row.settings);
      runs.set(String(row.run_id), {
        workflowId: String(row.workflow_id),
        table: settings?.target?.table ?? '',
        startedAt: String(row.started_at),
        isRunning: row.state === 'running',
      });
    }
  }
  return runs;
}

function toRequested(chunk: Row, { workflowId, isRunning }: RunOfChunks): RequestedRange {
  const state = chunk.state === 'failed' ? 'failed' : isRunning && !chunk.loaded_at ? 'pending' : 'missing';
  return {
    start: String(chunk.first_day),
    end: String(chunk.last_day),
    state,
    workflowId,
    error: chunk.error == null ? null : String(chunk.error),
  };
}

function toEmptied({ warnings, loaded_at }: Row): EmptiedRange[] {
  const read = readJson<readonly Warning[]>(warnings);
  if (!Array.isArray(read) || loaded_at == null) return [];
  return read.flatMap(({ start, end, emptied }: Warning) =>
    emptied && start !== null && end !== null ? [{ start, end, emptied, at: String(loaded_at) }] : [],
  );
}
