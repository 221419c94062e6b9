import { RefusedError } from '../../domain/errors.ts';
import type { Stretch } from '../../domain/period/day.ts';
import type { Warning } from '../../domain/run/run-result.ts';
import type { Tables } from '../dialect.ts';
import type { CommitOutcome, CommitRequest, StoredRun } from '../records.ts';
import { countStaged } from '../statements/count-staged.ts';
import { deletePages } from '../statements/delete-pages.ts';
import { lockTarget } from '../statements/lock-target.ts';
import { markLoaded } from '../statements/mark-loaded.ts';
import { openStates } from '../statements/open-states.ts';
import { type ManifestChunk, readChunk } from '../statements/read-chunk.ts';
import { readRun } from '../statements/read-run.ts';
import { deleteDays, insertDays, readDays } from '../statements/river-days.ts';
import { stagingOf } from '../statements/staging-table.ts';
import { columnFinder, compareColumns } from '../tables/compare-columns.ts';
import type { WantedColumn } from '../tables/wanted-columns.ts';
import { differingSlices } from './compare-slices.ts';
import { countByDay, emptiedDays } from './days-of-chunk.ts';
import { readTarget } from './evolve-table.ts';
import type { Inserted } from './insert-job.ts';

/** What has just been done, inside the transaction: a test may stop there. */
export type Step = 'locked' | 'compared' | 'removed' | 'inserted' | 'days' | 'marked' | 'unstaged';

/** Nothing is committed: these slices are to be pulled again. */
export class SlicesDiffer extends Error {
  readonly slices: readonly string[];

  constructor(slices: readonly string[]) {
    super('what is staged is not what was reported');
    this.slices = slices;
  }
}

/** Nothing is committed: the table is no longer as it was made ready. */
export class TableChanged extends Error {}

export interface ChunkLoad {
  readonly run: StoredRun;
  readonly chunk: string;
  readonly request: CommitRequest;
  /** What the pages need of the table, by the pages' own names. */
  readonly wanted: ReadonlyMap<string, WantedColumn>;
  onStep(step: Step): void | Promise<void>;
}

/** The commit of a chunk, one transaction: everything in it happens, or nothing. */
export async function loadChunk(tables: Tables, load: ChunkLoad): Promise<CommitOutcome> {
  const { run, chunk, request, onStep } = load;
  await lockTarget(tables, run.river.target.table);
  const before = await openChunk(tables, run, chunk);
  await onStep('locked');
  if (before.state === 'loaded') return loaded(before);
  await compare(tables, load);
  await onStep('compared');
  const at = new Date().toISOString();
  const { rows, warnings } = await replaceRows(tables, load, before, at);
  await markLoaded(tables, run.runId, chunk, { rows, warnings: [...request.warnings, ...warnings], at });
  await onStep('marked');
  await deletePages(tables, run.runId, chunk);
  await onStep('unstaged');
  return loaded({ ...before, rows, warnings: [...request.warnings, ...warnings] });
}

function loaded({
  rows,
  calls,
  warnings,
}: Pick<ManifestChunk, 'rows' | 'calls' | 'warnings'>): CommitOutcome {
  return { outcome: 'loaded', rows, calls, warnings };
}

/** The chunk, where it is loaded already or may be loaded now. */
async function openChunk(tables: Tables, { runId, river }: StoredRun, chunk: string): Promise<ManifestChunk> {
  const found = await readChunk(tables, runId, chunk);
  if (!found) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  if (found.state === 'loaded') return found;
  const run = await readRun(tables, runId);
  if (openStates.includes(found.state) && run?.status === 'running') return found;
  const facts = { river: river.name, run: runId, chunk, state: found.state, runState: run?.status };
  throw new RefusedError(
    `The chunk ${chunk} of ${river.name} is ${found.state} in a run that is ${run?.status}: it is not loaded any more.`,
    { facts },
  );
}

async function compare(tables: Tables, { run, chunk, request }: ChunkLoad): Promise<void> {
  const staged = await countStaged(tables, run.runId, chunk);
  const slices = differingSlices(request.slices, staged, request.listSlices);
  if (slices.length > 0) throw new SlicesDiffer(slices);
}

/** Takes this river's rows of the chunk out of the target (in `replace`), puts the staged ones in, and writes its days. */
async function replaceRows(
  tables: Tables,
  load: ChunkLoad,
  before: ManifestChunk,
  at: string,
): Promise<{ rows: number; warnings: Warning[] }> {
  const { run, chunk, request, onStep } = load;
  const { table, load: mode } = run.river.target;
  const of = { river: run.river.name, table };
  const dayColumn = request.scope?.column ?? request.dayColumn;
  const stretch = stretchOf(request, before);
  const days = { ...of, between: stretch };
  const replaces = mode === 'replace';
  let removed = 0;
  const rowsBefore = replaces ? await readDays(tables, days) : new Map<string, number>();
  if (replaces) {
    removed = await tables.dialect.removeRows(tables, { ...of, days: scopeInTable(load) });
    await deleteDays(tables, days);
  }
  await onStep('removed');
  const inserted = await insertRows(tables, load, before, dayColumn, at);
  await onStep('inserted');
  const byDay =
    dayColumn === null
      ? new Map<string, number>()
      : countByDay(stretch, inserted.byDay, { table, column: dayColumn });
  await insertDays(tables, { ...of, run: run.runId, chunk }, byDay, at);
  await onStep('days');
  const warnings = emptiedDays(rowsBefore, byDay).map(({ first, last, rows }) => ({
    start: first,
    end: last,
    message: `${rows} rows of ${first === last ? first : `${first} to ${last}`} were replaced by none.`,
  }));
  return { rows: sum(inserted.bySlice.values()), warnings };
}

/** The days of which the chunk says everything: its own, or the day that its rows are dated by. */
function stretchOf({ scope }: CommitRequest, { first, last }: ManifestChunk): Stretch | null {
  if (scope) return { first: scope.first, last: scope.last };
  return first === null || last === null ? null : { first, last };
}

function scopeInTable({ request, wanted }: ChunkLoad): CommitRequest['scope'] {
  const { scope } = request;
  return scope && { ...scope, column: wanted.get(scope.column)?.name ?? scope.column };
}

async function insertRows(
  tables: Tables,
  { run, chunk, request, wanted }: ChunkLoad,
  before: ManifestChunk,
  dayColumn: string | null,
  loadedAt: string,
): Promise<Inserted> {
  const { target, name: river } = run.river;
  const columns = await readTarget(tables, target.table);
  const { missing, wider } = compareColumns(tables.dialect, target.table, columns, wanted.values());
  if (wider.length > 0 || (missing.length > 0 && target.drift !== 'ignore')) throw new TableChanged();
  const find = columnFinder(tables.dialect, columns);
  const inserted = await tables.dialect.insertPages(tables, {
    staging: stagingOf(run.runId),
    table: target.table,
    river,
    runId: run.runId,
    chunk,
    chunkColumn: before.first === null ? null : chunk,
    slices: request.slices.map(({ slice }) => slice),
    loadedAt,
    columnFor: (name) => find(wanted.get(name)?.name ?? name),
    dayColumn: dayColumn === null ? null : (wanted.get(dayColumn)?.name ?? dayColumn),
  });
  const differing = request.slices.filter(({ slice, rows }) => (inserted.bySlice.get(slice) ?? 0) !== rows);
  if (differing.length > 0) throw new SlicesDiffer(differing.map(({ slice }) => slice));
  return inserted;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
