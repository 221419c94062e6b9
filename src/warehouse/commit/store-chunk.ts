import { parseChunkKey } from '#domain/chunk/chunk';
import { warnOfMisfits, warnOfReplaced } from '#domain/column/column-warnings';
import { durationMs } from '#domain/duration';
import { SchemaConflictError } from '#domain/errors';
import type { Warning } from '#domain/run/run-result';
import type { CommitOutcome, CommitRequest } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import { columnFinder } from '../column-name.ts';
import type { Databases } from '../databases.ts';
import { readRun } from '../manifest/runs.ts';
import { readPageNotes } from '../manifest/staged-pages.ts';
import { toRecordedKey } from '../manifest/targets.ts';
import { addColumns } from '../tables/add-columns.ts';
import type { Layout } from '../tables/plan-layout.ts';
import { readTable } from '../tables/read-table.ts';
import { SlicesDiffer, type StoreOptions, TableChanged } from './chunk-load.ts';
import { isReady, planChunk } from './plan-chunk.ts';
import { refitPages } from './refit-pages.ts';
import { storeInTransaction } from './store-in-transaction.ts';

/** Another session may change the table between the look at it and the lock: then it is looked at again. */
const looksAtMost = 10;

/**
 * Loads what a chunk's slices have staged, exactly once: the columns that its table lacks are added in a transaction of their
 * own and its pages fitted to them, then rows, days and chunk are written in one.
 */
export async function storeChunk(
  databases: Databases,
  runId: string,
  chunk: string,
  asked: CommitRequest,
  options: StoreOptions,
): Promise<CommitOutcome> {
  const { onStep } = options;
  const run = await databases.books.read((books) => readRun(books, runId));
  if (!run) throw new Error(`the run ${runId} was never opened in the ${databases.books.place}`);
  const request = withoutLists(asked);
  for (let look = 1; ; look += 1) {
    const layout = await readyTable(databases, run, chunk, request, options);
    const warnings = await warnOfValues(databases, run, chunk, request, layout);
    try {
      const load = { run, chunk, request, wanted: layout.columns, warnings, onStep };
      const outcome = await storeInTransaction(databases, load);
      await onStep('committed');
      return outcome;
    } catch (error) {
      if (error instanceof SlicesDiffer) return { outcome: 'differs', slices: error.slices };
      if (!(error instanceof TableChanged) || look === looksAtMost)
        throw withTableName(error, run.river.target.table);
    }
  }
}

/** What a database says of a value that does not fit names no table, where a trigger or a generated column reads it. */
function withTableName(error: unknown, table: string): unknown {
  if (!(error instanceof SchemaConflictError) || error.message.includes(table)) return error;
  return new SchemaConflictError(`Table ${table}: ${error.message}`, { facts: error.facts });
}

/** Adds the columns that the staged pages need and fits the pages to the table, until there is nothing left to do. */
async function readyTable(
  databases: Databases,
  { runId, river: { target, giveUpAfter } }: StoredRun,
  chunk: string,
  request: CommitRequest,
  options: StoreOptions,
): Promise<Layout> {
  const { signal } = options;
  const patience = { ...options.patience, giveUpMs: durationMs(giveUpAfter) };
  const slices = request.slices.map(({ slice }) => slice);
  const { table } = target;
  const of = { runId, target, chunk, slices, table, key: request.key ?? [] };
  for (let look = 1; ; look += 1) {
    const plan = await databases.read((both) => planChunk(both, of));
    // Where it changes under our hands, the commit itself looks once more.
    if (isReady(plan) || look === looksAtMost) return plan;
    if (plan.missing.length > 0 || plan.records.length > 0)
      await addColumns(databases, table, (both) => planChunk(both, of), patience, signal);
    else await refitPages(databases, of, plan);
  }
}

async function warnOfValues(
  databases: Databases,
  { runId, river: { target } }: StoredRun,
  chunk: string,
  { slices }: CommitRequest,
  { columns: ofRiver, fields, besides }: Layout,
): Promise<Warning[]> {
  const counts = new Map<string, number>();
  const replaced = new Map<string, number>();
  const names = slices.map(({ slice }) => slice);
  for await (const { notes } of readPageNotes(databases.books, runId, chunk, names)) {
    for (const [column, count] of Object.entries(notes.misfits ?? {}))
      counts.set(column, (counts.get(column) ?? 0) + count);
    for (const [name, count] of Object.entries(notes.replaced ?? {})) {
      const column = ofRiver.get(name) ?? fields.get(toRecordedKey(name));
      replaced.set(column?.name ?? name, (replaced.get(column?.name ?? name) ?? 0) + count);
    }
  }
  const ofReplaced = [...replaced].map(([column, count]) =>
    warnOfReplaced(parseChunkKey(chunk), target.table, column, count),
  );
  if (counts.size === 0) return ofReplaced;
  const { columns } = await databases.read((both) => readTable(both, target.table));
  const find = columnFinder(databases.target.dialect, columns);
  const ofMisfits = [...counts].map(([name, count]) =>
    warnOfMisfits(parseChunkKey(chunk), target.table, {
      column: find(name)?.name ?? name,
      declared: find(name)?.declared ?? 'gone',
      beside: besides.get(name)?.name ?? null,
      count,
    }),
  );
  return [...ofMisfits, ...ofReplaced];
}

/** What plans other calls is never loaded, even where it was counted. */
function withoutLists(request: CommitRequest): CommitRequest {
  const { slices, listSlices } = request;
  return { ...request, slices: slices.filter(({ slice }) => !listSlices.includes(slice)) };
}
