/**
 * `river_targets`: one row a table that rivers fill, which is the lock of all who change it, and says when River has made it.
 * `river_columns`: what a column of such a table was made or taken for. Opening a run and the commit of a chunk write both.
 */

import type { Knex } from 'knex';
import { sameTable } from '../column-name.ts';
import type { Books, Row } from '../dialect.ts';
import { storableText } from '../stored-values.ts';

/**
 * A table as it is recorded: equal for two spellings that its database takes for one table. Books may be those of several warehouses:
 * of another one's table its name comes first. No table of a river has a dot in its own.
 */
const toRecordedTable = ({ targetDialect, keptFor }: Books, table: string): string =>
  keptFor === null ? sameTable(targetDialect, table) : `${keptFor}.${sameTable(targetDialect, table)}`;

/** The table of a day: as its river spells it, where that cannot be mistaken. */
export const toTargetOfDays = (books: Books, table: string): string =>
  books.keptFor === null ? table : toRecordedTable(books, table);

/** Of the manifest's rows those of a table, however rivers have spelled it. */
export function whereTarget(
  rows: Knex.QueryBuilder<Row, Row[]>,
  books: Books,
  table: string,
): Knex.QueryBuilder<Row, Row[]> {
  if (books.keptFor !== null || !books.targetDialect.foldsCase)
    return rows.where({ target: toTargetOfDays(books, table) });
  return rows.whereRaw('lower(target) = ?', [toRecordedTable(books, table)]);
}

/**
 * The first statement of everything that changes a target: its row stays locked until the transaction ends
 * (in SQLite the whole file is), so two that load into one table take turns.
 */
export async function lockTarget(books: Books, table: string): Promise<void> {
  const used_at = new Date().toISOString();
  const locked = await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .update({ used_at });
  if (locked > 0) return;
  await books
    .from('river_targets')
    .insert({ target: toRecordedTable(books, table), made_by_river: false, created_at: used_at, used_at })
    .onConflict('target')
    .ignore();
  await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .update({ used_at });
}

/** The tables of this warehouse that rivers have ever filled, always in the same order. */
export async function listTargets(books: Books): Promise<string[]> {
  const rows = await books.from('river_targets').orderBy('target').select('target');
  const begin = books.keptFor === null ? '' : `${books.keptFor}.`;
  return rows.flatMap(({ target }) => {
    const name = String(target);
    const table = name.slice(begin.length);
    return name.startsWith(begin) && !table.includes('.') ? [table] : [];
  });
}

/** When the table was made; one that was gone and is made anew is younger than what was loaded before. */
export async function readMadeAt(books: Books, table: string): Promise<string | null> {
  const [row] = await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .select('created_at');
  return row ? String(row.created_at) : null;
}

/** When `overwrite` last replaced the table's content, and whose rows that are; null where it never has since the table was made. */
export async function readReplaced(
  books: Books,
  table: string,
): Promise<{ readonly at: string; readonly runId: string } | null> {
  const [row] = await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .select('replaced_at', 'replaced_by');
  return row?.replaced_at ? { at: String(row.replaced_at), runId: String(row.replaced_by) } : null;
}

export async function markReplaced(
  books: Books,
  table: string,
  { at, runId }: { readonly at: string; readonly runId: string },
): Promise<void> {
  await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .update({ replaced_at: at, replaced_by: runId });
}

/** Whether River has made the table; asked of a warehouse without a manifest too. */
export async function isMadeByRiver(books: Books, table: string): Promise<boolean> {
  if (!(await books.dialect.hasTable(books, 'river_targets'))) return false;
  const [row] = await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .select('made_by_river');
  return Boolean(row?.made_by_river);
}

/** The table is new: River has made it, or something else in the place of one that River had made. */
export async function markMade(books: Books, table: string, made_by_river: boolean): Promise<void> {
  const created_at = new Date().toISOString();
  await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .update({ made_by_river, created_at, replaced_at: null, replaced_by: null });
}

/** What a column of a target was made or taken for, so that the next run takes it for the same. */
export interface ColumnRecord {
  /**
   * `field`: a key that no report declares; `text`: values that do not fit a column; `column`: one whose table
   * knows no such type; `declared`: a column of the report that a table of something else spells otherwise.
   */
  readonly part: 'field' | 'text' | 'column' | 'declared';
  /** The key in lower case, or the column's name. */
  readonly source: string;
  /** The column's name in the table. */
  readonly name: string;
  /** What River made it as; null where it was there. */
  readonly madeAs: string | null;
}

export async function readColumnRecords(books: Books, target: string): Promise<ColumnRecord[]> {
  const rows = await books
    .from('river_columns')
    .where({ target: toRecordedTable(books, target) })
    .select('part', 'source', 'column_name', 'made_as');
  return rows.map((row) => ({
    part: row.part as ColumnRecord['part'],
    source: String(row.source),
    name: String(row.column_name),
    madeAs: row.made_as === null ? null : String(row.made_as),
  }));
}

/** The same of a warehouse that may have no manifest yet. */
export const readColumnRecordsIfAny = async (books: Books, target: string): Promise<ColumnRecord[]> =>
  (await books.dialect.hasTable(books, 'river_columns')) ? readColumnRecords(books, target) : [];

/** To be called with the target locked. */
export async function saveColumnRecords(
  books: Books,
  target: string,
  records: readonly ColumnRecord[],
): Promise<void> {
  for (const { part, source, name, madeAs } of records) {
    await books
      .from('river_columns')
      .insert({ target: toRecordedTable(books, target), part, source, column_name: name, made_as: madeAs })
      .onConflict(['target', 'part', 'source'])
      .merge();
  }
}

/** What a table's columns were made for goes with the table. */
export async function deleteColumnRecords(books: Books, target: string): Promise<void> {
  await books
    .from('river_columns')
    .where({ target: toRecordedTable(books, target) })
    .delete();
}

/** A key as it is recorded: its case does not matter. One that no database holds is recorded as JSON, so that it stays itself. */
export function toRecordedKey(key: string): string {
  const lower = key.toLowerCase();
  return storableText(lower) === lower ? lower : JSON.stringify(lower);
}

/** The number in `river_loads` up to which the books have marked what was done in the table; where they lie in another database. */
export async function readLastLoad(books: Books, table: string): Promise<number> {
  const [row] = await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .select('last_load');
  return Number(row?.last_load ?? 0);
}

export async function saveLastLoad(books: Books, table: string, last_load: number): Promise<void> {
  await books
    .from('river_targets')
    .where({ target: toRecordedTable(books, table) })
    .update({ last_load });
}
