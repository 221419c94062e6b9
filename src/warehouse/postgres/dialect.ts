import type { Dialect } from '../dialect.ts';
import { packRows, unpackRows } from '../postgres-copy/packed-rows.ts';
import { connect, describeAddress } from './connect.ts';
import { failures } from './failures.ts';
import { addMissing, collectRows, countFound, dropCollected, updateFound } from './merge-rows.ts';
import { countColumns, hasIndexOn, hasTable, readColumns, toTableType, typeNames } from './read-columns.ts';
import {
  commentOn,
  describe,
  endLockWait,
  findColumnBan,
  findLockHolder,
  freeze,
  limitLockWait,
  listLackingRights,
  lockMigrations,
  makeSchema,
  prepareStaging,
  refuseCreating,
} from './session.ts';
import { readRules, refuseLoading } from './table-rules.ts';
import { insertPages, mayUndoInserts, removeAllRows, removeRows, updateRows } from './write-rows.ts';

export const postgres: Dialect = {
  client: 'pg',
  nameBytes: 63,
  foldsCase: false,
  ownColumns: ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'],
  typeNames,
  sqlWords: { quote: '"', text: 'text' },
  columnsAtMost: 1600,
  manifestTypes: { instant: 'timestamp with time zone', day: 'date', json: 'json' },
  failures,
  connect,
  describeAddress,
  readsInTransaction: true,
  describe,
  refuseCreating,
  lockMigrations,
  makeSchema,
  prepareStaging,
  writesAtCommit: false,
  freeze,
  hasTable,
  listLackingRights,
  readColumns,
  countColumns,
  findColumnBan,
  async readTypeNames() {
    return typeNames;
  },
  hasIndexOn,
  toTableType,
  limitLockWait,
  findLockHolder,
  endLockWait,
  commentOn,
  readRules,
  refuseLoading,
  mayUndoInserts,
  removeRows,
  removeAllRows,
  updateRows,
  packRows,
  unpackRows,
  insertPages,
  collectRows,
  updateFound,
  addMissing,
  countFound,
  dropCollected,
};
