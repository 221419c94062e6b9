import type { Dialect } from '../dialect.ts';
import { packRows, unpackRows } from '../postgres-copy/packed-rows.ts';
import { connect, describeAddress } from './connect.ts';
import { failures } from './failures.ts';
import { countColumns, hasIndexOn, hasTable, readColumns, toTableType, typeNames } from './read-columns.ts';
import {
  beginTransaction,
  describe,
  findColumnBan,
  freeze,
  limitLockWait,
  listLackingRights,
  lockMigrations,
  makeSchema,
  prepareStaging,
} from './session.ts';
import { insertPages, mayUndoInserts, removeRows, updateRows } from './write-rows.ts';

export const postgres: Dialect = {
  client: 'pg',
  nameBytes: 63,
  foldsCase: false,
  ownColumns: ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'],
  typeNames,
  columnsAtMost: 1600,
  manifestTypes: { instant: 'timestamp with time zone', day: 'date', json: 'json' },
  failures,
  connect,
  describeAddress,
  beginTransaction,
  describe,
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
  mayUndoInserts,
  removeRows,
  updateRows,
  packRows,
  unpackRows,
  insertPages,
};
