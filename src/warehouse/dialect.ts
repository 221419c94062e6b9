import type { Knex } from 'knex';
import type { Scope } from '#domain/call/scope';
import type { Value } from '#domain/column/column';
import type { Extra } from '#domain/column/fit-rows';
import type { FieldKind, TableColumn, TableType, TargetTable } from '#domain/column/table-type';
import type { DateRange } from '#domain/period/date-range';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { Target } from '#domain/river/target';
import type { RowsOfRun } from '#domain/verify/verification';
import type { FailureReader } from './database-failure.ts';
import type { DialectFacts, MadeType } from './dialect-facts.ts';

/** A row as a database gives it. Days and instants are strings, documents are JSON text. */
export type Row = Record<string, unknown>;

/** The tables of a warehouse, in its schema, inside a transaction or outside one. */
export interface Tables {
  readonly dialect: Dialect;
  readonly schemaName: string | undefined;
  /** Knex itself, or the transaction. */
  readonly query: Knex;
  /** A table by its name, whatever is in it. A column that is named by an answer goes through `identifier`. */
  from(table: string): Knex.QueryBuilder<Row, Row[]>;
  schema(): Knex.SchemaBuilder;
  /** The table's name with its schema, for `??` in raw statements. */
  qualify(table: string): string;
  /** What a raw statement answers. */
  rows(sql: string, bindings?: readonly Knex.RawBinding[]): Promise<Row[]>;
}

/** The tables of the manifest and of staging. They lie in the database of the rivers' tables, or in another one. */
export interface Books extends Tables {
  /** Of the database of the rivers' tables: names of tables are compared, and rows are packed, in its way. */
  readonly targetDialect: Dialect;
  /** Whose books these are: the name of the warehouse, where it keeps them in another database; null where they lie in its own. */
  readonly keptFor: string | null;
}

/** The tables that rivers fill. */
export interface Targets extends Tables {
  /**
   * What the tables were a short time ago, where each look at them costs something; null where it does not. Pages that are fitted to
   * it are fitted again at their commit, should the table have changed.
   */
  readonly seen: Map<string, { readonly at: number; readonly table: Promise<TargetTable> }> | null;
}

/** What a transaction, or a look, sees of a warehouse: in one database, or in two. */
export interface Both {
  readonly books: Books;
  readonly target: Targets;
}

/** A table that a river fills, and how. */
export type FilledTable = Pick<Target, 'table' | 'load'>;

/** A right on a table. */
export interface LackingRight {
  /** The table that cannot be filled, or the one of River's own. */
  readonly table?: string;
  /** `INSERT on river_calls`. */
  readonly right: string;
  /** The statement that gives it. */
  readonly grant: string;
}

/** What an insert may undo: some of its own rows, or some that stood there before as well. */
export type Undoing = 'its own rows' | 'rows of others';

/** Why River cannot add columns to a table. */
export interface ColumnBan {
  /** In words. */
  readonly why: string;
  /** The table that a person has to alter. */
  readonly altered: string;
}

/** What is about to be loaded into a table. */
export interface LoadJob extends FilledTable {
  readonly river: string;
  /** The table's columns that River fills. */
  readonly filled: readonly string[];
  /** The column with a row's day, as the table has it; undefined where it has none. */
  readonly dayColumn: string | undefined;
  /** Empty where that is not known yet. */
  readonly days: readonly DateRange[];
}

/** What a table does to rows besides its columns. */
export interface TableRules {
  /** By which columns no two rows may be equal; null for an expression. */
  readonly uniques: readonly { readonly name: string; readonly columns: readonly (string | null)[] }[];
  /** What may refuse or change a row, in words: `the check positive`, `the trigger t`. */
  readonly guards: readonly string[];
  /** Tables with foreign keys to this one: a row that they need cannot be deleted. */
  readonly referring: readonly string[];
}

/** A river's rows in a table: all of them, or those of some days. */
export interface RowsInScope {
  readonly table: string;
  /** Null: rows that no river has loaded. */
  readonly river: string | null;
  readonly days: Scope | null;
}

/** A chunk's pages. */
export interface ChunkPages {
  /** The chunk's key, as it is staged. */
  readonly chunk: string;
  /** What `_chunk` says; null for a chunk without days. */
  readonly chunkColumn: string | null;
  readonly slices: readonly string[];
}

/** A table of staged pages, and where it lies. */
export interface PagesTable {
  readonly of: Tables;
  readonly name: string;
  /** Whether in the transaction that inserts them, so that a statement may read them there. */
  readonly isHere: boolean;
}

