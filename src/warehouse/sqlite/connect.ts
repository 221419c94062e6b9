import type { Database } from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import { wrapWith } from '../identifiers.ts';
import { silentLog } from '../silent-log.ts';

/** A page waits for its turn while a long commit has the connection: it was paid for with a call. */
const acquireTimeoutMs = 600_000;

export function connect(current: () => WarehouseSetting): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: connectionOf(current()),
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: prepare },
    acquireConnectionTimeout: acquireTimeoutMs,
    compileSqlOnError: false,
    wrapIdentifier: wrapWith((name) => `"${name.replaceAll('"', '""')}"`),
    log: silentLog,
  });
}

export function addressOf(setting: WarehouseSetting): string {
  return String(connectionOf(setting).filename);
}

/**
 * No busy wait inside the driver: it would hold up the event loop, and with it calls and heartbeats; a busy
 * database is tried again from the event loop. Readers are never held up, thanks to the write-ahead log.
 */
function prepare(connection: Database, done: (error: unknown, connection?: Database) => void): void {
  try {
    connection.pragma('busy_timeout = 0');
    const journal = connection.pragma('journal_mode = WAL', { simple: true });
    if (journal !== 'wal' && journal !== 'memory') {
      throw new ConfigurationError(
        `SQLite cannot keep a write-ahead log beside ${connection.name}. Put the file on a local disk.`,
      );
    }
    connection.pragma('synchronous = FULL');
    done(null, connection);
  } catch (error) {
    connection.close();
    done(error);
  }
}

function connectionOf(setting: WarehouseSetting): Knex.BetterSqlite3ConnectionConfig {
  const given = setting.connection.reveal();
  return typeof given === 'string'
    ? { filename: given }
    : { ...(given as Knex.BetterSqlite3ConnectionConfig) };
}
