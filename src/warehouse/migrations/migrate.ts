import type { Knex } from 'knex';
import { ConfigurationError } from '../../domain/errors.ts';
import type { Database } from '../database.ts';
import type { Tables } from '../dialect.ts';
import { tablesOf } from '../tables.ts';
import { migrations } from './index.ts';

const bookkeeping = 'river_migrations';
const names = Object.keys(migrations);

/** Brings the manifest's tables up to date; any number of processes may do so at once. */
export async function migrate(database: Database): Promise<void> {
  const missing = await database.read(async (tables) => {
    const done = await doneIn(tables);
    refuseNewer(done, database.place);
    return names.some((name) => !done.includes(name));
  });
  if (missing) await database.transact(migrateAlone);
}

async function doneIn(tables: Tables): Promise<string[]> {
  if (!(await tables.dialect.hasTable(tables, bookkeeping))) return [];
  return (await tables.from(bookkeeping).select('name')).map(({ name }) => String(name));
}

async function migrateAlone(tables: Tables): Promise<void> {
  await tables.dialect.lockMigrations(tables);
  await tables.dialect.makeSchema(tables);
  const config: Knex.Config = tables.query.client.config;
  const { wrapIdentifier } = config;
  try {
    await tables.query.migrate.latest({
      tableName: bookkeeping,
      ...(tables.schemaName === undefined ? {} : { schemaName: tables.schemaName }),
      migrationSource: sourceFor(tables),
    });
  } finally {
    // Inside a transaction Knex's migrator takes it away from the whole connection, and does not bring it back.
    if (wrapIdentifier) config.wrapIdentifier = wrapIdentifier;
  }
}

function sourceFor({ dialect, schemaName }: Tables): Knex.MigrationSource<string> {
  return {
    getMigrations: async () => names,
    getMigrationName: (name) => name,
    getMigration: async (name) => ({
      up: async (trx: Knex) => migrations[name]?.(tablesOf(trx, dialect, schemaName)),
      down: () => Promise.reject(new Error('the manifest is never taken back')),
    }),
  };
}

function refuseNewer(done: readonly string[], place: string): void {
  const unknown = done.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new ConfigurationError(
    `The manifest in the ${place} was made by a newer River (${unknown.join(', ')}): use that one, or a newer one still.`,
  );
}
