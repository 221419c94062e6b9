import { daysOf } from '../../domain/period/day.ts';
import { stretchesOf } from '../../domain/period/stretches.ts';
import { judgeReplacement, type Replacement, type RowsByDay } from '../../domain/run/replaced-rows.ts';
import type { Warning } from '../../domain/run/run-result.ts';
import type { StoredRun } from '../../domain/run/stored-run.ts';
import type { Tables } from '../dialect.ts';
import { unmarkForgotten } from '../statements/forgotten-days.ts';
import type { ManifestChunk } from '../statements/read-chunk.ts';
import { deleteDays, insertDays } from '../statements/river-days.ts';
import { stagedRows, standingRows } from '../statements/rows-by-day.ts';
import { stagingOf } from '../statements/staging-table.ts';
import { type ChunkLoad, SlicesDiffer, TableChanged } from './chunk-load.ts';
import { countByDay } from './days-of-chunk.ts';
import type { Inserted } from './insert-job.ts';
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
  const inserted = await insertRows(tables, load, before, at);
  await onStep('inserted');
  const of = { river: run.river.name, table, run: bearerOf(run), chunk };
  const days = new Map([...arriving].flatMap(([day, rows]) => (day === null ? [] : [[day, rows] as const])));
  for (const day of kept) days.delete(day);
  await insertDays(tables, of, days, at, request.completeUpTo);
  if (scope) await unmarkForgotten(tables, { river: of.river, table }, scope);
  await onStep('days');
  return { rows: [...inserted.bySlice.values()].reduce((sum, count) => sum + count, 0), warnings };
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

async function insertRows(
  tables: Tables,
  { run, chunk, request }: ChunkLoad,
  { first }: ManifestChunk,
  loadedAt: string,
): Promise<Inserted> {
  const { target, name: river } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  const layout = await planChunk(tables, { runId: run.runId, target, chunk, slices });
  if (!isReady(layout)) throw new TableChanged();
  const inserted = await tables.dialect.insertPages(tables, {
    staging: stagingOf(run.runId),
    table: target.table,
    river,
    runId: bearerOf(run),
    chunk,
    chunkColumn: first === null ? null : chunk,
    slices,
    loadedAt,
    filledBy: (page) => filledBy(page, layout),
  });
  const differing = request.slices.filter(({ slice, rows }) => (inserted.bySlice.get(slice) ?? 0) !== rows);
  if (differing.length > 0) throw new SlicesDiffer(differing.map(({ slice }) => slice));
  return inserted;
}
