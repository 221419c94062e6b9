import type { Dialect } from '../dialect.ts';
import { connect, describeAddress, readInstead } from './connect.ts';
import { failures } from './failures.ts';
import { addMissing, collectRows, countFound, dropCollected, updateFound } from './merge-rows.ts';
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
  refuseCreating,
} from './session.ts';
import { readRules } from './table-rules.ts';
import {
  insertPages,
  mayUndoInserts,
  removeAllRows,
  removeRows,
  rowIdentities,
  updateRows,
} from './write-rows.ts';

export const sqlite: Dialect = {
  client: 'better-sqlite3',
  nameBytes: undefined,
  foldsCase: true,
  ownColumns: rowIdentities,
  typeNames,
  sqlWords: { quote: '"', text: 'text' },
  columnsAtMost: 2000,
  manifestTypes: { instant: 'text', day: 'text', json: 'text' },
  failures,
  connect,
  readInstead,
  describeAddress,
  readsInTransaction: false,
  describe,
  refuseCreating,
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
  readRules,
  mayUndoInserts,
  removeRows,
  removeAllRows,
  updateRows,
  insertPages,
  collectRows,
  updateFound,
  addMissing,
  countFound,
  dropCollected,
};
