import { SchemaConflictError } from '#domain/errors';
import { daysOf, stretchesOf } from '#domain/period/date-range';
import { judgeReplacement, type Replacement, type RowsByDay } from '#domain/run/replaced-rows';
import type { Warning } from '#domain/run/run-result';
import type { StoredRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';
import { countStaged } from '../statements/count-staged.ts';
import { unmarkForgotten } from '../statements/forgotten-days.ts';
import type { ManifestChunk } from '../statements/read-chunk.ts';
import { deleteDays, insertDays } from '../statements/river-days.ts';
import { stagedRows, standingRows } from '../statements/rows-by-day.ts';
import { stagingOf } from '../statements/staging-table.ts';
import { rowsInScope } from '../tables.ts';
import { type ChunkLoad, SlicesDiffer, TableChanged } from './chunk-load.ts';
import { differingSlices } from './compare-slices.ts';
import { countByDay } from './days-of-chunk.ts';
import { filledBy, isReady, planChunk } from './plan-chunk.ts';

/**
 * Takes this river's rows of the chunk out of the target (in `replace`), puts the staged ones in, and writes its days.
 * Days that keep their rows, because none came for them, keep what the manifest says of them.
 */
export async function replaceRows(
  tables: Tables,
  load: ChunkLoad,
  before: ManifestChunk,
  at: string,
): Promise<{ rows: number; warnings: readonly Warning[] }> {
  const { run, chunk, request, onStep } = load;
  const { scope } = request;
  const { table } = run.river.target;
  const slices = request.slices.map(({ slice }) => slice);
  const arriving = countByDay(scope, await stagedRows(tables, run.runId, chunk, slices), table);
  const { kept, warnings } = await removeRows(tables, load, arriving);
  await onStep('removed');
  const rows = await insertRows(tables, load, before, at);
  await onStep('inserted');
  const of = { river: run.river.name, table, run: bearerOf(run), chunk };
  const days = new Map([...arriving].flatMap(([day, rows]) => (day === null ? [] : [[day, rows] as const])));
  for (const day of kept) days.delete(day);
  await insertDays(tables, of, days, at, request.completeUpTo);
  if (scope) await unmarkForgotten(tables, { river: of.river, table }, scope);
  await onStep('days');
  return { rows, warnings };
}

/** Whose id the rows bear: a retry completes another run. */
const bearerOf = ({ runId, retryOf }: StoredRun): string => retryOf?.runId ?? runId;

/** Looks at what stands there before anything is removed, in the same transaction: nobody else changes it meanwhile. */
async function removeRows(
  tables: Tables,
  { run, request: { scope }, wanted }: ChunkLoad,
  arriving: RowsByDay,
): Promise<Replacement> {
  if (run.river.target.load !== 'replace') return { kept: [], warnings: [] };
  const of = { river: run.river.name, table: run.river.target.table };
  const days = scope && { ...scope, column: wanted.get(scope.column)?.name ?? scope.column };
  const replacement = judgeReplacement(run, await standingRows(tables, { ...of, days }), arriving);
  if (days === null) {
    await tables.dialect.removeRows(tables, { ...of, days });
    await deleteDays(tables, { ...of, between: null });
    return replacement;
  }
  const kept = new Set(replacement.kept);
  for (const part of stretchesOf([...daysOf(days)].filter((day) => !kept.has(day)))) {
    await tables.dialect.removeRows(tables, { ...of, days: { ...days, ...part } });
    await deleteDays(tables, { ...of, between: part });
  }
  return replacement;
}

/** Says how many rows. Throws where the table has not taken every one of them. */
async function insertRows(
  tables: Tables,
  load: ChunkLoad,
  { start }: ManifestChunk,
  loadedAt: string,
): Promise<number> {
  const { run, chunk, request } = load;
  const { target, name: river } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  const layout = await planChunk(tables, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  const undoing = await tables.dialect.mayUndoInserts(tables, target.table);
  const others = undoing === 'rows of others' ? await countAll(tables, target.table) : 0;
  const inserted = await tables.dialect.insertPages(tables, {
    staging: stagingOf(run.runId),
    table: target.table,
    river,
    runId: bearerOf(run),
    chunk,
    chunkColumn: start === null ? null : chunk,
    slices,
    loadedAt,
    filledBy: (page) => filledBy(page, layout),
  });
  const rows = sumOf(request.slices.map((slice) => slice.rows));
  if (undoing) {
    const taken = await rowsTaken(tables, load, start === null ? null : chunk, rows);
    if (taken !== rows) throw await notTaken(tables, load, taken, rows);
    const lost = undoing === 'rows of others' ? others + rows - (await countAll(tables, target.table)) : 0;
    if (lost > 0) throw replacesOthers(target.table, lost);
  } else if (request.slices.some((slice) => (inserted.bySlice.get(slice.slice) ?? 0) !== slice.rows)) {
    throw await notTaken(tables, load, sumOf([...inserted.bySlice.values()]), rows);
  }
  return rows;
}

async function countAll(tables: Tables, table: string): Promise<number> {
  const [counted] = await tables.from(table).count({ rows: '*' });
  return Number(counted?.rows ?? 0);
}

function replacesOthers(table: string, rows: number): SchemaConflictError {
  return new SchemaConflictError(
    `A constraint of the table ${table} (ON CONFLICT REPLACE) would delete ${rows} ${rows === 1 ? 'row' : 'rows'} that ` +
      'other chunks or rivers have loaded. Remove it, or give the river another table.',
    { facts: { table, rows } },
  );
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** How many of the chunk's rows stand in the table; the whole of it is looked through only where its days lack some. */
async function rowsTaken(
  tables: Tables,
  { run, request: { scope }, wanted }: ChunkLoad,
  chunkColumn: string | null,
  expected: number,
): Promise<number> {
  const of = { table: run.river.target.table, river: run.river.name };
  const days = scope && { ...scope, column: wanted.get(scope.column)?.name ?? scope.column };
  let taken = 0;
  for (const part of days ? [days, null] : [null]) {
    const [counted] = await rowsInScope(tables, { ...of, days: part })
      .where({ _run_id: bearerOf(run), _chunk: chunkColumn })
      .count({ rows: '*' });
    taken = Number(counted?.rows ?? 0);
    if (taken === expected) break;
  }
  return taken;
}

/** A page that was staged meanwhile is pulled again; else the table itself has left rows out, and would do so again. */
async function notTaken(
  tables: Tables,
  { run, chunk, request }: ChunkLoad,
  taken: number,
  rows: number,
): Promise<Error> {
  const staged = await countStaged(tables, run.runId, chunk);
  const slices = differingSlices(request.slices, staged, request.listSlices);
  if (slices.length > 0) return new SlicesDiffer(slices);
  const { table } = run.river.target;
  return new SchemaConflictError(
    `The table ${table} took ${taken} of ${rows} ${rows === 1 ? 'row' : 'rows'}: a trigger, a rule or a constraint of it ` +
      'leaves rows out, changes or deletes them. Remove it, or give the river another table.',
    { facts: { table, taken, rows } },
  );
}
