import { durationMs } from '#domain/duration';
import { SchemaConflictError } from '#domain/errors';
import { type Day, eachDay, encloseRanges, toDateRanges } from '#domain/period/date-range';
import { judgeReplacement, type Replacement, type RowsByDay } from '#domain/run/replaced-rows';
import type { OverwriteOutcome, OverwriteRequest } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Database } from '../database.ts';
import type { KeptRows, Tables } from '../dialect.ts';
import { deleteDaysOfTable, deleteForgotten, insertDaysOfChunks } from '../manifest/days.ts';
import { addRunWarnings, readRun } from '../manifest/runs.ts';
import {
  countShadow,
  discardShadows,
  dropShadow,
  markOverwritten,
  readChunkOfDays,
  readOverwriteState,
  readShadowChunks,
  readShadowShapes,
  shadowTable,
} from '../manifest/shadow.ts';
import { lockTarget, markReplaced } from '../manifest/targets.ts';
import { addColumns } from '../tables/add-columns.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { type LayoutPlan, planLayout } from '../tables/plan-layout.ts';
import { readTable } from '../tables/read-table.ts';
import { countRows, countRowsByDay, keepsDeleted } from '../tables/target-rows.ts';
import { ownerRunId, type StoreOptions, TableChanged } from './chunk-load.ts';
import { isReady, planFill } from './plan-chunk.ts';
import { refitPages } from './refit-pages.ts';
import { tookFewer } from './replace-rows.ts';

const looksAtMost = 10;

/**
 * Replaces the whole content of a table with what a run's chunks have left in its shadow, once all of them are loaded; exactly once,
 * and in one transaction: a reader sees the old rows until it ends. The rows never come together in this process: Postgres moves
 * them itself, SQLite page by page with a turn of the event loop after each thousand rows.
 */
export async function storeOverwrite(
  database: Database,
  runId: string,
  request: OverwriteRequest,
  options: StoreOptions,
): Promise<OverwriteOutcome> {
  const run = await database.read((tables) => readRun(tables, runId));
  if (!run) throw new Error(`the run ${runId} was never opened in the ${database.place}`);
  for (let look = 1; ; look += 1) {
    const { waiting } = await database.read((tables) => readOverwriteState(tables, ownerRunId(run)));
    if (waiting > 0) await readyTable(database, run, request, options);
    try {
      const outcome = await database.transact((tables) => replaceContent(tables, run, request, options));
      await options.onStep('committed');
      return outcome;
    } catch (error) {
      if (!(error instanceof TableChanged) || look === looksAtMost) throw error;
    }
  }
}

/** Adds columns that the table lacks and fits the pages to it, where it was changed since their chunks were loaded. */
async function readyTable(
  database: Database,
  run: StoredRun,
  { key }: OverwriteRequest,
  { patience, signal }: StoreOptions,
): Promise<void> {
  const owner = ownerRunId(run);
  const { target, giveUpAfter } = run.river;
  const { table } = target;
  for (let look = 1; look <= looksAtMost; look += 1) {
    const plan = await database.read((tables) => planShadow(tables, run));
    if (!plan || isReady(plan)) return;
    if (plan.missing.length > 0 || plan.records.length > 0) {
      const lacking = async (tables: Tables) =>
        (await planShadow(tables, run)) ?? { missing: [], records: [] };
      await addColumns(database, table, lacking, { ...patience, giveUpMs: durationMs(giveUpAfter) }, signal);
    } else {
      for (const of of await database.read((tables) => readShadowChunks(tables, owner)))
        await refitPages(database, { ...of, runId: owner, table, pagesIn: shadowTable(owner), key }, plan);
    }
  }
}

/** Undefined where there is no shadow. */
async function planShadow(tables: Tables, run: StoredRun): Promise<LayoutPlan | undefined> {
  const owner = ownerRunId(run);
  if (!(await tables.dialect.hasTable(tables, shadowTable(owner)))) return undefined;
  const { target } = run.river;
  const state = await readTable(tables, target.table);
  return planLayout(tables.dialect, target, state, await readShadowShapes(tables, owner));
}

