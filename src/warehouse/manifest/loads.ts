/**
 * `river_loads`: what was done in a target whose books lie in another database, numbered for each table and written by the transaction that
 * did it. The books remember the last number that they have marked (`river_targets.last_load`): what comes after it was done, and is only
 * marked (`catchUp` in `change-target.ts`). Number 0 is the table's first row. It says whose the table is and is the lock of
 * all who change it, also of a transaction whose process is gone and that has not ended yet.
 */

import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '#domain/errors';
import { sameTable } from '../column-name.ts';
import type { Database } from '../database.ts';
import type { Books, Both, NewTable, Row, Tables, Targets } from '../dialect.ts';
import { writeCreateTable } from '../tables/write-statement.ts';
import { readLastLoad } from './targets.ts';

export const loadsTable = 'river_loads';

/** Made once, by the first who changes anything in that database. */
export async function makeLoads({ read, transact }: Database): Promise<void> {
  if (await read((target) => target.dialect.hasTable(target, loadsTable))) return;
  await transact(async (target) => {
    await target.dialect.lockMigrations(target);
    await refuseMakingLoads(target);
    await target.dialect.makeSchema(target);
    if (await target.dialect.hasTable(target, loadsTable)) return;
    if (target.dialect.makeTable) return target.dialect.makeTable(target, loadsTable, ofLoads);
    await target.schema().createTable(loadsTable, (table) => {
      table.text('target').notNullable();
      table.bigInteger('number').notNullable();
      table.text('run_id').notNullable();
      table.text('chunk').notNullable();
      table.text('books_id').notNullable();
      table.text('warehouse').notNullable();
      table.text('change');
      table.specificType('loaded_at', target.dialect.manifestTypes.instant).notNullable();
      table.primary(['target', 'number']);
    });
  });
}

/** Throws where River may not make it, with the statement by which a person makes it. */
export async function refuseMakingLoads(target: Tables): Promise<void> {
  try {
    await target.dialect.refuseCreating(target);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const columns = ofLoads.columns.map(({ name, type }) => ({ name, type, isNotNull: name !== 'change' }));
    const statement = writeCreateTable(target, loadsTable, columns, ['target', 'number']);
    throw new ConfigurationError(`${error.message} Or make the table for it: \`${statement}\`.`, {
      facts: { ...error.facts, table: loadsTable },
    });
  }
}

/** The same table, where it has no key. */
const ofLoads: NewTable = {
  columns: [
    { name: 'target', type: 'text' },
    { name: 'number', type: 'integer' },
    { name: 'run_id', type: 'text' },
    { name: 'chunk', type: 'text' },
    { name: 'books_id', type: 'text' },
    { name: 'warehouse', type: 'text' },
    { name: 'change', type: 'text' },
    { name: 'loaded_at', type: 'instant' },
  ],
  comments: new Map(),
  dayColumn: null,
  key: [],
};

/** Something that was done in a target, and what the books have to note of it, as JSON. */
export interface Load {
  readonly number: number;
  readonly runId: string;
  readonly chunk: string;
  readonly change: string;
}

const toTarget = ({ dialect }: Tables, table: string): string => sameTable(dialect, table);

/**
 * Locks the table in its own database too, and reads what was done there since the books have last marked anything, the oldest first.
 * @throws ConfigurationError where the table is that of other books
 */
export async function lockLoads({ books, target }: Both, table: string): Promise<Load[]> {
  const own = { books_id: await readBooksId(books), warehouse: String(books.keptFor) };
  const first = {
    target: toTarget(target, table),
    number: 0,
    ...own,
    run_id: '',
    chunk: '',
    change: null,
    loaded_at: new Date().toISOString(),
  };
  if (!target.dialect.ensureRows && (await touchFirst(target, table)) === 0) {
    await refuseKeptItself(target, table, own);
    await target.from(loadsTable).insert(first);
  }
  const { isClaimed, loads } = await readUnmarked({ books, target }, table);
  if (!isClaimed && target.dialect.ensureRows) await target.from(loadsTable).insert(first);
  else if (!isClaimed) throw keptByOthers(table, undefined, own);
  return loads;
}

/**
 * What was done in the table and the books have not marked, the oldest first; without any lock.
 * @throws ConfigurationError where the table is that of other books
 */
export async function readUnmarked(
  { books, target }: Both,
  table: string,
): Promise<{ readonly isClaimed: boolean; readonly loads: Load[] }> {
  const last = await readLastLoad(books, table);
  const rows = await target
    .from(loadsTable)
    .where({ target: toTarget(target, table) })
    .where((row) => void row.where('number', 0).orWhere('number', '>', last))
    .orderBy('number');
  const [claims, since] = [rows.filter(isClaim), rows.filter((row) => !isClaim(row))];
  const own = { books_id: await findBooksId(books), warehouse: String(books.keptFor) };
  for (const claim of claims) refuseClaim(table, claim, own);
  const loads = since.map((row) => ({
    number: Number(row.number),
    runId: String(row.run_id),
    chunk: String(row.chunk),
    change: String(row.change),
  }));
  return { isClaimed: claims.length > 0, loads };
}

/** The tables of which the target says that these books have filled them. */
export async function listClaimed({ books, target }: Both): Promise<string[]> {
  const own = { books_id: await findBooksId(books), warehouse: String(books.keptFor) };
  const rows = await target
    .from(loadsTable)
    .where({ number: 0, ...own })
    .orderBy('target')
    .select('target');
  return rows.map((row) => String(row.target));
}

