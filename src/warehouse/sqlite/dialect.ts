import type { Dialect, Row } from '../dialect.ts';
import { addressOf, connect } from './connect.ts';
import { insertPages } from './insert-pages.ts';
import { hasTable, readColumns } from './read-columns.ts';
import { removeRows } from './remove-rows.ts';
import { typeNames } from './type-names.ts';
import { holdsLong, widenColumn } from './widen-column.ts';

export const sqlite: Dialect = {
  client: 'better-sqlite3',
  nameBytes: undefined,
  foldsCase: true,
  typeNames,
  manifestTypes: { instant: 'text', day: 'text', json: 'text' },
  connect,
  addressOf,
  async describe(tables) {
    const [found]: Row[] = await tables.query.raw('select sqlite_version() as version');
    return `SQLite ${found?.version}`;
  },
  // Two who migrate at once: the later one finds the database busy, begins again and finds it done.
  lockMigrations: async () => {},
  hasTable,
  readColumns,
  holdsLong,
  widenColumn,
  removeRows,
  insertPages,
};
