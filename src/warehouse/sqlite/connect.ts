import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Knex } from 'knex';
import knex from 'knex';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { knexOptions } from '../identifiers.ts';

export function connect(current: () => WarehouseSetting): Knex {
  return knex({
    ...knexOptions((name) => `"${name.replaceAll('"', '""')}"`),
    client: 'better-sqlite3',
    connection: readConnection(current()),
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: prepare },
  });
}

export function describeAddress(setting: WarehouseSetting): string {
  return String(readConnection(setting).filename);
}

/** SQLite makes the file also for who only reads. Where it could not, it says best itself what is the matter. */
export function readInstead(setting: WarehouseSetting): WarehouseSetting | undefined {
  // As its driver reads the name.
  const file = describeAddress(setting).trim();
  return !existsSync(file) && mayBeWritten(dirname(file))
    ? { ...setting, connection: new Secret({ filename: ':memory:' }) }
    : undefined;
}

function mayBeWritten(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
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

function readConnection(setting: WarehouseSetting): Knex.BetterSqlite3ConnectionConfig {
  const given = setting.connection.reveal();
  return typeof given === 'string'
    ? { filename: given }
    : { ...(given as Knex.BetterSqlite3ConnectionConfig) };
}
