/**
 * The databases of a warehouse: that of the rivers' tables (the target), and that of manifest and staging (the books). By default they
 * are one, and one transaction does both. With `books:` they are two, and no transaction spans them: the target's is a part of the
 * books' and ends before it. So whatever is done in the target stands there, in `river_loads`, until the books have it as well: see
 * `change-target.ts`.
 */

import { type Database, OfAnother } from './database.ts';
import type { Books, Both, Dialect, Tables, Targets } from './dialect.ts';

/** One of them, with its tables. */
export interface Side<T extends Tables> {
  readonly dialect: Dialect;
  /** For messages: `warehouse prod at db.example:5432/river`. */
  readonly place: string;
  /** As `Database.read` and `Database.transact`. */
  read<R>(work: (tables: T) => Promise<R>): Promise<R>;
  transact<R>(work: (tables: T) => Promise<R>, busyAtMostMs?: number): Promise<R>;
}

/** A transaction of the books. */
export interface Turn {
  readonly books: Books;
  /**
   * What is done here with the target is done whole, and before the books' transaction ends. It may run again from its beginning, so
   * that it must change nothing of the books but what may be changed twice.
   */
  inTarget<R>(work: (both: Both) => Promise<R>): Promise<R>;
}

export interface Databases {
  readonly books: Side<Books>;
  readonly target: Side<Targets>;
  /** Whether they are two. */
  readonly areApart: boolean;
  /** Reading both. */
  read<R>(work: (both: Both) => Promise<R>): Promise<R>;
  /** A transaction of the books, which may change the target. May run `work` again from its beginning. */
  transact<R>(work: (turn: Turn) => Promise<R>): Promise<R>;
}

/** `warehouse`: under this name the books know the target, where they are two. */
export function joinDatabases(books: Database, target: Database, warehouse: string): Databases {
  return books === target ? oneDatabase(target) : twoDatabases(books, target, warehouse);
}

const toBooks = (tables: Tables, targetDialect: Dialect, keptFor: string | null): Books => ({
  ...tables,
  targetDialect,
  keptFor,
});

const toTargets =
  (seen: Targets['seen']) =>
  (tables: Tables): Targets => ({ ...tables, seen });

function oneDatabase(database: Database): Databases {
  const { dialect } = database;
  const toBoth = (tables: Tables): Both => ({
    books: toBooks(tables, dialect, null),
    target: toTargets(null)(tables),
  });
  return {
    books: toSide(database, (tables) => toBooks(tables, dialect, null)),
    target: toSide(database, toTargets(null)),
    areApart: false,
    read: (work) => database.read((tables) => work(toBoth(tables))),
    transact: (work) =>
      database.transact((tables) => {
        const both = toBoth(tables);
        return work({ books: both.books, inTarget: (change) => change(both) });
      }),
  };
}

function twoDatabases(booksDatabase: Database, targetDatabase: Database, warehouse: string): Databases {
  const books = toSide(booksDatabase, (tables) => toBooks(tables, targetDatabase.dialect, warehouse));
  const target = toSide(targetDatabase, toTargets(new Map()));
  return {
    books,
    target,
    areApart: true,
    // As in a commit the books come first, and are kept: who holds a connection to the target never waits for the one of the books, which
    // is another's who waits for the target. A pooler may give few.
    read: (work) => books.transact((ofBooks) => withinTarget(target.read, ofBooks)(work)),
    transact: (work) =>
      books.transact((ofBooks) => work({ books: ofBooks, inTarget: withinTarget(target.transact, ofBooks) })),
  };
}

/**
 * Work with both, as the target runs it. What fails at a statement of the books is none of the target's: it would not know it, and could try
 * again only what the books have undone already. So it passes the target by.
 */
function withinTarget(run: Side<Targets>['read'], books: Books): Turn['inTarget'] {
  const failed = new WeakSet<object>();
  books.query.on('query-error', (error: object) => failed.add(error));
  return async (work) => {
    try {
      return await run(async (target) => {
        try {
          return await work({ books, target });
        } catch (error) {
          throw failed.has(Object(error)) ? new OfAnother(error) : error;
        }
      });
    } catch (error) {
      throw error instanceof OfAnother ? error.cause : error;
    }
  };
}

function toSide<T extends Tables>(
  { dialect, place, read, transact }: Database,
  toTables: (tables: Tables) => T,
): Side<T> {
  return {
    dialect,
    place,
    read: (work) => read((tables) => work(toTables(tables))),
    transact: (work, busyAtMostMs) => transact((tables) => work(toTables(tables)), busyAtMostMs),
  };
}
