import { durationMs } from '#domain/duration';
import { SchemaConflictError } from '#domain/errors';
import { eachDay, encloseRanges, toDateRanges } from '#domain/period/date-range';
import { judgeReplacement, type Replacement, type RowsByDay } from '#domain/run/replaced-rows';
import type { OverwriteOutcome, OverwriteRequest } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Databases } from '../databases.ts';
import type { Both, KeptRows } from '../dialect.ts';
import { readRun } from '../manifest/runs.ts';
import {
  countShadow,
  readChunkOfDays,
  readOverwriteState,
  readShadowChunks,
  readShadowShapes,
  shadowTable,
} from '../manifest/shadow.ts';
import { toPagesTable } from '../manifest/staging.ts';
import { addColumns } from '../tables/add-columns.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { type LayoutPlan, planLayout } from '../tables/plan-layout.ts';
import { readTable } from '../tables/read-table.ts';
import { countRows, countRowsByDay, keepsDeleted } from '../tables/target-rows.ts';
import { changeTarget } from './change-target.ts';
import { ownerRunId, type StoreOptions, TableChanged } from './chunk-load.ts';
import type { OverwriteChange } from './mark-change.ts';
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
  databases: Databases,
  runId: string,
  request: OverwriteRequest,
  options: StoreOptions,
): Promise<OverwriteOutcome> {
  const run = await databases.books.read((books) => readRun(books, runId));
  if (!run) throw new Error(`the run ${runId} was never opened in the ${databases.books.place}`);
  for (let look = 1; ; look += 1) {
    const { waiting } = await databases.books.read((books) => readOverwriteState(books, ownerRunId(run)));
    if (waiting > 0) await readyTable(databases, run, request, options);
    try {
      const outcome = await replaceContent(databases, run, request, options);
      await options.onStep('committed');
      return outcome;
    } catch (error) {
      if (!(error instanceof TableChanged) || look === looksAtMost) throw error;
    }
  }
}

/** Adds columns that the table lacks and fits the pages to it, where it was changed since their chunks were loaded. */
async function readyTable(
  databases: Databases,
  run: StoredRun,
  { key }: OverwriteRequest,
  { patience, signal }: StoreOptions,
): Promise<void> {
  const owner = ownerRunId(run);
  const { target, giveUpAfter } = run.river;
  const { table } = target;
  for (let look = 1; look <= looksAtMost; look += 1) {
    const plan = await databases.read((both) => planShadow(both, run));
    if (!plan || isReady(plan)) return;
    if (plan.missing.length > 0 || plan.records.length > 0) {
      const lacking = async (both: Both) => (await planShadow(both, run)) ?? { missing: [], records: [] };
      await addColumns(databases, table, lacking, { ...patience, giveUpMs: durationMs(giveUpAfter) }, signal);
    } else {
      for (const of of await databases.books.read((books) => readShadowChunks(books, owner)))
        await refitPages(databases, { ...of, runId: owner, table, pagesIn: shadowTable(owner), key }, plan);
    }
  }
}

/** Undefined where there is no shadow. */
async function planShadow(both: Both, run: StoredRun): Promise<LayoutPlan | undefined> {
  const owner = ownerRunId(run);
  const { books } = both;
  if (!(await books.dialect.hasTable(books, shadowTable(owner)))) return undefined;
  const { target } = run.river;
  const state = await readTable(both, target.table);
  return planLayout(both.target.dialect, target, state, await readShadowShapes(books, owner));
}

