/**
 * The staging of a run: a table of its own, in which its pages wait, each a row, from when they were answered to the commit of their
 * chunk. It is made when the run is opened and dropped when it ends. `stagePage` writes pages, an attempt that begins reads
 * how far its calls have come (`staged-pages.ts`), and the commit counts, moves and deletes them.
 */

import type { Value } from '#domain/column/column';
import type { Extra } from '#domain/column/fit-rows';
import { stagingPrefix } from '#domain/river/target';
import type { RowsByDay } from '#domain/run/replaced-rows';
import { shortHash } from '../column-name.ts';
import type { Books, Dialect, PagesTable, Row } from '../dialect.ts';
import { dayOrNull } from '../stored-values.ts';
import type { PageShape } from '../tables/plan-layout.ts';

/** Its name. */
export function stagingTable(runId: string): string {
  return stagingPrefix + shortHash(runId);
}

/** Made once; an activity that is tried again finds it. Must not run twice at the same moment: see `lockTarget`. */
export async function createStaging(books: Books, runId: string): Promise<void> {
  await createPages(books, stagingTable(runId));
}

/** A table of pages. */
export async function createPages(books: Books, name: string): Promise<void> {
  if (await books.dialect.hasTable(books, name)) return;
  await books.dialect.refuseCreating(books);
  await books.schema().createTable(name, (table) => {
    // The empty text for the lists of the whole run: null would be unequal to itself in the key.
    table.text('chunk').notNullable();
    table.text('slice').notNullable();
    table.text('call').notNullable();
    table.integer('page').notNullable();
    table.boolean('last').notNullable();
    table.integer('status').notNullable();
    table.text('fingerprint').notNullable();
    table.integer('received').notNullable();
    // Of which all its rows are; null where they are not loaded by days.
    table.specificType('day', books.dialect.manifestTypes.day);
    // PageNotes as JSON; null where there is nothing to be said.
    table.text('notes');
    table.integer('row_count').notNullable();
    table.text('columns').notNullable();
    table.text('types').notNullable();
    table.text('extras').notNullable();
    // Either as JSON or as the database's own form of rows.
    table.text('rows');
    table.binary('packed');
    table.primary(['chunk', 'slice', 'call', 'page']);
  });
  await books.dialect.prepareStaging?.(books, name);
}

export async function dropStaging(books: Books, runId: string): Promise<void> {
  await books.schema().dropTableIfExists(stagingTable(runId));
  await books.from('river_runs').where({ run_id: runId }).update({ staging: false });
}

/** Whether there is anywhere to stage: not any more in a run that was closed. */
export async function hasStaging(books: Books, runId: string): Promise<boolean> {
  return books.dialect.hasTable(books, stagingTable(runId));
}

/** Says of a staged page whether its call is finished with it. */
export async function markLastPage(
  books: Books,
  runId: string,
  of: {
    readonly chunk: string | null;
    readonly slice: string;
    readonly call: string;
    readonly page: number;
  },
  last: boolean,
): Promise<void> {
  if (!(await hasStaging(books, runId))) return;
  await books
    .from(stagingTable(runId))
    .where({ ...of, chunk: of.chunk ?? '' })
    .update({ last });
}

/** Removes the staged pages of a chunk, or of the whole run where it is null: all of them, or those of some slices. */
export async function deletePages(
  books: Books,
  runId: string,
  chunk: string | null,
  slices?: readonly string[],
): Promise<void> {
  const pages = books.from(stagingTable(runId)).where({ chunk: chunk ?? '' });
  if (slices) pages.whereIn('slice', slices);
  await pages.delete();
}

/** The same, where there may be no staging any more. */
export async function deleteStaged(
  books: Books,
  runId: string,
  chunk: string | null,
  slices: readonly string[] | null,
): Promise<void> {
  if (await hasStaging(books, runId)) await deletePages(books, runId, chunk, slices ?? undefined);
}

/** What is staged of a slice. */
export interface StagedCount {
  readonly slice: string;
  readonly calls: number;
  readonly finished: number;
  readonly rows: number;
}

export async function countStaged(books: Books, runId: string, chunk: string): Promise<StagedCount[]> {
  const slices: Row[] = await books
    .from(stagingTable(runId))
    .where({ chunk })
    .groupBy('slice')
    .select(
      'slice',
      books.query.raw('count(distinct call) as calls'),
      books.query.raw('sum(case when last then 1 else 0 end) as finished'),
      books.query.raw('sum(row_count) as rows'),
    );
  return slices.map((row) => ({
    slice: String(row.slice),
    calls: Number(row.calls),
    finished: Number(row.finished),
    rows: Number(row.rows),
  }));
}

/** What these slices of a chunk have staged, by the days of their pages. */
export async function countStagedByDay(
  books: Books,
  runId: string,
  chunk: string,
  slices: readonly string[],
): Promise<RowsByDay> {
  const rows: Row[] = await books
    .from(stagingTable(runId))
    .where({ chunk })
    .whereIn('slice', [...slices])
    .groupBy('day')
    .select('day')
    .sum({ rows: 'row_count' });
  return new Map(rows.map(({ day, rows: count }) => [dayOrNull(day), Number(count)]));
}

/** What the rows of a chunk's pages bear, once for each different list of it. */
export async function readStagedShapes(
  books: Books,
  runId: string,
  chunk: string,
  slices: readonly string[],
): Promise<PageShape[]> {
  const shapes = await books
    .from(stagingTable(runId))
    .distinct('columns', 'types', 'extras')
    .where({ chunk })
    .whereIn('slice', slices)
    .where('row_count', '>', 0);
  return shapes.map(toPageShape);
}

/** The rows of a staged page, whichever way they are staged. They are packed as the target has them. */
export function readRows({ unpackRows }: Pick<Dialect, 'unpackRows'>, page: Row): Value[][] {
  if (page.rows !== null) return JSON.parse(String(page.rows)) as Value[][];
  const { columns, types } = toPageShape({ extras: '[]', ...page });
  const packed = page.packed as Buffer;
  return unpackRows?.(listDeclared(columns, types), packed) ?? [];
}

/** The columns of a staging table that `readRows` reads. */
export const rowsColumns = ['columns', 'types', 'rows', 'packed'] as const;

/** As what the columns of a page were declared where its values were fitted to them. */
export const listDeclared = (columns: readonly string[], types: Readonly<Record<string, string>>): string[] =>
  columns.map((name) => types[name] ?? '');

/** What is staged of a page beside its rows. */
export const toPageShape = ({ columns, types, extras }: Row): PageShape => ({
  columns: JSON.parse(String(columns)) as string[],
  types: JSON.parse(String(types)) as Record<string, string>,
  extras: JSON.parse(String(extras)) as Extra[],
});

/** A table of pages for those who insert them into a target. */
export const toPagesTable = (books: Books, name: string): PagesTable => ({
  of: books,
  name,
  isHere: books.keptFor === null,
});