/**
 * Throws where one of these tables is that of other books, or of another name of the warehouse: no run would be let into it. Other books
 * are also those that a warehouse kept itself until it was given some elsewhere, and the other way round. There may be no manifest yet.
 */
export async function refuseOtherBooks({ books, target }: Both, tables: readonly string[]): Promise<void> {
  const { keptFor } = books;
  const hasLoads = await target.dialect.hasTable(target, loadsTable);
  if (keptFor === null && !hasLoads) return;
  const own = keptFor === null ? undefined : { books_id: await findBooksId(books), warehouse: keptFor };
  for (const table of tables) {
    const claims = hasLoads
      ? await target.from(loadsTable).where({ target: toTarget(target, table), number: 0 })
      : [];
    for (const claim of claims) refuseClaim(table, claim, own);
    if (own && claims.length === 0) await refuseKeptItself(target, table, own);
  }
}

/** Books that have no id yet have filled nothing. */
async function findBooksId(books: Books): Promise<string> {
  const hasId = await books.dialect.hasTable(books, 'river_books');
  const [found] = hasId ? await books.from('river_books').select('id') : [];
  return String(found?.id ?? 'none yet');
}

/** Throws where the table was filled while its warehouse kept its own books, beside it. */
async function refuseKeptItself(target: Targets, table: string, { warehouse }: BooksOf): Promise<void> {
  // Where there are no keys there were never books.
  if (target.dialect.ensureRows || !(await target.dialect.hasTable(target, 'river_targets'))) return;
  const known = await target.from('river_targets').where({ target: toTarget(target, table) });
  if (known.length === 0) return;
  throw new ConfigurationError(
    `The table ${table} of the warehouse ${warehouse} was filled while ${warehouse} kept its own books: other books do not know its rows. ` +
      'Leave out `books:`, or give the river another table. Or delete the rows of this table from river_targets and river_days beside it and from the table itself, and load anew.',
    { facts: { table, warehouse } },
  );
}

const isClaim = ({ number }: Row): boolean => Number(number) === 0;

/** Changes nothing of a table's first row, which is the lock. Says whether it is there, where it is changed at once. */
const touchFirst = (target: Targets, table: string): PromiseLike<number> =>
  target
    .from(loadsTable)
    .where({ target: toTarget(target, table), number: 0 })
    .update({ loaded_at: target.query.ref('loaded_at') });

/** Books, and under which name they know a warehouse. */
interface BooksOf {
  readonly books_id: string;
  readonly warehouse: string;
}

/** `own`: the books that are configured; undefined where the warehouse keeps its own. */
function refuseClaim(table: string, claim: Row, own: BooksOf | undefined): void {
  if (!own || claim.books_id !== own.books_id || claim.warehouse !== own.warehouse)
    throw keptByOthers(table, claim, own);
}

function keptByOthers(table: string, claim: Row | undefined, own: BooksOf | undefined): ConfigurationError {
  const isRenamed = own !== undefined && claim?.books_id === own.books_id;
  const configured = own
    ? `the books that are configured have ${own.books_id}`
    : 'the warehouse keeps its own since `books:` was left out';
  return new ConfigurationError(
    isRenamed
      ? `The books of the warehouse ${own.warehouse} know the table ${table} as one of the warehouse ${claim?.warehouse}. Give the warehouse that name again.`
      : `The table ${table} of the warehouse ${own?.warehouse ?? claim?.warehouse} belongs to other books: its river_loads bears the id ${claim?.books_id}, and ${configured}. ` +
          'Let `books:` name those that have loaded it. Where they are gone for good, delete the rows of this table from river_loads and from the table itself, and load anew.',
    { facts: { table, books: claim?.books_id, configured: own?.books_id } },
  );
}

/** To be called after `lockLoads`, in the transaction that does it. */
export async function insertLoad(
  { books, target }: Both,
  table: string,
  { number, runId, chunk, change }: Load,
): Promise<void> {
  if (target.dialect.ensureRows) {
    // What a process has sent that is gone may still be under way: of two that change this row the database lets one end.
    const later = target
      .from(loadsTable)
      .where({ target: toTarget(target, table) })
      .where('number', '>=', number);
    // The lock comes first: who waits for it sees what was done by the one that had it.
    await touchFirst(target, table);
    await target.dialect.ensureRows(target, later, 0);
  }
  await target.from(loadsTable).insert({
    target: toTarget(target, table),
    number,
    run_id: runId,
    chunk,
    books_id: await readBooksId(books),
    warehouse: String(books.keptFor),
    change,
    loaded_at: new Date().toISOString(),
  });
}

/** Deletes what the books have marked and that was done before then. */
export async function deleteLoadsBefore(
  { books, target }: Both,
  table: string,
  before: string,
): Promise<void> {
  if (books.keptFor === null) return;
  await target
    .from(loadsTable)
    .where({ target: toTarget(target, table) })
    .where('number', '>', 0)
    .where('number', '<=', await readLastLoad(books, table))
    .where('loaded_at', '<', before)
    .delete();
}

/** The books' own id, the same for ever; they get it with the first table that they fill. */
async function readBooksId(books: Books): Promise<string> {
  const read = async () => (await books.from('river_books').select('id'))[0]?.id;
  const id = await read();
  if (id !== undefined) return String(id);
  await books.from('river_books').insert({ only: 1, id: randomUUID() }).onConflict('only').ignore();
  return String(await read());
}