async function replaceContent(
  databases: Databases,
  run: StoredRun,
  request: OverwriteRequest,
  { onStep }: StoreOptions,
): Promise<OverwriteOutcome> {
  const owner = ownerRunId(run);
  const { name: river, target } = run.river;
  const { table } = target;
  let outcome: OverwriteOutcome = { outcome: 'replaced' };
  const replace = async (both: Both): Promise<OverwriteChange | undefined> => {
    const { books, target: tables } = both;
    const { total, loaded, waiting, rows } = await readOverwriteState(books, owner);
    await onStep('locked');
    outcome = { outcome: loaded < total ? 'incomplete' : 'replaced' };
    if (loaded < total || waiting === 0) return undefined;
    const plan = await planShadow(both, run);
    const arriving = await countShadow(books, owner);
    const shadowed = [...(arriving?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    if (!plan || !arriving || shadowed !== rows) throw shadowGone(owner, shadowed, rows);
    if (!isReady(plan)) throw new TableChanged();
    await onStep('compared');
    const at = new Date().toISOString();
    const chunks = await readChunkOfDays(books, owner);
    const { kept, keptRows, warnings } = await judge(both, run, request, chunks, arriving);
    await tables.dialect.removeAllRows(tables, table, kept);
    await onStep('removed');
    const left = tables.dialect.ensureRows ? keptRows : await countRows(tables, table);
    if (left > keptRows) throw keepsDeleted(table, left - keptRows);
    const inserted = await tables.dialect.insertPages(tables, {
      staging: toPagesTable(books, shadowTable(owner)),
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
      ? await countTaken(both, run, request, chunks, left)
      : [...inserted.bySlice.values()].reduce((sum, count) => sum + count, 0);
    if (taken !== rows) throw tookFewer(table, taken, rows);
    return {
      kind: 'overwrite',
      ...{ river, table, runId: run.runId, chunk: 'overwrite', at, owner, warnings },
      completeUpTo: request.completeUpTo,
      arriving: [...arriving],
      kept: kept?.ranges ?? [],
    };
  };
  await changeTarget(databases, table, replace, onStep);
  return outcome;
}

type ChunkDays = Awaited<ReturnType<typeof readChunkOfDays>>;

/** How many rows stand in the table besides those that were left; none of them under a day that no chunk has. */
async function countTaken(
  both: Both,
  { river: { name: river, target } }: StoredRun,
  { dayColumn }: OverwriteRequest,
  chunks: ChunkDays,
  left: number,
): Promise<number> {
  const taken = (await countRows(both.target, target.table)) - left;
  const days = encloseRanges(chunks.flatMap(({ days }) => days ?? []));
  if (dayColumn === null || days === null) return taken;
  const column = await findDayColumn(both, target.table, dayColumn);
  const byDay = await countRowsByDay(both.target, { table: target.table, river, days: { column, ...days } });
  return Math.min(taken, [...byDay.values()].reduce((sum, rows) => sum + rows, 0) - left);
}

/** The column as the table has it. */
async function findDayColumn(both: Both, table: string, dayColumn: string): Promise<string> {
  const find = declaredFinder(both.target.dialect, await readTable(both, table));
  return find(dayColumn)?.name ?? dayColumn;
}

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
  both: Both,
  run: StoredRun,
  { dayColumn }: OverwriteRequest,
  chunks: ChunkDays,
  arriving: RowsByDay,
): Promise<Judgement> {
  const { target: tables } = both;
  const { name: river, target } = run.river;
  const all = new Map([[null, await countRows(tables, target.table)]]);
  const rows = [...arriving.values()].reduce((sum, count) => sum + count, 0);
  const whole = judgeReplacement(run, all, new Map([[null, rows]]));
  const days = encloseRanges(chunks.flatMap(({ days }) => days ?? []));
  if (dayColumn === null || days === null) return { kept: null, keptRows: 0, warnings: whole.warnings };
  const column = await findDayColumn(both, target.table, dayColumn);
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

function shadowGone(owner: string, found: number, rows: number): SchemaConflictError {
  const shadow = shadowTable(owner);
  return new SchemaConflictError(
    `The rows that wait to overwrite the table are not all there any more: ${shadow} has ${found} of ${rows}. ` +
      'Nothing was changed. Start a new run.',
    { facts: { shadow, found, rows } },
  );
}
