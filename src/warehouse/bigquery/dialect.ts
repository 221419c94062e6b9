import type { Dialect } from '../dialect.ts';
import { connect, describeAddress } from './connect.ts';
import { failures } from './failures.ts';
import { addMissing, collectRows, countFound, dropCollected, updateFound } from './merge-rows.ts';
import { countColumns, hasIndexOn, hasTable, readColumns, toTableType, typeNames } from './read-columns.ts';
import {
  betweenColumns,
  describe,
  findColumnBan,
  freeze,
  limitLockWait,
  listLackingRights,
  lockMigrations,
  makeSchema,
  makeTable,
  refuseCreating,
} from './session.ts';
import {
  ensureRows,
  insertPages,
  mayUndoInserts,
  removeAllRows,
  removeRows,
  updateRows,
} from './write-rows.ts';

export const bigQuery: Dialect = {
  client: 'bigquery',
  nameBytes: 300,
  unfitInNames: /[^\p{L}\p{M}\p{N}\p{Pc}]/gu,
  foldsCase: true,
  tablesKeepCase: true,
  ownColumns: [],
  ownPrefix: /^_(?:table_|file_|partition|row_timestamp|_root__|colidentifier|change_)/i,
  typeNames,
  sqlWords: { quote: '`', text: 'string', databaseKey: 'projectId' },
  columnsAtMost: 10_000,
  betweenColumns,
  // Its books lie elsewhere.
  manifestTypes: { instant: 'timestamp', day: 'date', json: 'string' },
  failures,
  connect,
  describeAddress,
  readsInTransaction: false,
  describe,
  refuseCreating,
  lockMigrations,
  makeSchema,
  makeTable,
  ensureRows,
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
