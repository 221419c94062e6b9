import type { Dialect } from '../dialect.ts';
import { connect, describeAddress } from './connect.ts';
import { failures } from './failures.ts';
import { addMissing, collectRows, countFound, dropCollected, updateFound } from './merge-rows.ts';
import {
  countColumns,
  declareNumeric,
  hasIndexOn,
  hasTable,
  readColumns,
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
  makeTable,
  refuseCreating,
} from './session.ts';
import { toStored } from './values.ts';
import {
  ensureRows,
  insertPages,
  mayUndoInserts,
  removeAllRows,
  removeRows,
  updateRows,
} from './write-rows.ts';

export const snowflake: Dialect = {
  client: 'snowflake',
  nameBytes: 255,
  unfitInNames: /[^\p{L}\p{M}\p{N}\p{Pc}]/gu,
  foldsCase: true,
  ownColumns: [],
  typeNames,
  sqlWords: { quote: '"', text: 'varchar', spell: toStored, databaseKey: 'database' },
  declareNumeric,
  columnsAtMost: 2000,
  betweenColumns: () => ', ',
  // Its books lie elsewhere.
  manifestTypes: { instant: 'timestamp_tz', day: 'date', json: 'varchar' },
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