/** A table that River makes, by the names that it has there. */
export interface NewTable {
  readonly columns: readonly { readonly name: string; readonly type: MadeType }[];
  /** What the table is, in words. */
  readonly about?: string | undefined;
  /** What a column is, in words. */
  readonly comments: ReadonlyMap<string, string>;
  /** The column with a row's day, where it has one. */
  readonly dayColumn: string | null;
  /** The columns by which `merge` finds a row again. */
  readonly key: readonly string[];
}

/** What to insert, and into what. */
export interface InsertJob {
  readonly staging: PagesTable;
  readonly table: string;
  readonly river: string;
  readonly runId: string;
  /** Which pages of the staging; null: all of them, of whichever chunk, and `_chunk` says which. */
  readonly pages: ChunkPages | null;
  readonly loadedAt: string;
  /** The columns that a page's rows fill; what has no column is left out. */
  filledBy(page: { readonly columns: readonly string[]; readonly extras: readonly Extra[] }): Filled[];
}

/** A column that a page's rows fill. */
export interface Filled {
  readonly column: TableColumn;
  /** The place of its value in a row. */
  readonly place: number;
  /** The value is a text of this kind that is still to be read; undefined where it was fitted to the column. */
  readonly asText: FieldKind | undefined;
}

/** Rows in a database's own form. */
export interface PackedRows {
  readonly packed: Buffer;
  /** How many values of each place in a row have a character that no database holds. */
  readonly replaced: ReadonlyMap<number, number>;
}

/** How many rows were inserted. */
export interface Inserted {
  readonly bySlice: ReadonlyMap<string, number>;
}

/** A river's rows that stay where all others go: those of some days. */
export interface KeptRows {
  readonly river: string;
  readonly column: string;
  readonly ranges: readonly DateRange[];
}

/** Rows that were collected for `merge`, and the table that they go to. */
export interface MergeJob {
  /** The table that they were collected in, one row a key. It has the target's names. */
  readonly collected: string;
  readonly table: string;
  readonly river: string;
  /** By which a row is found again, together with `_river`. */
  readonly key: readonly TableColumn[];
  /** All columns that a row fills, those of the key among them; what a page does not bring is null. */
  readonly columns: readonly TableColumn[];
  /** The column with a row's day; null where the manifest counts no days. */
  readonly dayColumn: string | null;
}

/** How many rows were written, by their days, and how many should have been. */
export interface Written {
  readonly byDay: ReadonlyMap<string | null, number>;
  readonly rows: number;
  readonly expected: number;
}

/** The same, and whose rows were updated, of which days. */
export interface Updated extends Written {
  readonly before: readonly RowsOfRun[];
}

/** What differs from database to database, one sibling folder each. Everything else is said once, through Knex. */
export interface Dialect extends DialectFacts {
  /** What stands between the columns that one statement adds, where it adds several: each is a change of the table, of which few are allowed, or slow. */
  readonly betweenColumns?: (tables: Tables) => string | undefined;

  readonly failures: FailureReader;

