import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { Knex } from 'knex';
import type { Value } from '#domain/column/column';
import { exactDouble, exactInteger } from '#domain/column/read-number';
import type { Filled, Inserted, InsertJob, Row, RowsInScope, Tables, Undoing } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { selectRows } from '../tables/target-rows.ts';

const changedAtATime = 10_000;

export const removeRows = (tables: Tables, rows: RowsInScope): Promise<number> =>
  changeRows(tables, rows, (some) => some.delete());

/** The values must take the rows out of the scope: what is still in it is changed again. */
export const updateRows = (tables: Tables, rows: RowsInScope, values: Row): Promise<number> =>
  changeRows(tables, rows, (some) => some.update(values));

/** Some rows at a time, so that the event loop has its turns; all at once where the table has no name for its rows. */
async function changeRows(
  tables: Tables,
  rows: RowsInScope,
  change: (some: Knex.QueryBuilder<Row, Row[]>) => PromiseLike<number>,
): Promise<number> {
  const identity = await readIdentity(tables, rows.table);
  if (identity.length === 0) return change(selectRows(tables, rows));
  for (let changed = 0; ; ) {
    const some = selectRows(tables, rows).select(identity).limit(changedAtATime);
    const count = await change(tables.from(rows.table).whereIn(identity, some));
    changed += count;
    await nextTurn();
    if (count < changedAtATime) return changed;
  }
}

/** What tells a table's rows apart: their primary key in a table WITHOUT ROWID, where it is never null. */
async function readIdentity(tables: Tables, table: string): Promise<string[]> {
  const columns = await tables.rows(
    `select name, pk, (select wr from pragma_table_list(?) where schema = 'main') as without_rowid
     from pragma_table_xinfo(?) order by pk`,
    [table, table],
  );
  if (columns.some(({ without_rowid }) => Number(without_rowid)))
    return columns.flatMap(({ name, pk }) => (Number(pk) > 0 ? [identifier(String(name))] : []));
  // A person's table may have a column of such a name, which is then no row's identity.
  const taken = new Set(columns.map(({ name }) => String(name).toLowerCase()));
  const free = rowIdentities.find((name) => !taken.has(name));
  return free === undefined ? [] : [free];
}

/** What SQLite itself calls a row. No column that River adds takes one of these names: see `ownColumns`. */
export const rowIdentities = ['_rowid_', 'rowid', 'oid'] as const;

/**
 * A trigger may delete what was inserted, and a constraint may put one row in the place of another. What they skip is seen
 * without this: the driver does not count it.
 */
export async function mayUndoInserts(tables: Tables, table: string): Promise<Undoing | undefined> {
  const found = await tables.rows(
    `select type, sql from sqlite_schema where type in ('table', 'trigger') and tbl_name = ? collate nocase`,
    [table],
  );
  if (found.some(({ type, sql }) => type === 'table' && /on\s+conflict\s+replace/i.test(String(sql))))
    return 'rows of others';
  return found.some(({ type }) => type === 'trigger') ? 'its own rows' : undefined;
}

const rowsAtATime = 1_000;

interface Page {
  readonly call: string;
  readonly page: number;
  readonly columns: string;
  readonly extras: string;
  readonly rows: string;
}

/** Pages of one list of columns go through one prepared statement, a row at a time. */
interface Shape {
  readonly insert: Statement;
  toValues(row: readonly Value[]): unknown[];
}

/** A column of the statement, and its value for a row of the page. */
interface Field {
  readonly name: string;
  of(row: readonly Value[]): unknown;
}

/** Page by page, so that memory does not grow with the chunk; the event loop has its turn between batches of rows. */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const connection = await connectionUnder(tables.query);
  const shapes = new Map<string, Shape>();
  const bySlice = new Map<string, number>();
  for (const slice of job.slices) {
    for (const page of readPages(tables, connection, job, slice)) {
      const name = `${page.columns} ${page.extras}`;
      const shape = shapes.get(name) ?? prepareShape(tables, connection, job, page);
      shapes.set(name, shape);
      const rows = JSON.parse(page.rows) as Value[][];
      let inserted = 0;
      for (const [at, row] of rows.entries()) {
        inserted += shape.insert.run(...shape.toValues(row)).changes;
        if ((at + 1) % rowsAtATime === 0) await nextTurn();
      }
      bySlice.set(slice, (bySlice.get(slice) ?? 0) + inserted);
      await nextTurn();
    }
  }
  return { bySlice };
}

