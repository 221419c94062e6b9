import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { Knex } from 'knex';
import { chunkWithoutDays } from '#domain/chunk/chunk';
import type { Value } from '#domain/column/column';
import { exactDouble, exactInteger } from '#domain/column/read-number';
import { SchemaConflictError } from '#domain/errors';
import type { Filled, Inserted, InsertJob, KeptRows, Row, RowsInScope, Tables, Undoing } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { eachPageToInsert, type PageToInsert } from '../manifest/pages-to-insert.ts';
import { selectAllRows, selectRows } from '../tables/target-rows.ts';

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
  return changeSelected(tables, rows.table, () => selectRows(tables, rows), change);
}

export async function removeAllRows(tables: Tables, table: string, kept: KeptRows | null): Promise<void> {
  const select = () => selectAllRows(tables, table, kept);
  await changeSelected(tables, table, select, (some) => some.delete());
}

async function changeSelected(
  tables: Tables,
  table: string,
  select: () => Knex.QueryBuilder<Row, Row[]>,
  change: (some: Knex.QueryBuilder<Row, Row[]>) => PromiseLike<number>,
): Promise<number> {
  const identity = await readIdentity(tables, table);
  if (identity.length === 0) return change(select());
  for (let changed = 0; ; ) {
    const some = select().select(identity).limit(changedAtATime);
    const count = await change(tables.from(table).whereIn(identity, some));
    changed += count;
    await nextTurn();
    if (count < changedAtATime) return changed;
  }
}

/** What tells a table's rows apart: their primary key in a table WITHOUT ROWID, where it is never null. */
export async function readIdentity(tables: Tables, table: string): Promise<string[]> {
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

/** Pages of one list of columns go through two prepared statements, of some rows and of one. */
interface Shape {
  readonly insertSome: Statement;
  readonly insertOne: Statement;
  toValues(row: readonly Value[], page: PageToInsert): unknown[];
}

/** Several rows in a statement take half the time of one each; more gain nothing. Of 2,000 columns that is less than the 32,766 values it may have. */
const rowsInStatement = 10;

/** A column of the statement, and its value for a row of the page. */
interface Field {
  readonly name: string;
  of(row: readonly Value[], page: PageToInsert): unknown;
}

/** Page by page, so that memory does not grow with the chunk; the event loop has its turn between batches of rows. */
export async function insertPages(tables: Tables, job: InsertJob): Promise<Inserted> {
  const connection = await connectionUnder(tables.query);
  const shapes = new Map<string, Shape>();
  const bySlice = new Map<string, number>();
  const readHere = async (query: Knex.QueryBuilder<Row, Row[]>) => {
    const { sql, bindings } = query.toSQL().toNative();
    return connection.prepare<unknown[], Row>(sql).all(...bindings);
  };
  for await (const page of eachPageToInsert(job, job.staging.isHere ? readHere : undefined)) {
    const name = `${page.columns} ${page.extras}`;
    const shape = shapes.get(name) ?? prepareShape(tables, connection, job, page);
    shapes.set(name, shape);
    const rows = JSON.parse(String(page.rows)) as Value[][];
    let inserted = 0;
    for (let at = 0; at < rows.length; at += rowsAtATime) {
      if (at > 0) await nextTurn();
      inserted += insertRows(shape, page, rows.slice(at, at + rowsAtATime));
    }
    bySlice.set(page.slice, (bySlice.get(page.slice) ?? 0) + inserted);
    await nextTurn();
  }
  return { bySlice };
}

function insertRows(
  { insertSome, insertOne, toValues }: Shape,
  page: PageToInsert,
  rows: readonly Value[][],
): number {
  let inserted = 0;
  const whole = rows.length - (rows.length % rowsInStatement);
  for (let at = 0; at < whole; at += rowsInStatement) {
    const some = rows.slice(at, at + rowsInStatement);
    inserted += insertSome.run(some.flatMap((row) => toValues(row, page))).changes;
  }
  for (const row of rows.slice(whole)) inserted += insertOne.run(toValues(row, page)).changes;
  return inserted;
}

function prepareShape(tables: Tables, connection: Database, job: InsertJob, page: PageToInsert): Shape {
  const { pages } = job;
  const chunk: Field = {
    name: '_chunk',
    of: (_row, { chunk }) => (pages ? pages.chunkColumn : chunk === chunkWithoutDays.key ? null : chunk),
  };
  const shape = { columns: JSON.parse(page.columns), extras: JSON.parse(page.extras) };
  const fields = job.filledBy(shape).map((filled): Field => {
    const { column, place } = filled;
    const bind = createBinder(filled);
    if (!column.numbersNull) return { name: column.name, of: (row) => bind(row[place] ?? null) };
    return { name: column.name, of: (row) => bind(row[place] ?? null) ?? refuseNull(job.table, column.name) };
  });
  const all = [...fields, chunk];
  // The same in every row: as a part of the statement it is read once.
  const provenance = Object.entries({
    _river: job.river,
    _run_id: job.runId,
    _loaded_at: job.loadedAt,
  }).map(([name, value]) => [name, tables.query.raw(toLiteral(value))] as const);
  // Knex has an order of its own for the columns: each one's number comes back where its value belongs.
  const statement = tables
    .from(job.table)
    .insert(
      Object.fromEntries([...all.map(({ name }, at) => [identifier(name), at] as const), ...provenance]),
    );
  const inOrder = statement.toSQL().bindings.flatMap((at) => all[Number(at)] ?? []);
  const one = toSql(statement);
  const values = one.slice(one.lastIndexOf(' values ') + ' values '.length);
  return {
    insertOne: connection.prepare(one),
    insertSome: connection.prepare(one + `, ${values}`.repeat(rowsInStatement - 1)),
    toValues: (row, page) => inOrder.map((field) => field.of(row, page)),
  };
}

/** In digits, so that no letter of it has a meaning of its own in SQL or for Knex. */
const toLiteral = (text: string): string => `cast(x'${Buffer.from(text).toString('hex')}' as text)`;

/** SQLite would make up a number for the row. */
function refuseNull(table: string, column: string): never {
  throw new SchemaConflictError(
    `column ${column} of ${table} does not allow null: SQLite numbers the rows by it (INTEGER PRIMARY KEY), and a row has no value there. ` +
      'Let the column be another, or give the river another table.',
    { facts: { table, column } },
  );
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
