import type { Scope } from '#domain/call/scope';
import { RowShapeError, SchemaConflictError } from '#domain/errors';
import { type Day, eachDay, toDateRanges } from '#domain/period/date-range';
import { judgeReplacement, type Replacement, type RowsByDay } from '#domain/run/replaced-rows';
import type { Books, Both } from '../dialect.ts';
import type { ManifestChunk } from '../manifest/chunks.ts';
import { countStaged, countStagedByDay, stagingTable, toPagesTable } from '../manifest/staging.ts';
import { readTargetTable } from '../tables/read-table.ts';
import { countRows, countRowsByDay, deleteRows, selectRows } from '../tables/target-rows.ts';
import { type ChunkLoad, findDifferingSlices, ownerRunId, SlicesDiffer, TableChanged } from './chunk-load.ts';
import type { ChunkChange } from './mark-change.ts';
import { isReady, planChunk, planFill } from './plan-chunk.ts';

/** What a load mode has done to the target, for the books. */
export type Replaced = Pick<ChunkChange, 'written' | 'warnings' | 'removed' | 'days' | 'gone'>;

/**
 * Takes this river's rows of the chunk out of the target (in `replace`), and puts the staged ones in.
 * Days that keep their rows, because none came for them, keep what the manifest says of them.
 */
export async function replaceRows(
  both: Both,
  load: ChunkLoad,
  before: ManifestChunk,
  at: string,
): Promise<Replaced> {
  const { run, chunk, request, onStep } = load;
  const { scope } = request;
  const { table } = run.river.target;
  const slices = request.slices.map(({ slice }) => slice);
  const arriving = countByDay(scope, await countStagedByDay(both.books, run.runId, chunk, slices), table);
  const { kept, warnings, removed } = await removeRows(both, load, arriving);
  await onStep('removed');
  const rows = await insertRows(both, load, before, at);
  await onStep('inserted');
  const days = new Map([...arriving].flatMap(([day, rows]) => (day === null ? [] : [[day, rows] as const])));
  for (const day of kept) days.delete(day);
  return { written: { rows }, warnings, removed, days: [...days], gone: [] };
}

/** Looks at what stands there before anything is removed, in the same transaction: no other session changes it meanwhile. */
async function removeRows(
  both: Both,
  load: ChunkLoad,
  arriving: RowsByDay,
): Promise<Replacement & Pick<Replaced, 'removed'>> {
  const { run } = load;
  if (run.river.target.load !== 'replace') return { kept: [], warnings: [], removed: [] };
  const of = { river: run.river.name, table: run.river.target.table };
  const { target } = both;
  const days = await readScope(both, load);
  const standing = await countRowsByDay(target, { ...of, days });
  const replacement = judgeReplacement(run, standing, arriving);
  if (days === null) {
    await deleteRows(target, { ...of, days }, sum([...standing.values()]));
    return { ...replacement, removed: null };
  }
  const kept = new Set(replacement.kept);
  const removed = toDateRanges([...eachDay(days)].filter((day) => !kept.has(day)));
  for (const part of removed) {
    const expected = sum([...eachDay(part)].map((day) => standing.get(day) ?? 0));
    await deleteRows(target, { ...of, days: { ...days, ...part } }, expected);
  }
  return { ...replacement, removed };
}

/** The chunk's days, with the column as the table has it: another connector may have spelled it otherwise. */
async function readScope(both: Both, { run, request: { scope }, wanted }: ChunkLoad): Promise<Scope | null> {
  if (scope === null) return null;
  // Where no page came nothing was arranged for the table.
  const column =
    wanted.get(scope.column) ?? (await readTargetTable(both, run.river.target.table)).find(scope.column);
  return { ...scope, column: column?.name ?? scope.column };
}