function* readPages(tables: Tables, connection: Database, job: InsertJob, slice: string): Generator<Page> {
  const next = connection.prepare<unknown[], Page>(
    toSql(
      tables
        .from(job.staging)
        .select('call', 'page', 'columns', 'extras', 'rows')
        .where({ chunk: job.chunk, slice })
        .where('row_count', '>', 0)
        .whereRaw('(call, page) > (?, ?)', ['', 0])
        .orderBy(['call', 'page'])
        .limit(1),
    ),
  );
  let page = next.get(job.chunk, slice, 0, '', -1, 1);
  while (page) {
    yield page;
    page = next.get(job.chunk, slice, 0, page.call, page.page, 1);
  }
}

function prepareShape(tables: Tables, connection: Database, job: InsertJob, page: Page): Shape {
  const provenance = [
    { name: '_river', value: job.river },
    { name: '_run_id', value: job.runId },
    { name: '_chunk', value: job.chunkColumn },
    { name: '_loaded_at', value: job.loadedAt },
  ].map(({ name, value }): Field => ({ name, of: () => value }));
  const shape = { columns: JSON.parse(page.columns), extras: JSON.parse(page.extras) };
  const fields = job.filledBy(shape).map((filled): Field => {
    const { column, place } = filled;
    const bind = createBinder(filled);
    return { name: column.name, of: (row) => bind(row[place] ?? null) };
  });
  const all = [...fields, ...provenance];
  // Knex has an order of its own for the columns: each one's number comes back where its value belongs.
  const statement = tables
    .from(job.table)
    .insert(Object.fromEntries(all.map(({ name }, at) => [identifier(name), at])));
  const inOrder = statement.toSQL().bindings.flatMap((at) => all[Number(at)] ?? []);
  return {
    insert: connection.prepare(toSql(statement)),
    toValues: (row) => inOrder.map((field) => field.of(row)),
  };
}

/** The driver's connection under a transaction, for what goes past Knex: prepared statements, run for each row. */
async function connectionUnder(transaction: Knex): Promise<Database> {
  return (transaction.client as { acquireConnection(): Promise<Database> }).acquireConnection();
}

/** The SQL of a statement that Knex has built. */
function toSql(statement: Knex.QueryBuilder): string {
  return statement.toSQL().toNative().sql;
}

/** A value as the driver takes it for this column, so that SQLite keeps it as it is. */
function createBinder({ column: { type }, asText }: Filled): (value: Value) => unknown {
  const bind = binders[type?.kind ?? 'any'] ?? text;
  if (asText === undefined || type?.kind === 'text') return bind;
  if (type?.kind === 'any') return asText === 'numbers' ? digits : asText === 'booleans' ? boolean : natural;
  return (value) => (value === '' ? null : bind(value));
}

const binders: Readonly<Record<string, (value: Value) => unknown>> = {
  integer: (value) => (typeof value === 'string' ? BigInt(value) : natural(value)),
  double: (value) => (value === null ? null : Number(value)),
  // A column of numeric affinity reads the digits of a long itself, and exactly.
  number: natural,
  numeric: digits,
  boolean,
  any: natural,
};

/** The driver itself would write a whole number as a double, which a column without a type keeps. */
function natural(value: Value): unknown {
  if (typeof value === 'boolean') return BigInt(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** A number where one holds it, else its digits. */
function digits(value: Value): unknown {
  if (value === null || value === '') return null;
  const whole = exactInteger(value);
  return whole === undefined ? (exactDouble(value) ?? String(value)) : BigInt(whole);
}

function boolean(value: Value): unknown {
  return value === null || value === '' ? null : BigInt(value === true || value === 'true');
}

function text(value: Value): unknown {
  return value === null ? null : String(value);
}
