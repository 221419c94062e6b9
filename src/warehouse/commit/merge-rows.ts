import type { TableColumn } from '#domain/column/table-type';
import type { Day } from '#domain/period/date-range';
import type { RowsOfRun } from '#domain/verify/verification';
import { columnFinder, sameName, shortHash } from '../column-name.ts';
import type { Both, MergeJob, Targets } from '../dialect.ts';
import type { LoadedRows, ManifestChunk } from '../manifest/chunks.ts';
import { countStagedByDay, stagingTable, toPagesTable } from '../manifest/staging.ts';
import type { TableState } from '../tables/declared-columns.ts';
import type { Layout } from '../tables/plan-layout.ts';
import { readTable } from '../tables/read-table.ts';
import { countRows } from '../tables/target-rows.ts';
import { type ChunkLoad, ownerRunId, TableChanged } from './chunk-load.ts';
import { isReady, planChunk, planFill } from './plan-chunk.ts';
import { countByDay, failureOfTable, type Replaced, replacesOtherRows, tookFewer } from './replace-rows.ts';

/**
 * Puts a chunk's staged rows beside those of the target, by `_river` and the key: a row that is found again and differs is updated and
 * bears this run from then on, one that is equal stays as it is, one that is not found is inserted. Nothing is removed, so no answer is
 * too empty. Of rows with the same key the last one in the order of slice, call, page and row is taken.
 */
export async function mergeRows(
  both: Both,
  load: ChunkLoad,
  before: ManifestChunk,
  at: string,
): Promise<Replaced> {
  const { run, chunk, request } = load;
  const { scope } = request;
  const slices = request.slices.map(({ slice }) => slice);
  const staged = request.slices.reduce((sum, { rows }) => sum + rows, 0);
  const arriving = countByDay(
    scope,
    await countStagedByDay(both.books, run.runId, chunk, slices),
    run.river.target.table,
  );
  const { counts, byDay, gone } = staged === 0 ? nothing : await merge(both, load, before, at, staged);
  const elsewhere = scope ? [...byDay].filter(([day]) => day === null || !arriving.has(day)) : [];
  if (elsewhere.length > 0) {
    const moved = elsewhere.reduce((sum, [, rows]) => sum + rows, 0);
    throw tookFewer(run.river.target.table, staged - moved, staged);
  }
  return {
    written: {
      rows: staged,
      merged: counts,
      ...(!scope && { standing: counts.inserted + counts.updated }),
    },
    days: scope
      ? [...arriving].flatMap(([day]): [Day, number][] => (day === null ? [] : [[day, byDay.get(day) ?? 0]]))
      : [],
    removed: [],
    gone,
    warnings: [],
  };
}

interface Merged {
  readonly counts: NonNullable<LoadedRows['merged']>;
  /** Rows that were inserted or updated, by their days now. */
  readonly byDay: ReadonlyMap<string | null, number>;
  /** Rows that were updated, by the run and the day that they had before. */
  readonly gone: readonly RowsOfRun[];
}

const nothing: Merged = {
  counts: { inserted: 0, updated: 0, unchanged: 0, duplicates: 0 },
  byDay: new Map(),
  gone: [],
};

async function merge(
  both: Both,
  load: ChunkLoad,
  { start }: ManifestChunk,
  loadedAt: string,
  staged: number,
): Promise<Merged> {
  const { run, chunk, request, onStep } = load;
  const { target, name: river } = run.river;
  const { table } = target;
  const { books, target: tables } = both;
  const { dialect } = tables;
  const slices = request.slices.map(({ slice }) => slice);
  const layout = await planChunk(both, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  const day = request.scope && (layout.columns.get(request.scope.column)?.name ?? request.scope.column);
  const job: MergeJob = {
    collected: stagingTable(shortHash(`${run.runId} ${chunk} merge`)),
    table,
    river,
    key: findKey(layout, request.mergeKey ?? []),
    columns: listFilled(tables, await readTable(both, table), layout),
    dayColumn: day,
  };
  const undoing = await dialect.mayUndoInserts(tables, table);
  const others = undoing === 'rows of others' ? await countRows(tables, table) : 0;
  const collected = await dialect.collectRows(
    tables,
    {
      staging: toPagesTable(books, stagingTable(run.runId)),
      table,
      river,
      runId: ownerRunId(run),
      pages: { chunk, chunkColumn: start === null ? null : chunk, slices },
      loadedAt,
      filledBy: (page) => planFill(page, layout),
    },
    job,
  );
  await onStep('collected');
  const updated = await dialect.updateFound(tables, job);
  await onStep('updated');
  const added = await dialect.addMissing(tables, job);
  await onStep('inserted');
  const missing = updated.expected - updated.rows + (added.expected - added.rows);
  if (missing > 0) throw await failureOfTable(books, load, collected - missing, collected);
  if (undoing) {
    const found = await dialect.countFound(tables, job);
    if (found < collected) throw await failureOfTable(books, load, found, collected);
    const lost = undoing === 'rows of others' ? others + added.rows - (await countRows(tables, table)) : 0;
    if (lost > 0) throw replacesOtherRows(table, lost);
  }
  await dialect.dropCollected(tables, job);
  return {
    counts: {
      inserted: added.rows,
      updated: updated.rows,
      // A table that was filled in another mode may have several rows of a key: all of them are updated.
      unchanged: Math.max(0, collected - added.rows - updated.rows),
      duplicates: staged - collected,
    },
    byDay: addUp(updated.byDay, added.byDay),
    gone: updated.before,
  };
}

function findKey({ columns }: Layout, names: readonly string[]): TableColumn[] {
  const key = names.flatMap((name) => columns.get(name) ?? []);
  if (key.length === 0 || key.length < names.length)
    throw new Error(`a commit in merge has no column for all of its key: ${names.join(', ')}`);
  return key;
}

/**
 * All columns that River fills for this river: what its pages bring, and what was made for fields and for values that did not fit.
 * What the new row does not have goes from the old one as well, so that none is made of two.
 */
function listFilled({ dialect }: Targets, state: TableState, layout: Layout): TableColumn[] {
  const find = columnFinder(dialect, state.columns);
  const recorded = state.records.flatMap(({ part, name }) =>
    ['field', 'text'].includes(part) ? (find(name) ?? []) : [],
  );
  const all = [
    ...layout.columns.values(),
    ...layout.fields.values(),
    ...layout.besides.values(),
    ...recorded,
  ];
  return [...new Map(all.map((column) => [sameName(dialect, column.name), column])).values()];
}

function addUp(...all: readonly ReadonlyMap<string | null, number>[]): Map<string | null, number> {
  const sums = new Map<string | null, number>();
  for (const counts of all) for (const [day, rows] of counts) sums.set(day, (sums.get(day) ?? 0) + rows);
  return sums;
}
