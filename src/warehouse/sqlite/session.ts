/** What River asks of SQLite itself. Rights, schemas and waits for a lock are nothing that a file has. */

import type { Tables } from '../dialect.ts';

export async function describe(tables: Tables): Promise<string> {
  const [found] = await tables.rows('select sqlite_version() as version');
  return `SQLite ${found?.version}`;
}

/** A file is written to or not. */
export const listLackingRights = async (): Promise<[]> => [];

export const refuseCreating = async (): Promise<void> => {};

/** Nor has a file owners of tables. */
export const findColumnBan = async (): Promise<undefined> => undefined;

/** Any write takes the lock. A process that comes later finds the database busy, begins again and finds it all done. */
export async function lockMigrations(tables: Tables): Promise<void> {
  const [found] = await tables.rows('select user_version from pragma_user_version');
  await tables.query.raw(`pragma user_version = ${Number(found?.user_version)}`);
}

export const makeSchema = async (): Promise<void> => {};

/** In WAL a transaction sees the file as it was when it first read. */
export const freeze = async (): Promise<void> => {};

/** Readers never hold up a writer, and writers are waited for as everywhere. */
export const limitLockWait = async (): Promise<void> => {};
