/**
 * The shadow of a run in `overwrite`: a table of its own, in which the pages of its loaded chunks wait as they were staged, until all
 * chunks are loaded and `storeOverwrite` replaces the target's content. It is made by the commit of the first chunk, belongs to the run
 * whose id the rows bear, so that a retry adds to it, and is dropped when the content is replaced, or by the next full run. A chunk
 * that waits there is `loaded` and has no `loaded_at`.
 */

import type { Knex } from 'knex';
import { parseChunkKey } from '#domain/chunk/chunk';
import type { DateRange } from '#domain/period/date-range';
import { shadowPrefix } from '#domain/river/target';
import type { RowsByDay } from '#domain/run/replaced-rows';
import { sameTable, shortHash } from '../column-name.ts';
import type { Books, Row } from '../dialect.ts';
import { dayOrNull } from '../stored-values.ts';
import type { PageShape } from '../tables/plan-layout.ts';
import { readRun } from './runs.ts';
import { createPages, stagingTable, toPageShape } from './staging.ts';

/** Its name. `owner`: the run whose id the rows bear. */
export const shadowTable = (owner: string): string => shadowPrefix + shortHash(owner);

/** Moves a chunk's staged pages that have rows. To be called with the target locked. */
export async function movePages(
  books: Books,
  runId: string,
  owner: string,
  chunk: string,
  slices: readonly string[],
): Promise<void> {
  const [from, to] = [stagingTable(runId), shadowTable(owner)];
  await createPages(books, to);
  const pages = () => books.from(from).where({ chunk }).whereIn('slice', slices).where('row_count', '>', 0);
  const move = async (some: Knex.QueryBuilder) => {
    const into: Knex.QueryBuilder = books.from(to);
    await into.insert(some.select('*'));
  };
  if (books.dialect.client === 'pg') return move(pages());
  // A page after the other: together they may be as large as the chunk, and a statement holds up the event loop.
  const keys = await pages().select('slice', 'call', 'page');
  for (const key of keys) await move(books.from(from).where({ chunk, ...key }));
}

/** What the rows of the pages bear, once for each different list of it. */
export async function readShadowShapes(books: Books, owner: string): Promise<PageShape[]> {
  const shapes = await books.from(shadowTable(owner)).distinct('columns', 'types', 'extras');
  return shapes.map(toPageShape);
}

/** Its chunks with their slices, one after the other. */
export async function readShadowChunks(
  books: Books,
  owner: string,
): Promise<{ readonly chunk: string; readonly slices: readonly string[] }[]> {
  const rows = await books.from(shadowTable(owner)).distinct('chunk', 'slice');
  const chunks = Map.groupBy(rows, ({ chunk }) => String(chunk));
  return [...chunks].map(([chunk, of]) => ({ chunk, slices: of.map(({ slice }) => String(slice)) }));
}

/** How many rows wait there, by day; undefined where there is no shadow. */
export async function countShadow(books: Books, owner: string): Promise<RowsByDay | undefined> {
  const name = shadowTable(owner);
  if (!(await books.dialect.hasTable(books, name))) return undefined;
  const rows: Row[] = await books.from(name).groupBy('day').select('day').sum({ rows: 'row_count' });
  return new Map(rows.map(({ day, rows: count }) => [dayOrNull(day), Number(count)]));
}

/** What is loaded of the run whose id the rows bear. */
export interface OverwriteState {
  readonly total: number;
  readonly loaded: number;
  /** Those that wait in the shadow, and their rows. */
  readonly waiting: number;
  readonly rows: number;
}

export async function readOverwriteState(books: Books, owner: string): Promise<OverwriteState> {
  const [counted] = await books
    .from('river_chunks')
    .where({ run_id: owner })
    .select(
      books.query.raw('count(*) as total'),
      books.query.raw(`sum(case when state = 'loaded' then 1 else 0 end) as loaded`),
      books.query.raw(`sum(case when ${waits} then 1 else 0 end) as waiting`),
      books.query.raw(`sum(case when ${waits} then ?? else 0 end) as rows`, ['rows']),
    );
  const count = (column: keyof OverwriteState) => Number((counted as Row | undefined)?.[column] ?? 0);
  return { total: count('total'), loaded: count('loaded'), waiting: count('waiting'), rows: count('rows') };
}

const waits = `state = 'loaded' and loaded_at is null`;

/** The days of the run's chunks with their chunks' keys. */
export async function readChunkOfDays(
  books: Books,
  owner: string,
): Promise<{ readonly key: string; readonly days: DateRange | null }[]> {
  const rows = await books.from('river_chunks').where({ run_id: owner }).orderBy('ordinal').select('chunk');
  return rows.map(({ chunk }) => {
    const { key, start, end } = parseChunkKey(String(chunk));
    return { key, days: start === null ? null : { start, end } };
  });
}

/** The run's chunks, and those of its retries, no longer wait: their rows stand in the table. */
export async function markOverwritten(books: Books, owner: string, at: string): Promise<void> {
  await waitingChunks(books, owner).update({ loaded_at: at });
}

function waitingChunks(books: Books, owner: string) {
  return books
    .from('river_chunks')
    .whereIn('run_id', runsOf(books, owner).select('run_id'))
    .where({ state: 'loaded' })
    .whereNull('loaded_at');
}

/** The run and its retries. */
function runsOf(books: Books, owner: string) {
  return books
    .from('river_runs')
    .where((run) => void run.where({ run_id: owner }).orWhere({ retry_of: owner }));
}

export async function dropShadow(books: Books, owner: string): Promise<void> {
  await books.schema().dropTableIfExists(shadowTable(owner));
}

/**
 * Discards what earlier runs have left that were to overwrite this table: their chunks fail, so that a retry of one pulls them again.
 * A run that is under way, or a retry of it, keeps its own. To be called with the target locked.
 */
export async function discardShadows(books: Books, table: string, ownOwner: string): Promise<void> {
  const found = await books
    .from('river_chunks')
    .where({ state: 'loaded' })
    .whereNull('loaded_at')
    .whereNot({ run_id: ownOwner })
    .distinct('run_id');
  for (const { run_id } of found) {
    const run = await readRun(books, String(run_id));
    if (!run || run.retryOf || !isSame(books, run.river.target.table, table)) continue;
    const open = await runsOf(books, run.runId).where({ state: 'running' }).limit(1).select('run_id');
    if (open.length > 0) continue;
    await dropShadow(books, run.runId);
    await waitingChunks(books, run.runId).update({ state: 'failed', error: discarded });
  }
}

const isSame = ({ targetDialect }: Books, one: string, other: string): boolean =>
  sameTable(targetDialect, one) === sameTable(targetDialect, other);

const discarded =
  'Discarded: it waited for the other chunks of its run, and another run of the whole table has begun since.';
