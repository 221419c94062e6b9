import type { Dialect, Row } from '../dialect.ts';
import { addressOf, connect } from './connect.ts';
import { insertPages } from './insert-pages.ts';
import { mayUndoInserts } from './may-undo-inserts.ts';
import { countColumns, hasIndexOn, hasTable, isStrict, readColumns, typeOf } from './read-columns.ts';
import { removeRows } from './remove-rows.ts';
import { rowIdentity } from './row-identity.ts';
import { strictTypeNames, typeNames } from './type-names.ts';

export const sqlite: Dialect = {
  client: 'better-sqlite3',
  nameBytes: undefined,
  foldsCase: true,
  ownColumns: ['rowid', 'oid', rowIdentity],
  typeNames,
  columnsAtMost: 2000,
  manifestTypes: { instant: 'text', day: 'text', json: 'text' },
  connect,
  addressOf,
  async describe(tables) {
    const [found]: Row[] = await tables.query.raw('select sqlite_version() as version');
    return `SQLite ${found?.version}`;
  },
  // Any write takes the lock. Who comes later finds the database busy, begins again and finds it all done.
  async lockMigrations(tables) {
    const [found]: Row[] = await tables.query.raw('select user_version from pragma_user_version');
    await tables.query.raw(`pragma user_version = ${Number(found?.user_version)}`);
  },
  async makeSchema() {},
  writesAtCommit: true,
  // In WAL a transaction sees the file as it was when it first read.
  async freeze() {},
  hasTable,
  // A file is written to or not.
  lackingRights: async () => [],
  readColumns,
  countColumns,
  async typeNamesIn(tables, table) {
    return (await isStrict(tables, table)) ? strictTypeNames : typeNames;
  },
  hasIndexOn,
  typeOf,
  // Readers never hold up a writer, and writers are waited for as everywhere.
  async limitLockWait() {},
  mayUndoInserts,
  removeRows,
  insertPages,
};
