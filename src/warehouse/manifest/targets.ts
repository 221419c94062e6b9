/**
 * `river_targets`: one row a table that rivers fill, which is the lock of all who change it, and says when River has made it.
 * `river_columns`: what a column of such a table was made or taken for. Opening a run and the commit of a chunk write both.
 */

import type { Knex } from 'knex';
import { sameName } from '../column-name.ts';
import type { Row, Tables } from '../dialect.ts';
import { storableText } from '../stored-values.ts';

/** A table as it is recorded: equal for two spellings that the database takes for one table. */
const toRecordedTable = ({ dialect }: Tables, table: string): string => sameName(dialect, table);

/** Of the manifest's rows those of a table, however rivers have spelled it. */
export function whereTarget(
  rows: Knex.QueryBuilder<Row, Row[]>,
  tables: Tables,
  table: string,
): Knex.QueryBuilder<Row, Row[]> {
  if (!tables.dialect.foldsCase) return rows.where({ target: table });
  return rows.whereRaw('lower(target) = ?', [toRecordedTable(tables, table)]);
}

/**
 * The first statement of everything that changes a target: its row stays locked until the transaction ends
 * (in SQLite the whole file is), so two that load into one table take turns.
 */
export async function lockTarget(tables: Tables, table: string): Promise<void> {
  const used_at = new Date().toISOString();
  const locked = await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .update({ used_at });
  if (locked > 0) return;
  await tables
    .from('river_targets')
    .insert({ target: toRecordedTable(tables, table), made_by_river: false, created_at: used_at, used_at })
    .onConflict('target')
    .ignore();
  await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .update({ used_at });
}

/** When the table was made; one that was gone and is made anew is younger than what was loaded before. */
export async function readMadeAt(tables: Tables, table: string): Promise<string | null> {
  const [row] = await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .select('created_at');
  return row ? String(row.created_at) : null;
}

/** When `overwrite` last replaced the table's content, and whose rows that are; null where it never has since the table was made. */
export async function readReplaced(
  tables: Tables,
  table: string,
): Promise<{ readonly at: string; readonly runId: string } | null> {
  const [row] = await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .select('replaced_at', 'replaced_by');
  return row?.replaced_at ? { at: String(row.replaced_at), runId: String(row.replaced_by) } : null;
}

export async function markReplaced(
  tables: Tables,
  table: string,
  { at, runId }: { readonly at: string; readonly runId: string },
): Promise<void> {
  await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .update({ replaced_at: at, replaced_by: runId });
}

/** Whether River has made the table; asked of a warehouse without a manifest too. */
export async function isMadeByRiver(tables: Tables, table: string): Promise<boolean> {
  if (!(await tables.dialect.hasTable(tables, 'river_targets'))) return false;
  const [row] = await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
    .select('made_by_river');
  return Boolean(row?.made_by_river);
}

/** The table is new: River has made it, or something else in the place of one that River had made. */
export async function markMade(tables: Tables, table: string, made_by_river: boolean): Promise<void> {
  const created_at = new Date().toISOString();
  await tables
    .from('river_targets')
    .where({ target: toRecordedTable(tables, table) })
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

export async function readColumnRecords(tables: Tables, target: string): Promise<ColumnRecord[]> {
  const rows = await tables
    .from('river_columns')
    .where({ target: toRecordedTable(tables, target) })
    .select('part', 'source', 'column_name', 'made_as');
  return rows.map((row) => ({
    part: row.part as ColumnRecord['part'],
    source: String(row.source),
    name: String(row.column_name),
    madeAs: row.made_as === null ? null : String(row.made_as),
  }));
}

/** The same of a warehouse that may have no manifest yet. */
export const readColumnRecordsIfAny = async (tables: Tables, target: string): Promise<ColumnRecord[]> =>
  (await tables.dialect.hasTable(tables, 'river_columns')) ? readColumnRecords(tables, target) : [];

/** To be called with the target locked. */
export async function saveColumnRecords(
  tables: Tables,
  target: string,
  records: readonly ColumnRecord[],
): Promise<void> {
  for (const { part, source, name, madeAs } of records) {
    await tables
      .from('river_columns')
      .insert({ target: toRecordedTable(tables, target), part, source, column_name: name, made_as: madeAs })
      .onConflict(['target', 'part', 'source'])
      .merge();
  }
}

/** What a table's columns were made for goes with the table. */
export async function deleteColumnRecords(tables: Tables, target: string): Promise<void> {
  await tables
    .from('river_columns')
    .where({ target: toRecordedTable(tables, target) })
    .delete();
}

/** A key as it is recorded: its case does not matter. One that no database holds is recorded as JSON, so that it stays itself. */
export function toRecordedKey(key: string): string {
  const lower = key.toLowerCase();
  return storableText(lower) === lower ? lower : JSON.stringify(lower);
}