/** Says how many rows. Throws where the table has not taken every one of them. */
async function insertRows(
  both: Both,
  load: ChunkLoad,
  { start }: ManifestChunk,
  loadedAt: string,
): Promise<number> {
  const { run, chunk, request } = load;
  const { books, target: tables } = both;
  const { target, name: river } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  const layout = await planChunk(both, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  const undoing = await tables.dialect.mayUndoInserts(tables, target.table);
  const others = undoing === 'rows of others' ? await countRows(tables, target.table) : 0;
  const inserted = await tables.dialect.insertPages(tables, {
    staging: toPagesTable(books, stagingTable(run.runId)),
    table: target.table,
    river,
    runId: ownerRunId(run),
    pages: { chunk, chunkColumn: start === null ? null : chunk, slices },
    loadedAt,
    filledBy: (page) => planFill(page, layout),
  });
  const rows = sum(request.slices.map((slice) => slice.rows));
  if (undoing) {
    const taken = await countTaken(both, load, start === null ? null : chunk);
    if (taken !== rows) throw await failureOfTable(books, load, taken, rows);
    const lost = undoing === 'rows of others' ? others + rows - (await countRows(tables, target.table)) : 0;
    if (lost > 0) throw replacesOtherRows(target.table, lost);
  } else if (request.slices.some((slice) => (inserted.bySlice.get(slice.slice) ?? 0) !== slice.rows)) {
    throw await failureOfTable(books, load, sum([...inserted.bySlice.values()]), rows);
  }
  return rows;
}

export function replacesOtherRows(table: string, rows: number): SchemaConflictError {
  return new SchemaConflictError(
    `A constraint of the table ${table} (ON CONFLICT REPLACE) would delete ${rows} ${rows === 1 ? 'row' : 'rows'} that ` +
      'other chunks or rivers have loaded. Remove it, or give the river another table.',
    { facts: { table, rows } },
  );
}

const sum = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** How many of the chunk's rows stand in the table, under its days: one that bears another day is never replaced. */
async function countTaken(both: Both, load: ChunkLoad, chunkColumn: string | null): Promise<number> {
  const { run } = load;
  const of = { table: run.river.target.table, river: run.river.name };
  const [counted] = await selectRows(both.target, { ...of, days: await readScope(both, load) })
    .where({ _run_id: ownerRunId(run), _chunk: chunkColumn })
    .count({ rows: '*' });
  return Number(counted?.rows ?? 0);
}

/** A page that was staged meanwhile is pulled again; else the table itself has left rows out, and would do so again. */
export async function failureOfTable(
  books: Books,
  { run, chunk, request }: ChunkLoad,
  taken: number,
  rows: number,
): Promise<Error> {
  const staged = await countStaged(books, run.runId, chunk);
  const slices = findDifferingSlices(request.slices, staged, request.listSlices);
  if (slices.length > 0) return new SlicesDiffer(slices);
  return tookFewer(run.river.target.table, taken, rows);
}

/** The table itself has left rows out, and would do so again. */
export function tookFewer(table: string, taken: number, rows: number): SchemaConflictError {
  return new SchemaConflictError(
    `The table ${table} took ${taken} of ${rows} ${rows === 1 ? 'row' : 'rows'}: a trigger, a rule or a constraint of it ` +
      'leaves rows out, changes or deletes them. Remove it, or give the river another table.',
    { facts: { table, taken, rows } },
  );
}

/**
 * What a chunk has staged, for each of its days, those without rows included; under null where it has none. Rows of
 * another day are refused: they would not be removed when these days are loaded again.
 */
export function countByDay(scope: Scope | null, staged: RowsByDay, table: string): Map<Day | null, number> {
  if (scope === null) return new Map([[null, [...staged.values()].reduce((sum, rows) => sum + rows, 0)]]);
  const days = new Map<Day | null, number>([...eachDay(scope)].map((day) => [day, 0]));
  for (const [day, rows] of staged) {
    if (rows > 0 && !days.has(day)) {
      throw new RowShapeError(
        `${rows} rows for ${table} have ${day === null ? 'no day' : `the day ${day}`} in ${scope.column}, ` +
          `and the chunk is ${scope.start} to ${scope.end}.`,
        { facts: { table, column: scope.column, day, rows } },
      );
    }
    if (days.has(day)) days.set(day, rows);
  }
  return days;
}
