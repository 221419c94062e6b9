/**
 * Makes rows that something else has loaded a river's own: an adoption. It stands in the manifest as a run that loaded them, so
 * that replacing, tracking and `verify` know them like all others. Nothing of the rows changes but their columns of provenance.
 */

import { randomUUID } from 'node:crypto';
import { type Chunk, chunkWithoutDays, createChunk } from '#domain/chunk/chunk';
import type { TableShape } from '#domain/column/river-table';
import type { TableColumn } from '#domain/column/table-type';
import { ConfigurationError } from '#domain/errors';
import { addDays, type DateRange, type Day, toDateRanges } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import { rangeText } from '#domain/run/loaded-days';
import type { NewRun } from '#domain/run/stored-run';
import { columnFinder } from '../column-name.ts';
import type { Databases } from '../databases.ts';
import type { Both, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import type { LockPatience } from '../tables/add-columns.ts';
import { completeTable } from '../tables/complete-table.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { selectForeignRows } from '../tables/foreign-rows.ts';
import { readTableOfOthers } from '../tables/table-of-others.ts';
import { countRowsByDay } from '../tables/target-rows.ts';
import { changeTarget } from './change-target.ts';
import type { AdoptionChange } from './mark-change.ts';

/** A transaction's share of rows, where days are small enough: others wait for the table no longer than that takes. */
const rowsAtATime = 50_000;

/** Whose the rows become, and which of them. */
export interface AdoptionRequest {
  readonly river: River;
  readonly shape: TableShape;
  /** The day of the adoption, in the river's time zone. */
  readonly today: Day;
  /** Null for a report whose rows bear no day: all of them. */
  readonly days: { readonly column: string; readonly range: DateRange } | null;
  /** A river that tracks loads later days again, which may not have been whole; null where none is. */
  readonly completeUpTo: Day | null;
}

/** What has become the river's. */
export interface Adopted {
  readonly rows: number;
  /** How many days, of those asked for, had rows. */
  readonly days: number;
  /** The run as which it stands in the manifest; null where nothing was to be adopted. */
  readonly workflowId: string | null;
}

/** What one transaction adopts. */
interface Adoption {
  readonly chunk: Chunk;
  /** Rows by day; under null those of a report without days. */
  readonly rows: ReadonlyMap<Day | null, number>;
}

/**
 * Some days at a time. One that is killed has adopted whole days, and is repeated for the others.
 * @throws ConfigurationError where the table is gone, its days cannot be read, or the river has loaded some of them itself
 */
export async function adoptRows(
  databases: Databases,
  request: AdoptionRequest,
  patience: LockPatience,
): Promise<Adopted> {
  const { river, shape, days } = request;
  const { table } = river.target;
  await databases.read((both) => refuseUnadoptable(both, request));
  await completeTable(databases, { river, shape, days: [], adopts: true }, patience);
  const adoptions = await databases.read(async (both) => {
    const column = days && (await readDayColumn(both, request)).name;
    const scope = days && column !== null ? { ...days.range, column } : null;
    return planAdoptions(await countRowsByDay(both.target, { table, river: null, days: scope }));
  });
  const run = toRun(request);
  for (const at of adoptions.keys())
    await changeTarget(databases, table, (both) => adopt(both, request, run, adoptions.slice(0, at + 1)));
  return {
    rows: sum(adoptions.flatMap(({ rows }) => [...rows.values()])),
    days: days === null ? 0 : sum(adoptions.map(({ rows }) => rows.size)),
    workflowId: adoptions.length === 0 ? null : run.workflowId,
  };
}

async function refuseUnadoptable(both: Both, request: AdoptionRequest): Promise<void> {
  const { river, shape, days } = request;
  const { table } = river.target;
  const { target: tables } = both;
  const state = await readTableOfOthers(both, table, shape);
  if (!state) {
    throw new ConfigurationError(`There is no table ${table}, so ${river.name} has no rows to adopt.`, {
      facts: { river: river.name, table },
    });
  }
  if (days === null) return;
  const column = await readDayColumn(both, request);
  await refuseUnreadableDays(selectForeignRows(tables, table, state.columns), table, column, tables);
  if (!columnFinder(tables.dialect, state.columns)('_river')) return;
  const scope = { ...days.range, column: column.name };
  const foreign = await countRowsByDay(tables, { table, river: null, days: scope });
  const own = await countRowsByDay(tables, { table, river: river.name, days: scope });
  const twice = [...foreign.keys()].flatMap((day) => (day !== null && own.has(day) ? [day] : []));
  if (twice.length === 0) return;
  const ranges = toDateRanges(twice.sort()).map(rangeText).join(', ');
  throw new ConfigurationError(
    `${river.name} has loaded ${ranges} into ${table} itself, and the table has rows of something else for the same days. ` +
      'Delete the ones or the others (`river forget` deletes those of the river), then adopt.',
    { facts: { river: river.name, table, days: twice.length } },
  );
}

async function readDayColumn(both: Both, { river, shape, days }: AdoptionRequest): Promise<TableColumn> {
  const { table } = river.target;
  const state = await readTableOfOthers(both, table, shape);
  const name = String(days?.column);
  const column = state && declaredFinder(both.target.dialect, state)(name);
  if (column?.type) return column;
  throw new ConfigurationError(
    `The table ${table} has no column ${name} with the day of a row, so its rows cannot be adopted day by day.`,
    { facts: { table, column: name } },
  );
}

/** A text may say the same day in many ways; River finds days again only where they are written its own way. */
async function refuseUnreadableDays(
  foreign: ReturnType<typeof selectForeignRows>,
  table: string,
  { name, type, declared }: TableColumn,
  { dialect }: Targets,
): Promise<void> {
  // SQLite keeps any text or number in a column that is declared as a date.
  const keepsAnything = dialect.client === 'better-sqlite3';
  if (type?.kind !== 'text' && type?.kind !== 'any' && !keepsAnything) return;
  const [found] = await foreign
    .whereNotNull(identifier(name))
    .whereNot(identifier(name), 'like', '____-__-__%')
    .count({ rows: '*' });
  const rows = Number(found?.rows ?? 0);
  if (rows === 0) return;
  throw new ConfigurationError(
    `${rows} ${rows === 1 ? 'row' : 'rows'} of ${table} have a day in ${name} (${declared || 'no type'}) that is not written YYYY-MM-DD. ` +
      'Rewrite them so, then adopt.',
    { facts: { table, column: name, rows } },
  );
}

/** Unbroken stretches of days, each as long as its rows stay below the share of one transaction. */
function planAdoptions(rowsByDay: ReadonlyMap<Day | null, number>): Adoption[] {
  const all = [...rowsByDay].filter(([, rows]) => rows > 0);
  const whole = all.find(([day]) => day === null);
  if (whole) return [{ chunk: chunkWithoutDays, rows: new Map([whole]) }];
  const stretches: { days: [Day, number][]; rows: number }[] = [];
  for (const [day, rows] of all.sort(([one], [other]) => String(one).localeCompare(String(other)))) {
    if (day === null) continue;
    const open = stretches.at(-1);
    const last = open?.days.at(-1)?.[0];
    if (open && last !== undefined && addDays(last, 1) === day && open.rows + rows <= rowsAtATime) {
      open.days.push([day, rows]);
      open.rows += rows;
    } else stretches.push({ days: [[day, rows]], rows });
  }
  return stretches.map(({ days }) => ({
    chunk: createChunk(days[0]?.[0] ?? '', days.at(-1)?.[0] ?? ''),
    rows: new Map(days),
  }));
}

function toRun({ river, today, days }: AdoptionRequest): NewRun {
  const runId = randomUUID();
  return {
    runId,
    workflowId: `adopted-${river.name}-${runId.slice(0, 8)}`,
    river,
    period: days?.range ?? null,
    day: today,
    startedAt: new Date().toISOString(),
    selection: null,
    retryOf: null,
    ownFilters: false,
  };
}

/** The last of these adoptions; those before it are done, and give the chunks their order. */
async function adopt(
  both: Both,
  request: AdoptionRequest,
  run: NewRun,
  adoptions: readonly Adoption[],
): Promise<AdoptionChange> {
  const { river, completeUpTo } = request;
  const { table } = river.target;
  const { target } = both;
  const { chunk, rows } = adoptions.at(-1) as Adoption;
  const at = new Date().toISOString();
  const column = request.days && (await readDayColumn(both, request)).name;
  const scope =
    column !== null && chunk.start !== null ? { column, start: chunk.start, end: chunk.end } : null;
  const provenance = { _river: river.name, _run_id: run.runId, _chunk: scope && chunk.key, _loaded_at: at };
  const adopted = await target.dialect.updateRows(target, { table, river: null, days: scope }, provenance);
  const expected = sum([...rows.values()]);
  if (adopted !== expected) throw changedMeanwhile(table, chunk, expected, adopted);
  return {
    kind: 'adoption',
    ...{ river: river.name, table, runId: run.runId, chunk: chunk.key, at, run, completeUpTo },
    chunks: adoptions.map((adoption) => adoption.chunk),
    rows: adopted,
    scope: scope && { start: scope.start, end: scope.end },
    days: scope ? [...(rows as ReadonlyMap<Day, number>)] : [],
  };
}

function changedMeanwhile(table: string, chunk: Chunk, expected: number, found: number): ConfigurationError {
  const days = chunk.start === null ? '' : ` of ${rangeText(chunk)}`;
  return new ConfigurationError(
    `Something else writes into ${table}: ${expected} rows${days} were to be adopted, then ${found} were there. ` +
      'Stop it, then adopt again: what was adopted before stays so.',
    { facts: { table, expected, found } },
  );
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
