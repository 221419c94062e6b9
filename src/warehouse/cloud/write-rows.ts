/** Rows that leave a table in the cloud, change there, and come by a table of their chunk. */

import type { Knex } from 'knex';
import type { TableColumn } from '#domain/column/table-type';
import type { Inserted, InsertJob, KeptRows, Row, RowsInScope, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { selectAllRows, selectRows } from '../tables/target-rows.ts';
import { sessionUnder } from './knex-client.ts';
import type { ScriptSession } from './script-session.ts';

/** A chunk's rows, where they have been brought. */
export interface BroughtRows {
  /** The table's name with its schema. */
  readonly table: string;
  /** The columns that pages fill, and the text of each in that table, as SQL. */
  readonly columns: readonly { readonly text: string; readonly of: TableColumn }[];
  /** A row's number and the chunk of its page, as SQL. */
  readonly number: string;
  readonly chunk: string;
  readonly bySlice: ReadonlyMap<string, number>;
  readonly rows: number;
}

/** How rows reach a warehouse of one kind. */
export interface BulkWay {
  /** Brings a chunk's pages into a table of their own, all at once. It goes when the transaction has ended. */
  bring(tables: Tables, job: InsertJob): Promise<BroughtRows>;
  /** To the plain type: what has come so far is neither cut nor rounded by the column's width. */
  castTo(column: TableColumn, text: string): string;
  /** An instant as the text that is cast to its column. */
  writeInstant(column: TableColumn | undefined, instant: string): string;
  /** `create table ??`, for a table that goes by itself. */
  readonly createPassing: string;
}

/** Neither BigQuery nor Snowflake has triggers or rules. */
export const mayUndoInserts = async (): Promise<undefined> => undefined;

/** How many there are it says before they go: the lock in the books keeps others of River's away until then. */
export async function removeRows(tables: Tables, rows: RowsInScope, expected?: number): Promise<number> {
  const count = expected ?? (await countRows(selectRows(tables, rows)));
  if (count > 0) await selectRows(tables, rows).delete();
  return count;
}

export async function removeAllRows(tables: Tables, table: string, kept: KeptRows | null): Promise<void> {
  // A DELETE without a condition BigQuery takes for a mistake.
  await selectAllRows(tables, table, kept).whereRaw('true').delete();
}

/** Rows of others that come meanwhile are not taken with them. */
export async function updateRows(tables: Tables, rows: RowsInScope, values: Row): Promise<number> {
  const count = await countRows(selectRows(tables, rows));
  await ensureRows(tables, selectRows(tables, rows), count);
  if (count > 0) await selectRows(tables, rows).update(values);
  return count;
}

async function countRows(rows: Knex.QueryBuilder<Row, Row[]>): Promise<number> {
  const [counted]: Row[] = await rows.count({ rows: '*' });
  return Number(counted?.rows ?? 0);
}

export async function ensureRows(
  tables: Tables,
  rows: Knex.QueryBuilder<Row, Row[]>,
  count: number,
): Promise<void> {
  const session = await sessionUnder<ScriptSession>(tables);
  const { sql, bindings } = rows.count('*').toSQL();
  session.ensure(sql, bindings, count);
}

/** Inserts a chunk's pages by one statement of the script. */
export async function insertInBulk(way: BulkWay, tables: Tables, job: InsertJob): Promise<Inserted> {
  const { table, columns, chunk, bySlice, rows } = await way.bring(tables, job);
  if (rows === 0) return { bySlice };
  const provenance = await writeProvenance(way, tables, job, chunk);
  const names = [...columns.map(({ of }) => of.name), ...provenance.names];
  const values = [...columns.map(({ of, text }) => way.castTo(of, text)), ...provenance.values];
  await tables.query.raw(
    `insert into ?? (${names.map(() => '??').join(', ')}) select ${values.join(', ')} from ??`,
    [tables.qualify(job.table), ...names.map(identifier), ...provenance.bindings, table],
  );
  return { bySlice };
}

/** What every row carries, beside what its page says. */
export async function writeProvenance(
  { castTo, writeInstant }: BulkWay,
  tables: Tables,
  { table, river, runId, loadedAt }: Pick<InsertJob, 'table' | 'river' | 'runId' | 'loadedAt'>,
  chunk: string,
): Promise<{ readonly names: string[]; readonly values: string[]; readonly bindings: string[] }> {
  const column = (await tables.dialect.readColumns(tables, table))?.find(({ name }) => name === '_loaded_at');
  return {
    names: ['_river', '_run_id', '_chunk', '_loaded_at'],
    values: ['?', '?', chunk, column ? castTo(column, '?') : '?'],
    bindings: [river, runId, writeInstant(column, loadedAt)],
  };
}
