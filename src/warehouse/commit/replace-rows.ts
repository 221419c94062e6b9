import type { Day, Stretch } from '../../domain/period/day.ts';
import type { CommitRequest } from '../../domain/run/commit.ts';
import type { Warning } from '../../domain/run/run-result.ts';
import type { StoredRun } from '../../domain/run/stored-run.ts';
import type { Tables } from '../dialect.ts';
import type { ManifestChunk } from '../statements/read-chunk.ts';
import { type DaysOfRiver, deleteDays, insertDays, readDays } from '../statements/river-days.ts';
import { stagingOf } from '../statements/staging-table.ts';
import { type ChunkLoad, SlicesDiffer, TableChanged } from './chunk-load.ts';
import { countByDay, warningsOfEmptied } from './days-of-chunk.ts';
import type { Inserted } from './insert-job.ts';
import { filledBy, isReady, planChunk } from './plan-chunk.ts';

/** Takes this river's rows of the chunk out of the target (in `replace`), puts the staged ones in, and writes its days. */
export async function replaceRows(
  tables: Tables,
  load: ChunkLoad,
  before: ManifestChunk,
  at: string,
): Promise<{ rows: number; warnings: Warning[] }> {
  const { run, chunk, request, onStep } = load;
  const { table } = run.river.target;
  const column = request.scope?.column ?? request.dayColumn;
  const stretch = stretchOf(request, before);
  const days = { river: run.river.name, table, between: stretch };
  const removed = await removeRows(tables, load, days);
  await onStep('removed');
  const inserted = await insertRows(tables, load, before, column, at);
  await onStep('inserted');
  const byDay = column === null ? new Map() : countByDay(stretch, inserted.byDay, { table, column });
  const of = { river: days.river, table, run: bearerOf(run), chunk };
  await insertDays(tables, of, byDay, at, request.completeUpTo);
  await onStep('days');
  const rows = [...inserted.bySlice.values()].reduce((sum, count) => sum + count, 0);
  const after = { rows, byDay };
  return { rows, warnings: warningsOfEmptied(table, removed, after) };
}

/** Whose id the rows bear: a retry completes another run. */
const bearerOf = ({ runId, retryOf }: StoredRun): string => retryOf?.runId ?? runId;

/** The days of which the chunk says everything: its own, or the day that its rows are dated by. */
function stretchOf({ scope }: CommitRequest, { first, last }: ManifestChunk): Stretch | null {
  if (scope) return { first: scope.first, last: scope.last };
  return first === null || last === null ? null : { first, last };
}

async function removeRows(
  tables: Tables,
  { run, request: { scope }, wanted }: ChunkLoad,
  days: DaysOfRiver,
): Promise<{ rows: number; byDay: Map<Day, number> }> {
  if (run.river.target.load !== 'replace') return { rows: 0, byDay: new Map() };
  const byDay = await readDays(tables, days);
  const rows = await tables.dialect.removeRows(tables, {
    river: days.river,
    table: days.table,
    days: scope && { ...scope, column: wanted.get(scope.column)?.name ?? scope.column },
  });
  await deleteDays(tables, days);
  return { rows, byDay };
}

async function insertRows(
  tables: Tables,
  { run, chunk, request, wanted }: ChunkLoad,
  { first }: ManifestChunk,
  dayColumn: string | null,
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
    dayColumn: dayColumn === null ? null : (wanted.get(dayColumn)?.name ?? dayColumn),
  });
  const differing = request.slices.filter(({ slice, rows }) => (inserted.bySlice.get(slice) ?? 0) !== rows);
  if (differing.length > 0) throw new SlicesDiffer(differing.map(({ slice }) => slice));
  return inserted;
}