  /**
   * Opens connections by the setting as `current` gives it when each of them is opened. Its transactions begin with what River
   * needs of them, whatever server and role say.
   */
  connect(current: () => WarehouseSetting, onlyReads: boolean): Knex;
  /** An empty database to read instead of one that is not there, where reading would make it; undefined where it is there. */
  readInstead?(setting: WarehouseSetting): WarehouseSetting | undefined;
  /** Where it is, for messages: never a user or a password. */
  describeAddress(setting: WarehouseSetting): string;
  /** What answers there, `PostgreSQL 15.18, schema public`. */
  describe(tables: Tables): Promise<string>;
  /** Throws, with the statement that a person has to run, where River may not make tables. */
  refuseCreating(tables: Tables): Promise<void>;
  /** Keeps everybody else from migrating until the transaction ends. */
  lockMigrations(tables: Tables): Promise<void>;
  /** Makes the schema where it is not there; throws as `refuseCreating` does where River may not. */
  makeSchema(tables: Tables): Promise<void>;
  /** From here to its end the transaction, which only reads, sees the tables as they are now. */
  freeze(tables: Tables): Promise<void>;
  hasTable(tables: Tables, table: string): Promise<boolean>;
  /** Rights that River needs and has not: on its own tables, and on these where they are there. */
  listLackingRights(tables: Tables, targets: readonly FilledTable[]): Promise<LackingRight[]>;
  /** The columns of a table in their order; undefined where there is none. */
  readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined>;
  /** How many of `columnsAtMost` a table has used up; none where it is not there. */
  countColumns(tables: Tables, table: string): Promise<number>;
  /** Why River cannot add a column to a table, and to which table a person has to add it; undefined where it can. */
  findColumnBan(tables: Tables, table: string): Promise<ColumnBan | undefined>;
  /** How columns are declared that are added to this table. */
  readTypeNames(tables: Tables, table: string): Promise<Readonly<Record<MadeType, string>>>;
  /** Whether an index of the table begins with these columns, in this order. */
  hasIndexOn(tables: Tables, table: string, columns: readonly string[]): Promise<boolean>;
  /** What a column holds that is declared so; undefined where River does not fill it. */
  toTableType(declared: string): TableType | undefined;
  /** Makes a table, where that is not done by a statement for the table and others for comments and indexes. */
  readonly makeTable?: (tables: Tables, table: string, made: NewTable) => Promise<void>;
  /**
   * Only where a transaction is sent when it ends: until then it reads what was there before it, and counts what it will change. It
   * begins again where this count of rows is another one then.
   */
  readonly ensureRows?: (tables: Tables, rows: Knex.QueryBuilder<Row, Row[]>, count: number) => Promise<void>;
  /** Says what a table and its columns are; left out where the database keeps no comments. */
  readonly commentOn?: (
    tables: Tables,
    table: string,
    about: string | undefined,
    columns: ReadonlyMap<string, string>,
  ) => Promise<void>;
  /** From here to its end the transaction waits so long at most for a table that others use. */
  limitLockWait(tables: Tables, ms: number): Promise<void>;
  /** Which session holds a lock for which another waits that changes this table; left out where that cannot be known. */
  readonly findLockHolder?: (tables: Tables, table: string) => Promise<string | undefined>;
  /** Fails the statement of a transaction if it waits for a lock of another session, and says whether it did; left out where none waits inside the server. */
  readonly endLockWait?: (tables: Tables, transaction: Knex) => Promise<boolean>;
  /** What a table does to rows besides its columns; left out where a database knows nothing such. */
  readonly readRules?: (tables: Tables, table: string) => Promise<TableRules>;
  /** Throws where a table that a person has made cannot take what is about to be loaded, whatever its rows are. */
  readonly refuseLoading?: (tables: Tables, job: LoadJob) => Promise<void>;
  /** What triggers, rules or constraints of a table may undo when rows are inserted. */
  mayUndoInserts(tables: Tables, table: string): Promise<Undoing | undefined>;
  /** Removes rows of a target; says how many. `expected`: how many there are, where that is known. */
  removeRows(tables: Tables, rows: RowsInScope, expected?: number): Promise<number>;
  /** Removes all rows of a target, whoever loaded them, but those that are kept; a reader sees them until the transaction ends. */
  removeAllRows(tables: Tables, table: string, kept: KeptRows | null): Promise<void>;
  /** Gives rows of a target these values; says how many rows. */
  updateRows(tables: Tables, rows: RowsInScope, values: Row): Promise<number>;
  /** What a staging table that has just been made needs besides. */
  readonly prepareStaging?: (tables: Tables, staging: string) => Promise<void>;
  /** The rows of a page in the database's own form, which its commit need not read. Undefined where they are staged as JSON. */
  readonly packRows?: (
    declared: readonly string[],
    rows: readonly (readonly Value[])[],
  ) => PackedRows | undefined;
  readonly unpackRows?: (declared: readonly string[], packed: Buffer) => Value[][];
  /** Inserts a chunk's staged pages into its target. */
  insertPages(tables: Tables, job: InsertJob): Promise<Inserted>;
  /**
   * Makes the table of `job.collected` and inserts a chunk's staged pages there, the last row of each key; says how many rows it
   * has.
   */
  collectRows(tables: Tables, pages: InsertJob, job: MergeJob): Promise<number>;
  /** Updates the target's rows that are found again and differ. */
  updateFound(tables: Tables, job: MergeJob): Promise<Updated>;
  /** Inserts the collected rows that the target does not have. */
  addMissing(tables: Tables, job: MergeJob): Promise<Written>;
  /** How many of the collected rows the target has. */
  countFound(tables: Tables, job: MergeJob): Promise<number>;
  dropCollected(tables: Tables, job: MergeJob): Promise<void>;
}
