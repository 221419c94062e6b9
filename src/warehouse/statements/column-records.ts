import type { Tables } from '../dialect.ts';
import { storableText } from '../page-text.ts';

/** What a column of a target was made or taken for, so that it stays so whoever comes first the next time. */
export interface ColumnRecord {
  /**
   * `field`: a key that no report declares; `text`: values that do not fit a column; `column`: one whose table
   * knows no such type.
   */
  readonly part: 'field' | 'text' | 'column';
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
    .where({ target })
    .select('part', 'source', 'column_name', 'made_as');
  return rows.map((row) => ({
    part: row.part as ColumnRecord['part'],
    source: String(row.source),
    name: String(row.column_name),
    madeAs: row.made_as === null ? null : String(row.made_as),
  }));
}

/** To be called with the target locked. */
export async function saveColumnRecords(
  tables: Tables,
  target: string,
  records: readonly ColumnRecord[],
): Promise<void> {
  for (const { part, source, name, madeAs } of records) {
    await tables
      .from('river_columns')
      .insert({ target, part, source, column_name: name, made_as: madeAs })
      .onConflict(['target', 'part', 'source'])
      .merge();
  }
}

/** What a table's columns were made for goes with the table. */
export async function forgetColumns(tables: Tables, target: string): Promise<void> {
  await tables.from('river_columns').where({ target }).delete();
}

/** A key as it is recorded: its case does not matter. */
export const recordedKey = (key: string): string => storableText(key.toLowerCase());
