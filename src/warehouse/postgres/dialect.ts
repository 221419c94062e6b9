import type { Dialect } from '../dialect.ts';
import { beginTransaction } from './begin-transaction.ts';
import { addressOf, connect } from './connect.ts';
import { describe } from './describe.ts';
import { insertPages } from './insert-pages.ts';
import { lackingRights } from './lacking-rights.ts';
import { lockMigrations, makeSchema } from './lock-migrations.ts';
import { mayUndoInserts } from './may-undo-inserts.ts';
import { countColumns, hasIndexOn, hasTable, readColumns, typeOf } from './read-columns.ts';
import { removeRows } from './remove-rows.ts';
import { typeNames } from './type-names.ts';

export const postgres: Dialect = {
  client: 'pg',
  nameBytes: 63,
  foldsCase: false,
  ownColumns: ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'],
  typeNames,
  columnsAtMost: 1600,
  manifestTypes: { instant: 'timestamp with time zone', day: 'date', json: 'json' },
  connect,
  addressOf,
  beginTransaction,
  describe,
  lockMigrations,
  makeSchema,
  writesAtCommit: false,
  async freeze(tables) {
    await tables.query.raw('set transaction isolation level repeatable read, read only');
  },
  hasTable,
  lackingRights,
  readColumns,
  countColumns,
  async typeNamesIn() {
    return typeNames;
  },
  hasIndexOn,
  typeOf,
  async limitLockWait(tables, ms) {
    await tables.query.raw(`set local lock_timeout = ${Math.round(ms)}`);
  },
  mayUndoInserts,
  removeRows,
  insertPages,
};