async function replaceContent(
  tables: Tables,
  run: StoredRun,
  request: OverwriteRequest,
  { onStep }: StoreOptions,
): Promise<OverwriteOutcome> {
  const owner = ownerRunId(run);
  const { name: river, target } = run.river;
  const { table } = target;
  await lockTarget(tables, table);
  const { total, loaded, waiting, rows } = await readOverwriteState(tables, owner);
  await onStep('locked');
  if (loaded < total) return { outcome: 'incomplete' };
  if (waiting === 0) return { outcome: 'replaced' };
  const plan = await planShadow(tables, run);
  const arriving = await countShadow(tables, owner);
  const shadowed = [...(arriving?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  if (!plan || !arriving || shadowed !== rows) throw shadowGone(owner, shadowed, rows);
  if (!isReady(plan)) throw new TableChanged();
  await onStep('compared');
  const at = new Date().toISOString();
  const chunks = await readChunkOfDays(tables, owner);
  const { kept, keptRows, warnings } = await judge(tables, run, request, chunks, arriving);
  await tables.dialect.removeAllRows(tables, table, kept);
  await onStep('removed');
  const left = await countRows(tables, table);
  if (left > keptRows) throw keepsDeleted(table, left - keptRows);
  const inserted = await tables.dialect.insertPages(tables, {
    staging: shadowTable(owner),
    table,
    river,
    runId: owner,
    pages: null,
    loadedAt: at,
    filledBy: (page) => planFill(page, plan),
  });
  await onStep('inserted');
  const undoing = await tables.dialect.mayUndoInserts(tables, table);
  const taken = undoing
    ? (await countRows(tables, table)) - left
    : [...inserted.bySlice.values()].reduce((sum, count) => sum + count, 0);
  if (taken !== rows) throw tookFewer(table, taken, rows);
  await writeDays(tables, run, request, chunks, arriving, kept, at);
  await onStep('days');
  await markOverwritten(tables, owner, at);
  await markReplaced(tables, table, { at, runId: owner });
  await addRunWarnings(tables, run.runId, warnings);
  await onStep('marked');
  await dropShadow(tables, owner);
  await discardShadows(tables, table, owner);
  await onStep('unstaged');
  return { outcome: 'replaced' };
}

type ChunkDays = Awaited<ReturnType<typeof readChunkOfDays>>;

interface Judgement extends Pick<Replacement, 'warnings'> {
  readonly kept: KeptRows | null;
  /** How many those are. */
  readonly keptRows: number;
}

/**
 * A load that brings no row at all into a table that has some is refused, unless that is allowed. Of the days that the run has loaded, one
 * that had rows and gets none keeps them; what stands there of other days, or of other rivers, goes.
 */
async function judge(
  tables: Tables,
  run: StoredRun,
  { dayColumn }: OverwriteRequest,
  chunks: ChunkDays,
  arriving: RowsByDay,
): Promise<Judgement> {
  const { name: river, target } = run.river;
  const all = new Map([[null, await countRows(tables, target.table)]]);
  const rows = [...arriving.values()].reduce((sum, count) => sum + count, 0);
  const whole = judgeReplacement(run, all, new Map([[null, rows]]));
  const days = encloseRanges(chunks.flatMap(({ days }) => days ?? []));
  if (dayColumn === null || days === null) return { kept: null, keptRows: 0, warnings: whole.warnings };
  const find = declaredFinder(tables.dialect, await readTable(tables, target.table));
  const column = find(dayColumn)?.name ?? dayColumn;
  const asked = new Set(chunks.flatMap(({ days }) => (days ? [...eachDay(days)] : [])));
  const standing = await countRowsByDay(tables, { table: target.table, river, days: { column, ...days } });
  const before = new Map([...standing].filter(([day]) => day !== null && asked.has(day)));
  const { kept, warnings } = judgeReplacement(run, before, arriving);
  const keptRows = kept.reduce((sum, day) => sum + (before.get(day) ?? 0), 0);
  return {
    kept: kept.length === 0 ? null : { river, column, ranges: toDateRanges([...kept]) },
    keptRows,
    warnings,
  };
}

/** What stood there is gone, of whichever river; kept days keep their entries. */
async function writeDays(
  tables: Tables,
  run: StoredRun,
  { completeUpTo }: OverwriteRequest,
  chunks: ChunkDays,
  arriving: RowsByDay,
  kept: KeptRows | null,
  at: string,
): Promise<void> {
  const { name: river, target } = run.river;
  const { table } = target;
  const keptDays = new Set((kept?.ranges ?? []).flatMap((range) => [...eachDay(range)]));
  await deleteDaysOfTable(tables, table, { river, days: [...keptDays] });
  const entries = new Map<Day, { readonly chunk: string; readonly rows: number }>();
  for (const { key, days } of chunks) {
    for (const day of days ? eachDay(days) : [])
      if (!keptDays.has(day)) entries.set(day, { chunk: key, rows: arriving.get(day) ?? 0 });
  }
  const all = chunks.flatMap(({ days }) => (days ? [...eachDay(days)] : []));
  for (const range of toDateRanges(all)) await deleteForgotten(tables, { river, table }, range);
  // A report of the present state has a day that no chunk names.
  for (const [day, rows] of arriving)
    if (day !== null && !entries.has(day)) entries.set(day, { chunk: chunks[0]?.key ?? '', rows });
  await insertDaysOfChunks(tables, { river, table, runId: ownerRunId(run) }, entries, at, completeUpTo);
}

function shadowGone(owner: string, found: number, rows: number): SchemaConflictError {
  const shadow = shadowTable(owner);
  return new SchemaConflictError(
    `The rows that wait to overwrite the table are not all there any more: ${shadow} has ${found} of ${rows}. ` +
      'Nothing was changed. Start a new run.',
    { facts: { shadow, found, rows } },
  );
}
