import type { Dialect } from '../dialect.ts';
import { connect, describeAddress } from './connect.ts';
import { failures } from './failures.ts';
import {
  countColumns,
  hasIndexOn,
  hasTable,
  readColumns,
  readTypeNames,
  toTableType,
  typeNames,
} from './read-columns.ts';
import {
  describe,
  findColumnBan,
  freeze,
  limitLockWait,
  listLackingRights,
  lockMigrations,
  makeSchema,
} from './session.ts';
import { insertPages, mayUndoInserts, removeRows, rowIdentities, updateRows } from './write-rows.ts';

export const sqlite: Dialect = {
  client: 'better-sqlite3',
  nameBytes: undefined,
  foldsCase: true,
  ownColumns: rowIdentities,
  typeNames,
  columnsAtMost: 2000,
  manifestTypes: { instant: 'text', day: 'text', json: 'text' },
  failures,
  connect,
  describeAddress,
  describe,
  lockMigrations,
  makeSchema,
  writesAtCommit: true,
  freeze,
  hasTable,
  listLackingRights,
  readColumns,
  countColumns,
  findColumnBan,
  readTypeNames,
  hasIndexOn,
  toTableType,
  limitLockWait,
  mayUndoInserts,
  removeRows,
  updateRows,
  insertPages,
};
